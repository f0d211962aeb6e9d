"""What is to be noticed about the answers of several servers: who is dead, who differs, what programs get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netmon.model.finding import Finding, FindingState
from netmon.resolver.aliases.chain import chain_of
from netmon.resolver.aliases.findings import chain_findings
from netmon.resolver.ask import Said
from netmon.resolver.compare import Verdict
from netmon.resolver.edns import Explanation
from netmon.resolver.enquiry import Outcome
from netmon.resolver.lifetimes.findings import ttl_findings
from netmon.resolver.system import scope_findings, search_list

_DNSSEC_CODES = frozenset((1, 2, *range(5, 13), 25, 27))
"""Extended errors that are about signatures and keys (RFC 8914 section 4, and what was registered since)."""
_FAILURES = ("SERVFAIL", "REFUSED", "FORMERR", "NOTIMP", "BADVERS")


_ASK_THE_ZONE = (
    "ask again with --server authoritative, too: what the zone's own servers say, and until when others may "
    "still have an old answer"
)


def findings(outcome: Outcome) -> tuple[Finding, ...]:
    """The worst first; none where there is nothing to be noticed."""
    lives = (*chain_findings(chain_of(outcome)), *ttl_findings(outcome))
    return (
        *_dead(outcome),
        *_failing(outcome),
        *_lame(outcome),
        *_differing(outcome),
        *lives,
        *_program(outcome),
        *system_findings(outcome),
    )


def next_steps(outcome: Outcome) -> tuple[str, ...]:
    """What to ask next where the answer alone does not help: the servers differ, or fail; once each."""
    return tuple(dict.fromkeys(each.fix for each in (*_failing(outcome), *_differing(outcome)) if each.fix))


def _dead(outcome: Outcome) -> Iterator[Finding]:
    for replies in outcome.replies:
        silent = [said.answer for said in replies.said if said.answer.rcode is None]
        if silent:
            kinds = ", ".join(answer.type for answer in silent)
            what = "does not answer" if len(silent) == len(replies.said) else f"does not answer for {kinds}"
            yield Finding(
                "dns-silent", FindingState.FAIL, f"{replies.server} {what}.",
                f"{replies.server} {silent[0].error}", "Whoever asks it first waits for it each time.",
            )  # fmt: skip


def _failing(outcome: Outcome) -> Iterator[Finding]:
    for replies in outcome.replies:
        failed = [said for said in replies.said if said.answer.rcode in _FAILURES]
        if failed:
            explained = tuple(dict.fromkeys(each for said in failed for each in said.extras.ede))
            rcodes = list(dict.fromkeys(str(said.answer.rcode) for said in failed))
            yield Finding(
                "dns-failure", FindingState.FAIL, f"{replies.server} fails with {', '.join(rcodes)}.",
                "; ".join(_each_once(explained)),
                "It cannot or does not want to say whether there is such a name.",
                _to_ask_next(outcome.name, failed),
                "RFC 8914" if explained else "RFC 1035 section 4.1.1",
            )  # fmt: skip


def _each_once(explained: Sequence[Explanation]) -> Iterator[str]:
    """The first of each code: servers explain the same for every type that was asked."""
    for code in dict.fromkeys(each.code for each in explained):
        yield next(str(each) for each in explained if each.code == code)


def _to_ask_next(name: str, failed: Sequence[Said]) -> str:
    """Which question shows why a resolver says SERVFAIL, by what it explains."""
    kinds = [s.answer.type for s in failed if s.answer.rcode == "SERVFAIL" and "CD" not in s.answer.flags]
    if not kinds:
        return ""
    name = name if "A" in kinds else f"{name} {kinds[0]}"
    # 0 is "other": it says nothing of where to look.
    codes = {explanation.code for said in failed for explanation in said.extras.ede if explanation.code}
    dnssec = f"netmon dns {name} --dnssec, or Trust in the app, shows whether a signature is wrong, and which"
    trace = f"netmon dns {name} --trace, or Trace in the app, shows which server fails"
    if codes & _DNSSEC_CODES:
        return dnssec
    return trace if codes else f"{dnssec}; {trace}"


def _lame(outcome: Outcome) -> Iterator[Finding]:
    for replies in outcome.replies:
        known = [s.answer for s in replies.said if s.answer.rcode in ("NOERROR", "NXDOMAIN")]
        if replies.server.name and known and not any("AA" in answer.flags for answer in known):
            zone = outcome.authority.zone if outcome.authority is not None else "the zone"
            yield Finding(
                "dns-lame", FindingState.WARN, f"{replies.server} does not serve {zone} as it should.",
                "it answers without authority (no AA)",
                "Whoever asks it first gets nothing of use and has to ask another.",
                "Configure the zone there, or take the server out of the delegation.", "RFC 1912 section 2.8",
            )  # fmt: skip


def _differing(outcome: Outcome) -> Iterator[Finding]:
    differing = [each for each in outcome.compared if each.verdict in (Verdict.DIFFERENT, Verdict.MISSING)]
    if differing:
        told = "; ".join(f"{each.type} of {each.server} is {each.verdict}" for each in differing)
        yield Finding(
            "dns-differ", FindingState.WARN, f"The servers do not say the same of {outcome.name}", told,
            "Who gets which depends on whom they ask: an old answer in a cache, or another view of the zone.",
            "" if outcome.authority is not None else _ASK_THE_ZONE,
        )  # fmt: skip


def _program(outcome: Outcome) -> Iterator[Finding]:
    found = outcome.application
    if found is not None and found.differs:
        got = ", ".join(found.addresses) or f"nothing ({found.error})"
        yield Finding(
            "dns-programs", FindingState.WARN, f"Programs here get something else for {outcome.asked}.",
            f"getaddrinfo gives {got}", f"What made the difference: {found.source}",
            reference="nsswitch.conf(5)",
        )  # fmt: skip


def system_findings(outcome: Outcome) -> Iterator[Finding]:
    """What this machine makes of the name before it asks anybody: how it is completed, and who is asked."""
    yield from search_list.findings(outcome.order, outcome.name)
    asked = [each.server for each in outcome.replies]
    yield from scope_findings.findings(outcome.scoped, outcome.name, asked)
