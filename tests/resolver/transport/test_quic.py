"""DNS over QUIC with a real QUIC server, well-behaved and not."""

from __future__ import annotations

import socket
import sys
from threading import Thread

import pytest

from tests.resolver.asking import ask, data, failure
from tests.resolver.authority import Authority, Certificate
from tests.resolver.server import Server
from tests.resolver.streams import serve_quic


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_every_type_is_asked(wide: Server, certificate: Certificate, ca_file: str, host: str) -> None:
    with serve_quic(wide, certificate) as port:
        replies = ask(f"quic://{host}:{port}", "host", "A", "AAAA", ca_file=ca_file)
    assert sorted(data(replies)) == ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
    assert {said.answer.transport for said in replies.said} == {"quic"}


def test_64_kb_are_read_whole(wide: Server, certificate: Certificate, ca_file: str) -> None:
    with serve_quic(wide, certificate) as port:
        assert len(data(ask(f"quic://localhost:{port}", "big", "TXT", ca_file=ca_file))) == 280


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("garbage", "sent garbage, or an answer to another question"),
        ("length", "sent garbage: its length is not the one it says"),
        ("reset", "broke off its answer"),
        ("half", "was silent until the time was up"),
    ],
)
def test_what_goes_wrong_is_said_in_time(
    wide: Server, certificate: Certificate, ca_file: str, fault: str, why: str
) -> None:
    with serve_quic(wide, certificate, fault) as port:
        assert failure(ask(f"quic://localhost:{port}", seconds=0.8, ca_file=ca_file)) == why


def test_a_certificate_for_another_name(wide: Server, authority: Authority, ca_file: str) -> None:
    with serve_quic(wide, authority.certificate("other.test", "192.0.2.1")) as port:
        for host in ("localhost", "127.0.0.1"):
            said = failure(ask(f"quic://{host}:{port}", ca_file=ca_file))
            assert said.startswith("has a certificate that is not to be trusted: ")


@pytest.mark.parametrize("spoil", ["silent", "noise", "echo", "version"])
def test_a_handshake_that_never_ends_is_ended(ca_file: str, spoil: str) -> None:
    """Nothing comes, or nothing that is of use."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        thread = Thread(target=_spoil, args=(server, spoil))
        thread.start()
        said = failure(ask(f"quic://127.0.0.1:{server.getsockname()[1]}", seconds=0.4, ca_file=ca_file))
        thread.join()
    assert said.startswith(
        "ended the connection (" if spoil == "version" else "was silent until the time was up"
    )


def _spoil(server: socket.socket, spoil: str) -> None:
    """Answer every packet in the wrong way, until none has come for a while."""
    first = True
    while True:
        try:
            wire, client = server.recvfrom(65535)
        except TimeoutError:
            if first:
                continue
            return
        first = False
        theirs = wire[6 : 6 + wire[5]]
        ours = wire[7 + wire[5] :][: wire[6 + wire[5]]]
        versions = b"\x80\0\0\0\0" + bytes([len(ours)]) + ours + bytes([len(theirs)]) + theirs + b"\x1a" * 4
        packet = {"noise": b"\xff" * 40, "echo": wire, "version": versions}.get(spoil)
        if packet is not None:
            server.sendto(packet, client)


def test_nobody_there() -> None:
    assert failure(ask("quic://127.0.0.1:9", seconds=0.8)) == "refused: nothing serves that port"


def test_without_its_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aioquic", None)  # as where it is not installed
    for name in [name for name in sys.modules if name.startswith("aioquic.")]:
        monkeypatch.delitem(sys.modules, name)
    assert failure(ask("quic://127.0.0.1:9")) == "needs DNS over QUIC: pip install 'netmon[doq]'"
