"""What is noticed about answers, and that sound ones pass in silence."""

from __future__ import annotations

from netmon.model.finding import FindingState
from netmon.resolver.answer import Answer, Record
from netmon.resolver.ask import Replies, Said
from netmon.resolver.authority import Authority
from netmon.resolver.compare import compare
from netmon.resolver.edns import Explanation, Extras
from netmon.resolver.enquiry import Outcome
from netmon.resolver.judgement import findings, next_steps, system_findings
from netmon.resolver.questions import questions
from netmon.resolver.server import Server
from netmon.resolver.system.application import Application
from netmon.resolver.system.scope_source import Scoped
from netmon.resolver.system.scopes import Scope
from netmon.resolver.system.search_list import preview

GOOD = Answer("A", (Record("a.test.", 60, "A", "192.0.2.1"),), "NOERROR")
OTHER = Answer("A", (Record("a.test.", 60, "A", "192.0.2.9"),), "NOERROR")
SILENT = Answer("A", error="was silent until the time was up")


def outcome(*answers: Answer, ede: tuple[Explanation, ...] = ()) -> Outcome:
    """An answer of each of several servers."""
    replies = tuple(
        Replies(Server("udp", f"192.0.2.{at}", 53), None, (Said(answer, Extras(ede)),), 1.0)
        for at, answer in enumerate(answers, 1)
    )
    return Outcome("a.test", "a.test.", replies, compared=compare(replies))


def test_sound_answers_pass_in_silence() -> None:
    same = Application(("192.0.2.1",), differs=False)
    assert findings(outcome(GOOD, GOOD)._replace(application=same)) == ()
    assert findings(outcome(Answer("A", rcode="NXDOMAIN", error="a.test. does not exist"))) == ()


def test_who_is_dead() -> None:
    (found,) = findings(outcome(GOOD, SILENT))
    assert (found.check, found.state) == ("dns-silent", FindingState.FAIL)
    assert found.summary == "192.0.2.2 does not answer."
    assert found.evidence == "192.0.2.2 was silent until the time was up"


def test_who_fails_and_why() -> None:
    bad = Answer("A", rcode="SERVFAIL", error="it failed")
    (found,) = findings(outcome(bad, ede=(Explanation(9, "DNSKEY Missing", ""),)))
    assert (found.check, found.evidence) == ("dns-failure", "9 DNSKEY Missing")


def test_what_is_explained_of_every_type_is_told_once() -> None:
    bad = Answer("A", rcode="SERVFAIL", error="it failed")
    told = tuple(Explanation(7, "Signature Expired", f"of {kind}") for kind in ("A", "AAAA", "MX"))
    (found,) = findings(outcome(bad, ede=(*told, Explanation(22, "No Reachable Authority", ""))))
    assert found.evidence == "7 Signature Expired: of A; 22 No Reachable Authority"


def test_a_failure_leads_to_the_question_that_explains_it() -> None:
    def fix(*codes: int, rcode: str = "SERVFAIL", kind: str = "A", flags: tuple[str, ...] = ()) -> str:
        bad = Answer(kind, rcode=rcode, flags=flags, error="it failed")
        (found,) = findings(outcome(bad, ede=tuple(Explanation(code, "", "") for code in codes)))
        assert next_steps(outcome(bad, bad)) == (
            () if rcode != "SERVFAIL" or flags else next_steps(outcome(bad))
        )
        return found.fix

    assert (
        fix(7)
        == "netmon dns a.test. --dnssec, or Trust in the app, shows whether a signature is wrong, and which"
    )
    assert fix(22, 6, kind="MX").startswith("netmon dns a.test. MX --dnssec, ")
    assert fix(22) == "netmon dns a.test. --trace, or Trace in the app, shows which server fails"
    assert fix() == f"{fix(7)}; {fix(22)}"
    assert fix(7, rcode="REFUSED") == fix(7, flags=("CD",)) == ""


def test_servers_that_differ_lead_to_those_of_the_zone() -> None:
    told = outcome(GOOD, OTHER)
    (step,) = next_steps(told)
    assert step.startswith("ask again with --server authoritative, too: ")
    assert next_steps(told._replace(authority=Authority("a.test.", (), ""))) == ()
    assert next_steps(outcome(GOOD, GOOD)) == ()


def test_who_differs() -> None:
    (found,) = findings(outcome(GOOD, OTHER, GOOD))
    assert (found.check, found.state) == ("dns-differ", FindingState.WARN)
    assert found.evidence == "A of 192.0.2.2 is different"


def test_what_programs_get() -> None:
    other = Application(("192.0.2.7",), differs=True, source="/etc/hosts has 192.0.2.7 for it")
    (found,) = findings(outcome(GOOD)._replace(application=other))
    assert found.check == "dns-programs"
    assert found.why == "What made the difference: /etc/hosts has 192.0.2.7 for it"


def test_what_this_machine_makes_of_the_name() -> None:
    order = preview(questions("a.test", ["A"], ("x.test.",), 2)[1], 2)
    scopes = (Scope("lan", ("192.0.2.1",), default=True), Scope("vpn", ("10.8.0.1",), ("test",)))
    told = outcome(GOOD)._replace(order=order, scoped=Scoped(scopes, "scutil --dns"))
    found = findings(told)
    assert [each.check for each in found] == ["dns-search", "dns-scope"]
    assert found == tuple(system_findings(told))


def test_a_server_of_the_zone_that_answers_without_authority() -> None:
    server = Server("udp", "192.0.2.1", 53, name="ns.ex.test.")
    replies = Replies(server, None, (Said(Answer("A", rcode="NOERROR", flags=("QR",))),), 1.0)
    assert [each.check for each in findings(Outcome("a", "a.ex.test.", (replies,)))] == ["dns-lame"]
    with_authority = replies._replace(said=(Said(Answer("A", rcode="NOERROR", flags=("QR", "AA"))),))
    assert findings(Outcome("a", "a.ex.test.", (with_authority,))) == ()
