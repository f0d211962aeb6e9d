"""One server and what it said, for the walk and for the eye."""

from __future__ import annotations

import dns.name

from netmon.resolver.trace.asking import Heard
from netmon.resolver.trace.atlas import Cut
from netmon.resolver.trace.consulted import Consulted, best, consulted, dead_end, not_asked, text, trace_cut
from netmon.resolver.trace.steps import Outcome
from tests.resolver.trace.messages import NAME, ZONE, read, response

SERVER = dns.name.from_text("ns.test.")


def heard(said: Heard) -> Consulted:
    return consulted(SERVER, "192.0.2.53", said, ZONE, NAME, "A")


ANSWER = heard(Heard(response("www.ex.test. 60 IN A 192.0.2.1", aa=True), 1.5, "udp"))
SILENT = heard(Heard(None, failure=Outcome.SILENT, detail="is silent"))


def test_what_was_heard() -> None:
    server = ANSWER.server
    assert (server.name, server.address, server.outcome) == ("ns.test.", "192.0.2.53", Outcome.ANSWER)
    assert (server.ms, server.authoritative, server.transport, server.rcode) == (1.5, True, "udp", "NOERROR")
    assert ANSWER.reading.records == server.records


def test_nothing_heard_is_unknown_not_zero() -> None:
    server = SILENT.server
    assert (server.outcome, server.detail) == (Outcome.SILENT, "is silent")
    assert (server.ms, server.authoritative, server.transport, server.rcode) == (None, None, None, None)


def test_the_best_is_the_first_that_helps() -> None:
    lost = not_asked(SERVER, Outcome.NO_GLUE, "has no glue")
    assert (lost.server.address, lost.reading.outcome) == (None, Outcome.NO_GLUE)
    assert best([lost, SILENT, ANSWER, ANSWER]) == 2
    assert best([lost, SILENT]) is None
    assert best([]) is None


def test_a_dead_end_says_how_many_could_not_be_used() -> None:
    cut = Cut(ZONE, (SERVER,))
    assert dead_end(cut, [SILENT]).detail == "the only server of test. could not be used"
    assert dead_end(cut, [SILENT, SILENT]).detail == "no server of test. could be used"


def test_a_delegation_as_it_is_shown() -> None:
    said = response(authority="ex.test. 9 IN NS ns.ex.test.", additional="ns.ex.test. 9 IN A 192.0.2.5")
    delegation = read(said).delegation
    assert delegation is not None
    cut = trace_cut(delegation)
    assert (cut.zone, cut.ttl, cut.servers) == ("ex.test.", 9, ("ns.ex.test.",))
    assert (cut.glue, cut.missing) == ((("ns.ex.test.", "192.0.2.5"),), ())


def test_names_are_safe_to_print() -> None:
    assert text(dns.name.from_text("\\027[31m.test.")).isprintable()
