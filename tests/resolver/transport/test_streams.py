"""DNS over TCP and TLS with real servers, well-behaved and not."""

from __future__ import annotations

from threading import Event

import pytest

from tests.resolver.asking import ask, data, failure
from tests.resolver.authority import Authority, Certificate
from tests.resolver.server import Server
from tests.resolver.streams import serve_bytes, serve_old_tls, serve_tcp, serve_tls

BOTH = ("A", "AAAA")
ADDRESSES = ["192.0.2.1", "192.0.2.2", "2001:db8::1"]


@pytest.mark.parametrize("fault", ["", "one a connection"])
def test_every_type_is_asked_over_tcp(wide: Server, fault: str) -> None:
    with serve_tcp(wide, fault) as port:
        replies = ask(f"tcp://127.0.0.1:{port}", "host", *BOTH)
    assert sorted(data(replies)) == ADDRESSES
    assert {said.answer.transport for said in replies.said} == {"tcp"}


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("other id", "answered with an id that was not asked with"),
        ("garbage", "sent garbage, or an answer to another question"),
        ("hang up", "hung up without an answer"),
        ("dribble", "was silent until the time was up"),
    ],
)
def test_what_goes_wrong_on_a_stream_is_said_in_time(wide: Server, fault: str, why: str) -> None:
    with serve_tcp(wide, fault) as port:
        assert failure(ask(f"tcp://127.0.0.1:{port}", seconds=0.5)) == why


def test_a_server_that_drops_a_question_or_is_gone(wide: Server) -> None:
    with serve_tcp(wide) as port:
        assert (
            failure(ask(f"tcp://127.0.0.1:{port}", "drop", seconds=0.5)) == "was silent until the time was up"
        )
    assert failure(ask(f"tcp://127.0.0.1:{port}")) == "refused: nothing serves that port"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_for_a_name_and_for_an_address(
    wide: Server, certificate: Certificate, ca_file: str, host: str
) -> None:
    with serve_tls(wide, certificate) as port:
        replies = ask(f"tls://{host}:{port}", "host", *BOTH, ca_file=ca_file)
    assert sorted(data(replies)) == ADDRESSES
    assert replies.address == "127.0.0.1"
    assert {said.answer.transport for said in replies.said} == {"tls"}


def test_64_kb_are_read_whole(wide: Server, certificate: Certificate, ca_file: str) -> None:
    with serve_tls(wide, certificate) as port:
        replies = ask(f"tls://127.0.0.1:{port}", "big", "TXT", ca_file=ca_file)
    assert len(data(replies)) == 280
    assert sum(map(len, data(replies))) > 55000


def test_a_certificate_for_another_name(wide: Server, authority: Authority, ca_file: str) -> None:
    with serve_tls(wide, authority.certificate("other.test", "192.0.2.1")) as port:
        by_name = failure(ask(f"tls://localhost:{port}", ca_file=ca_file))
        by_address = failure(ask(f"tls://127.0.0.1:{port}", ca_file=ca_file))
    assert "not to be trusted: Hostname mismatch" in by_name
    assert "not to be trusted: IP address mismatch" in by_address


def test_a_certificate_of_nobody_we_know_or_out_of_time(
    wide: Server, authority: Authority, certificate: Certificate, ca_file: str
) -> None:
    with serve_tls(wide, certificate) as port:
        assert "not to be trusted: unable to get local issuer" in failure(ask(f"tls://localhost:{port}"))
    with serve_tls(wide, authority.certificate("localhost", expired=True)) as port:
        said = failure(ask(f"tls://localhost:{port}", ca_file=ca_file))
    assert "not to be trusted: certificate has expired" in said


def test_no_tls_there(wide: Server, ca_file: str) -> None:
    with serve_tcp(wide) as port:
        said = failure(ask(f"tls://localhost:{port}", ca_file=ca_file, seconds=0.5))
    assert said.startswith(("was silent", "cannot be spoken to over TLS", "broke the connection"))


def test_a_certificate_that_nobody_vouches_for(wide: Server, authority: Authority, ca_file: str) -> None:
    with serve_tls(wide, authority.certificate("localhost", self_signed=True)) as port:
        said = failure(ask(f"tls://localhost:{port}", ca_file=ca_file))
    assert "not to be trusted: self-signed certificate" in said


def test_tls_that_is_too_old(certificate: Certificate, ca_file: str) -> None:
    with serve_old_tls(certificate) as port:
        said = failure(ask(f"tls://localhost:{port}", ca_file=ca_file))
    assert said.startswith(("cannot be spoken to over TLS", "broke the connection"))


@pytest.mark.parametrize("scheme", ["tls", "https"])
def test_a_handshake_that_never_ends_is_ended(scheme: str, ca_file: str) -> None:
    """A record of 16 kB begins, and goes on with a byte now and then."""
    stopped = Event()
    with serve_bytes(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + bytes(5000), stopped) as port:
        said = failure(ask(f"{scheme}://localhost:{port}", seconds=0.4, ca_file=ca_file))
        stopped.set()
    assert said == "was silent until the time was up"
