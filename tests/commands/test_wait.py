"""`netmon wait` as a program of its own, against real sockets."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.program import netmon, said_in_one_line, watching
from tests.servers import served, udp_socket
from tests.sockets import close_with_reset, connect, dual_listener, listener, port_of, wait_for

SILENT = ("", "")


def free_port() -> int:
    """A port that was free a moment ago."""
    with listener() as server:
        return port_of(server)


def looks_again(process: subprocess.Popen[str]) -> None:
    """Wait until netmon has what it asks the kernel with: from then on it looks again and again."""
    wait_for(lambda: any(link.startswith("socket:") for link in _links(process.pid)))


def _links(pid: int) -> list[str]:
    links = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            links.append(os.readlink(f"/proc/{pid}/fd/{name}"))
    return links


def test_what_is_so_already_is_said_at_once_and_in_silence() -> None:
    with listener() as server:
        port = port_of(server)
        answer = netmon("wait", str(port), "--open")
        assert (answer.code, answer.out, answer.err) == (0, *SILENT)
    answer = netmon("wait", str(port), "--free")
    assert (answer.code, answer.out, answer.err) == (0, *SILENT)


def test_what_does_not_become_so_in_time() -> None:
    with listener() as server:
        port = port_of(server)
        answer = netmon("wait", str(port), "--free", "--timeout", "0.05")
        assert (answer.code, answer.out) == (1, "")
        assert answer.err == f"netmon wait: {port}/tcp is still held after 0.05 s\n"
    answer = netmon("wait", str(port), "--open", "--timeout", "0")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == f"netmon wait: nothing listens on {port}/tcp after 0 s\n"


def test_returns_when_a_server_comes() -> None:
    port = free_port()
    with watching("wait", str(port), "--open") as waiting:
        looks_again(waiting)
        with socket.create_server(("127.0.0.1", port)):
            assert waiting.wait(20) == 0


def test_returns_when_the_server_goes() -> None:
    with listener() as server, watching("wait", str(port_of(server)), "--free") as waiting:
        looks_again(waiting)
        assert waiting.poll() is None
        server.close()
        assert waiting.wait(20) == 0


def test_returns_when_a_server_is_killed() -> None:
    with served() as server, watching("wait", str(server.port), "--free") as waiting:
        looks_again(waiting)
        os.kill(server.pid, signal.SIGKILL)
        assert waiting.wait(20) == 0


def test_time_wait_does_not_keep_a_port() -> None:
    with listener() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = port_of(server)
        client, accepted = connect(server)
        accepted.close()  # who closes first has TIME_WAIT
        client.close()
    assert f":{port:04X} " in Path("/proc/net/tcp").read_text(), "it has no TIME_WAIT"
    assert netmon("wait", str(port), "--free", "--timeout", "5").code == 0


def test_a_socket_that_is_bound_and_does_not_listen_keeps_a_port() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        answer = netmon("wait", str(port_of(bound)), "--free", "--timeout", "0.05")
        assert answer.code == 1
        assert "cannot be bound" in answer.err


def test_a_connection_that_lives_on_is_no_listener() -> None:
    with listener() as server:
        client, accepted = connect(server)
        port = port_of(server)
    with client, accepted:
        assert netmon("wait", str(port), "--open", "--timeout", "0").code == 1
        close_with_reset(accepted)


@pytest.mark.parametrize("make", [listener, dual_listener])
def test_an_address_is_served_by_its_own_listener_or_by_the_wildcard(
    make: Callable[[], socket.socket],
) -> None:
    with make() as server:
        port = port_of(server)
        assert netmon("wait", f"127.0.0.1:{port}", "--open", "--timeout", "0").code == 0
        other = netmon("wait", f"127.0.0.9:{port}", "--open", "--timeout", "0").code
        assert other == (1 if make is listener else 0)


def test_udp_only_where_it_is_asked_for() -> None:
    with udp_socket() as bound:
        port = port_of(bound)
        assert netmon("wait", f"{port}/udp", "--open").code == 0
        assert netmon("wait", f"{port}/udp", "--free", "--timeout", "0").code == 1
        assert netmon("wait", str(port), "--open", "--timeout", "0").code == 1
    assert netmon("wait", f"{port}/udp", "--free").code == 0


def test_through_psutil_too() -> None:
    with listener() as server:
        port = port_of(server)
        assert netmon("wait", str(port), "--open", "--portable").code == 0
        assert netmon("wait", str(port), "--free", "--portable", "--timeout", "0").code == 1


def test_ctrl_c_ends_it_quietly() -> None:
    with watching("wait", str(free_port()), "--open") as waiting:
        looks_again(waiting)
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate(timeout=20)
        assert (waiting.returncode, out, err) == (130, "", "")


def test_returns_when_a_bound_socket_begins_to_listen() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        with watching("wait", str(port_of(server)), "--open") as waiting:
            looks_again(waiting)
            assert waiting.poll() is None
            server.listen()
            assert waiting.wait(20) == 0


@pytest.mark.parametrize("word", ["0", "-1", "65536", "nosuch"])
def test_what_is_no_port_is_named(word: str) -> None:
    said_in_one_line(netmon("wait", word, "--free"), "netmon wait", word)
