"""Knot: which of the machines behind an address it is, and its signatures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netmon.resolver.edns import Wishes
from tests.resolver.asking import ask, data
from tests.resolver.daemons.knot import NSID, knot

_ZONE = "$TTL 60\n@ SOA ns h 1 7200 3600 86400 60\n@ NS ns\nns A 127.0.0.1\nhost A 192.0.2.1\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with knot(tmp_path_factory.mktemp("knot"), "wide.test", _ZONE) as port:
        yield f"127.0.0.1:{port}"


@pytest.mark.parametrize("scheme", ["udp", "tcp"])
def test_it_says_who_it_is(server: str, scheme: str) -> None:
    replies = ask(f"{scheme}://{server}", "host", "A", "MX", wishes=Wishes(nsid=True))
    assert data(replies) == ["192.0.2.1"]
    assert {said.extras.nsid for said in replies.said} == {NSID}


def test_signatures_come_with_do_only(server: str) -> None:
    assert [r.type for said in ask(server, "host").said for r in said.answer.records] == ["A"]
    (said,) = ask(server, "host", wishes=Wishes(dnssec_ok=True)).said
    assert [record.type for record in said.answer.records] == ["A", "RRSIG"]
