"""Servers of one zone that do not agree."""

from __future__ import annotations

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules.servers import judge
from netmon.resolver.rules.view import ServerView, ZoneView

NS = frozenset({"ns1.example.com.", "ns2.example.com."})
ONE = ServerView("ns1.example.com.", "192.0.2.1", True, "", 7, NS)
TWO = ServerView("ns2.example.com.", "192.0.2.2", True, "", 7, NS)


def found(*servers: ServerView) -> list[Finding]:
    return list(judge(ZoneView("example.com.", [], servers=servers)))


def test_servers_that_agree() -> None:
    assert found(ONE, TWO) == []


def test_a_lame_server() -> None:
    (lame,) = found(ONE, TWO._replace(authoritative=False, error="answers REFUSED"))
    assert (lame.check, lame.state) == ("lame-server", FindingState.FAIL)
    assert lame.evidence == "ns2.example.com. (192.0.2.2) answers REFUSED"


def test_a_silent_server_is_neither_sound_nor_lame() -> None:
    (silent,) = found(ONE, TWO._replace(authoritative=None, error="was silent"))
    assert (silent.check, silent.state) == ("lame-server", FindingState.UNKNOWN)
    assert silent.summary.startswith("cannot tell whether ns2.example.com. (192.0.2.2) serves example.com.")


def test_serials_that_differ() -> None:
    (differs,) = found(ONE, TWO._replace(serial=6))
    assert (differs.check, differs.state) == ("serial-differs", FindingState.WARN)
    assert differs.evidence == "7: ns1.example.com. (192.0.2.1); 6: ns2.example.com. (192.0.2.2)"


def test_ns_sets_that_differ_at_one_serial_do_not_mend() -> None:
    other = TWO._replace(servers=frozenset({"ns3.example.com."}))
    (differs,) = found(ONE, other)
    assert (differs.check, differs.state) == ("ns-set-differs", FindingState.FAIL)
    assert differs.fix.endswith("ns1.example.com., ns2.example.com., ns3.example.com.")
    both = found(ONE, other._replace(serial=8))
    assert [(finding.check, finding.state) for finding in both] == [
        ("serial-differs", FindingState.WARN),
        ("ns-set-differs", FindingState.WARN),
    ]
