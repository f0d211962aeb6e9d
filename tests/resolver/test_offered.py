"""Which servers are offered."""

from __future__ import annotations

from netmon.resolver.offered import PUBLIC, offered
from netmon.resolver.server import Server, parse_server


def test_nobody_is_ticked_who_was_not() -> None:
    mine = parse_server("192.0.2.53")
    found = offered({Server("system"): True, parse_server("9.9.9.9"): True}, (mine,))
    assert [str(server) for server, ticked in found.items() if ticked] == ["system", "9.9.9.9"]
    own = Server("authoritative")
    assert list(found)[:4] == [Server("system"), parse_server("9.9.9.9"), own, mine]


def test_everything_public_can_be_read_and_is_offered_once() -> None:
    assert [str(server) for server in offered({})] == ["authoritative", *PUBLIC]
