"""DNS over HTTPS with a real HTTP/2 server, well-behaved and not."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.server import parse_server
from netmon.resolver.transport.exchange import Deadline, TransportError, Where
from netmon.resolver.transport.https import speak
from tests.resolver.asking import ask, data, failure
from tests.resolver.authority import Authority, Certificate
from tests.resolver.hostile_web import HostileWeb, frame
from tests.resolver.server import Server
from tests.resolver.streams import serve_https


@pytest.mark.parametrize("get", [False, True])
def test_post_and_get(wide: Server, certificate: Certificate, ca_file: str, get: bool) -> None:
    with serve_https(wide, certificate) as (port, web):
        replies = ask(f"https://127.0.0.1:{port}", "host", "A", "AAAA", "TXT", ca_file=ca_file, get=get)
    assert sorted(data(replies)) == ['"hi \\027[31m there"', "192.0.2.1", "192.0.2.2", "2001:db8::1"]
    assert web.methods == ["GET" if get else "POST"] * 3
    assert {said.answer.transport for said in replies.said} == {"https"}


def test_64_kb_are_read_whole(wide: Server, certificate: Certificate, ca_file: str) -> None:
    with serve_https(wide, certificate) as (port, _):
        assert len(data(ask(f"https://localhost:{port}/q", "big", "TXT", ca_file=ca_file))) == 280


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("status", "answers with HTTP status 503"),
        ("type", "answers with text/html, not application/dns-message"),
        ("garbage", "sent garbage, or an answer to another question"),
        ("reset", "broke off its answer"),
        ("dribble", "was silent until the time was up"),
        ("flood", "sent more than an answer can hold"),
        ("not http", "breaks the rules of HTTP/2"),
    ],
)
def test_what_goes_wrong_is_said_in_time(
    wide: Server, certificate: Certificate, ca_file: str, fault: str, why: str
) -> None:
    with serve_https(wide, certificate, fault) as (port, _):
        assert failure(ask(f"https://localhost:{port}", seconds=0.8, ca_file=ca_file)).startswith(why)


def test_a_server_of_older_http_is_told_as_such(wide: Server, certificate: Certificate, ca_file: str) -> None:
    with serve_https(wide, certificate, protocol="http/1.1") as (port, _):
        assert failure(ask(f"https://localhost:{port}", ca_file=ca_file)).startswith("does not speak HTTP/2")


def test_a_certificate_for_another_name(wide: Server, authority: Authority, ca_file: str) -> None:
    with serve_https(wide, authority.certificate("other.test")) as (port, _):
        assert "not to be trusted: Hostname mismatch" in failure(
            ask(f"https://localhost:{port}", ca_file=ca_file)
        )


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("redirect", "answers with HTTP status 302"),
        ("missing", "answers with HTTP status 404"),
        ("short", "breaks the rules of HTTP/2 (Invalid"),
        ("empty", "sent garbage, or an answer to another question"),
        ("untyped", "answers with no type, not application/dns-message"),
        ("escapes", "answers with "),
        ("goaway", "hung up without an answer"),
        ("headers", "breaks the rules of HTTP/2"),
        ("continuation", "breaks the rules of HTTP/2"),
        ("pings", "sent more than an answer can hold"),
        ("nothing", "was silent until the time was up"),
        ("window", "broke off its answer"),
    ],
)
def test_hostile_servers_are_told_of_in_one_line(
    wide: Server, certificate: Certificate, ca_file: str, fault: str, why: str
) -> None:
    with serve_https(wide, certificate, fault, kind=HostileWeb) as (port, _):
        said = failure(ask(f"https://localhost:{port}", seconds=0.8, ca_file=ca_file))
    assert said.startswith(why)
    assert said.isprintable()


_HELLO = frame(4, 0, 0, b"") + frame(1, 4, 1, b"\x88") + frame(0, 1, 1, b"hello")
_FRAMES = st.builds(
    frame, st.integers(0, 255), st.integers(0, 255), st.sampled_from([0, 1, 2, 3]), st.binary(max_size=40)
)


@given(
    st.one_of(
        st.lists(_FRAMES, max_size=6).map(lambda frames: frame(4, 0, 0, b"") + b"".join(frames)),
        st.tuples(st.integers(0, len(_HELLO) - 1), st.binary(min_size=1, max_size=3)).map(
            lambda spoilt: _HELLO[: spoilt[0]] + spoilt[1] + _HELLO[spoilt[0] + len(spoilt[1]) :]
        ),
        st.binary(max_size=80),
    )
)
def test_any_bytes_are_an_answer_or_a_failure(sent: bytes) -> None:
    """Whatever comes in place of HTTP/2 ends in one of the errors that are told in words."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(sent)
        there.shutdown(socket.SHUT_WR)
        where = Where(parse_server("https://localhost"), "127.0.0.1")
        with suppress(TransportError, OSError):
            speak(cast(ssl.SSLSocket, here), where, {1: b"q"}, lambda *_: True, Deadline.after(2))
