"""One connection, opened and hung up at once, against real sockets."""

from __future__ import annotations

import errno
import socket

import pytest

from netmon.engine.connect import Outcome, connect_once, failed
from tests.kernel.hosts import on_a_host_alone
from tests.sockets import LOOPBACK, listener, port_of

FAMILIES = [socket.AF_INET, socket.AF_INET6]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("to_itself", [False, True])
def test_a_listener_is_connected_to_and_hung_up_on(family: socket.AddressFamily, to_itself: bool) -> None:
    with listener(family) as server:
        attempt = connect_once(LOOPBACK[family], port_of(server), to_itself=to_itself)
        assert attempt.outcome is Outcome.CARRIES
        assert attempt.connect_us is not None
        assert 0 < attempt.connect_us < 1_000_000
        accepted, _ = server.accept()
        with accepted:
            accepted.settimeout(10)
            with pytest.raises(ConnectionResetError):
                accepted.recv(1)


def test_a_closed_port_is_refused() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        attempt = connect_once("127.0.0.1", port_of(sock))
    assert (attempt.outcome, attempt.connect_us) == (Outcome.REFUSED, None)
    assert attempt.detail


def test_to_itself_only_from_an_address_of_this_machine() -> None:
    attempt = connect_once("192.0.2.77", 80, 0.1, to_itself=True)
    assert attempt.outcome is Outcome.NOT_HERE


@pytest.mark.root
def test_a_socket_that_meets_itself_has_met_nobody() -> None:
    """The only port that the kernel may lend is the one that is asked for."""

    def alone() -> Outcome:
        with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
            file.write("50000 50000")
        return connect_once("127.0.0.1", 50000, to_itself=True).outcome

    assert on_a_host_alone(alone) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TimeoutError("timed out"), Outcome.TIMED_OUT),
        (OSError(errno.ENETUNREACH, "x"), Outcome.UNREACHABLE),
        (OSError(errno.EPERM, "x"), Outcome.FORBIDDEN),
        (OSError(errno.EAFNOSUPPORT, "x"), Outcome.NO_FAMILY),
        (OSError(errno.EMFILE, "x"), Outcome.FAILED),
        (OSError("no interface with this name"), Outcome.FAILED),
    ],
)
def test_what_an_error_says(error: OSError, outcome: Outcome) -> None:
    assert failed(error).outcome is outcome
