"""DNS over HTTPS with a real HTTP/2 server, well-behaved and not."""

from __future__ import annotations

import pytest

from tests.resolver.asking import ask, data, failure
from tests.resolver.authority import Authority, Certificate
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
