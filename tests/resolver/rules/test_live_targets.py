"""Names asked of real resolvers, willing and not."""

from __future__ import annotations

from netmon.resolver.rules.live_targets import find
from netmon.resolver.rules.view import Existence, Standing
from tests.resolver.server import Fault, Server, serve

ZONE = """
host A 192.0.2.1
host AAAA 2001:db8::1
text TXT x
www CNAME old
old CNAME gone
a CNAME b
b CNAME a
silent A 192.0.2.2
half A 192.0.2.2
"""
FAULTS = {
    "silent.example.test.": Fault(drop=True),
    "half.example.test.": Fault(drop=True, kinds=frozenset({"A"})),
}


def look(name: str, *servers: Server) -> dict[str, Standing]:
    return find([f"{name}.example.test."], [server.endpoint for server in servers])


def test_every_way_to_stand() -> None:
    with serve({"example.test.": ZONE}) as server:
        host = look("host", server)["host.example.test."]
        assert (host.existence, host.addresses) == (Existence.EXISTS, ("192.0.2.1", "2001:db8::1"))
        assert look("text", server)["text.example.test."][:2] == (Existence.EXISTS, ())
        assert look("gone", server)["gone.example.test."].existence is Existence.ABSENT
        way = look("www", server)
        assert [(name, standing.alias) for name, standing in way.items()] == [
            ("www.example.test.", "old.example.test."),
            ("old.example.test.", "gone.example.test."),
            ("gone.example.test.", ""),
        ]
        assert way["gone.example.test."].existence is Existence.ABSENT
        assert set(look("a", server)) == {"a.example.test.", "b.example.test."}


def test_silence_is_neither_there_nor_absent() -> None:
    with serve({"example.test.": ZONE}, FAULTS) as server:
        found = find(["silent.example.test.", "half.example.test."], [server.endpoint])
    assert {standing.existence for standing in found.values()} == {Existence.UNKNOWN}
    assert found["silent.example.test."].reason == "127.0.0.1 was silent"


def test_one_resolver_that_knows_is_enough() -> None:
    with serve({"example.test.": ZONE}, FAULTS) as deaf, serve({"example.test.": ZONE}) as other:
        assert look("half", deaf, other)["half.example.test."].addresses == ("192.0.2.2",)


def test_too_many_names_are_not_asked_for() -> None:
    with serve({"example.test.": ZONE}) as server:
        found = find([f"n{n}.example.test." for n in range(70)], [server.endpoint])
    assert len(found) == 70
    assert [s.existence for s in found.values()].count(Existence.UNKNOWN) == 6
