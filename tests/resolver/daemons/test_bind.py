"""BIND: the server's own cookies, and its extended errors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netmon.resolver.edns import Wishes
from tests.resolver.asking import ask, data
from tests.resolver.daemon import answers, find, free_port, running

_ZONE = "$TTL 60\n@ SOA ns h 1 7200 3600 86400 60\n@ NS ns\nns A 127.0.0.1\nhost A 192.0.2.1\n"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = find("named", "bind9 (with bind9-libs)")
    directory = tmp_path_factory.mktemp("named")
    port = free_port()
    (directory / "wide.zone").write_text(_ZONE)
    config = directory / "named.conf"
    config.write_text(f"""
options {{
  directory "{directory}"; pid-file "{directory}/pid"; session-keyfile "{directory}/key";
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; dnssec-validation no; server-id "bind-1"; answer-cookie yes;
  managed-keys-directory "{directory}";
}};
controls {{ }};
zone "wide.test" {{ type primary; file "wide.zone"; }};
""")
    with running(
        [program, "-g", "-n", "1", "-c", config], lambda: answers("127.0.0.1", port), directory / "log"
    ):
        yield f"127.0.0.1:{port}"


@pytest.mark.parametrize("scheme", ["udp", "tcp"])
def test_it_gives_a_cookie_of_its_own_and_says_who_it_is(named: str, scheme: str) -> None:
    replies = ask(f"{scheme}://{named}", "host", "A", "AAAA", wishes=Wishes(nsid=True, cookie=True))
    assert data(replies) == ["192.0.2.1"]
    assert {(said.extras.cookie, said.extras.nsid) for said in replies.said} == {("ok", "bind-1")}
    assert {said.answer.flags for said in replies.said} == {("QR", "AA", "RD")}


def test_nothing_of_that_comes_unasked(named: str) -> None:
    (said,) = ask(named, "host", "A").said
    assert (said.extras.cookie, said.extras.nsid) == (None, None)
