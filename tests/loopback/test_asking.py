"""The resolvers are asked what the user allows, and nothing else."""

from __future__ import annotations

from netmon.loopback.asking import FAR, LOCAL, Ask, Heard, listen_to_resolvers
from tests.resolver.server import serve

ZONES = {"localhost": "@ IN A 127.0.0.1\n", "arpa": "ipv4only IN A 192.0.0.170\n"}


def test_only_the_allowed_names_are_asked() -> None:
    for ask, names in (
        (Ask.NOTHING, set()),
        (Ask.LOCALHOST, {"localhost.", "x.localhost."}),
        (Ask.ALL, {"localhost.", "x.localhost.", "ipv4only.arpa."}),
    ):
        with serve(ZONES) as server:
            listen_to_resolvers(ask, [server.endpoint])
            assert {name for name, _, _ in server.asked} == names
    assert {q.name for q in LOCAL + FAR} == {"localhost.", "x.localhost.", "ipv4only.arpa."}


def test_no_more_resolvers_than_the_c_library_asks() -> None:
    with serve(ZONES) as server:
        heard = listen_to_resolvers(Ask.LOCALHOST, [server.endpoint] * 5)
    assert len(heard.servers) == 3


def test_replies_are_found_by_question_and_by_server() -> None:
    with serve(ZONES) as one, serve(ZONES) as other:
        heard = listen_to_resolvers(Ask.ALL, [one.endpoint, other.endpoint])
    assert [reply.question for reply in heard.by(other.endpoint)] == [*LOCAL, *FAR]
    assert [reply.server for reply in heard.of(FAR[:1])] == [one.endpoint, other.endpoint]


def test_nothing_asked_is_nothing_heard() -> None:
    assert listen_to_resolvers(Ask.NOTHING) == Heard(Ask.NOTHING)
