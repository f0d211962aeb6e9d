"""Whether servers say the same."""

from __future__ import annotations

from netmon.resolver.answer import Answer, Record
from netmon.resolver.ask import Replies, Said
from netmon.resolver.compare import Verdict, compare
from netmon.resolver.server import Server


def replies(host: str, *data: str, rcode: str | None = "NOERROR", ttl: int = 60) -> Replies:
    """One server's answer for A."""
    records = tuple(Record("a.test.", ttl, "A", each) for each in data)
    return Replies(Server("udp", host, 53), host, (Said(Answer("A", records, rcode)),), 1.0)


def verdicts(*each: Replies) -> list[Verdict]:
    """In the order of the servers."""
    return [compared.verdict for compared in compare(each)]


def test_one_server_is_compared_with_nobody() -> None:
    assert compare([replies("1")]) == ()


def test_the_same_though_older() -> None:
    assert verdicts(replies("1", "x", "y"), replies("2", "x", "y", ttl=3)) == [Verdict.SAME] * 2


def test_round_robin_of_the_same_set() -> None:
    assert verdicts(replies("1", "x", "y"), replies("2", "y", "x")) == [Verdict.SAME, Verdict.ROTATED]


def test_most_servers_are_the_measure_and_the_first_where_they_draw() -> None:
    assert verdicts(replies("1", "x"), replies("2", "y"), replies("3", "y")) == [
        Verdict.DIFFERENT, Verdict.SAME, Verdict.SAME,
    ]  # fmt: skip
    assert verdicts(replies("1", "x"), replies("2", "y")) == [Verdict.SAME, Verdict.DIFFERENT]


def test_what_others_have_is_missing_and_what_others_lack_is_different() -> None:
    assert verdicts(replies("1", "x"), replies("2")) == [Verdict.SAME, Verdict.MISSING]
    assert verdicts(replies("1"), replies("2", "x")) == [Verdict.SAME, Verdict.DIFFERENT]
    assert verdicts(replies("1"), replies("2", rcode="NXDOMAIN"))[1] == Verdict.DIFFERENT


def test_who_cannot_say_is_no_measure_and_does_not_differ() -> None:
    failed = replies("1", rcode="SERVFAIL")
    assert verdicts(failed, replies("2", rcode="SERVFAIL"), replies("3", "x")) == [
        Verdict.FAILED, Verdict.FAILED, Verdict.SAME,
    ]  # fmt: skip
    assert verdicts(failed, failed) == [Verdict.FAILED] * 2


def test_who_gave_no_answer_is_no_measure() -> None:
    assert verdicts(replies("1", rcode=None), replies("2", rcode=None), replies("3", "x")) == [
        Verdict.NO_ANSWER, Verdict.NO_ANSWER, Verdict.SAME,
    ]  # fmt: skip
    assert verdicts(replies("1", rcode=None), replies("2", rcode=None)) == [Verdict.NO_ANSWER] * 2


def own(*records: Record, aa: bool = True, error: str | None = None) -> Replies:
    """What one of the zone's own servers says of A."""
    answer = Answer("A", records, "NOERROR", flags=("AA",) if aa else (), error=error)
    server = Server("udp", "192.0.2.53", 53, name="ns.test.")
    return Replies(server, server.host, (Said(answer),), 1.0)


def test_the_zones_own_servers_are_the_measure_even_alone_against_many() -> None:
    old = (replies("1", "x"), replies("2", "x"), replies("3", "x"))
    new = Record("a.test.", 60, "A", "y")
    assert verdicts(*old, own(new)) == [*[Verdict.DIFFERENT] * 3, Verdict.SAME]
    assert verdicts(*old, own(new, aa=False)) == [*[Verdict.SAME] * 3, Verdict.DIFFERENT]


def test_what_lies_in_other_zones_is_no_difference() -> None:
    alias = Record("a.test.", 60, "CNAME", "b.other.")
    whole = Answer("A", (alias._replace(ttl=9), Record("b.other.", 5, "A", "x")), "NOERROR")
    resolver = Replies(Server("udp", "1", 53), "1", (Said(whole),), 1.0)
    gone = Replies(Server("udp", "2", 53), "2", (Said(Answer("A", (alias,), "NXDOMAIN")),), 1.0)
    assert verdicts(own(alias, error="no A"), resolver, gone) == [Verdict.SAME] * 3
    assert verdicts(own(alias, error="no A"), replies("3", "z"))[1] is not Verdict.SAME
