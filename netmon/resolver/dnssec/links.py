"""One link of an answer: records, an alias or an absence, each checked against the zone that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.dnssec.denial.verdict import Denial, DenialKind
from netmon.resolver.dnssec.evidence import Evidence, evidence
from netmon.resolver.dnssec.pursuit import Pursuit, shown, without_edns
from netmon.resolver.dnssec.signed import Signed, find, is_expanded, of_types
from netmon.resolver.dnssec.verdict import StepKind, TrustStatus, TrustStep

if TYPE_CHECKING:
    import dns.message
    import dns.name
    from dns.rdtypes.ANY.RRSIG import RRSIG

    from netmon.resolver.dnssec.fetching import Fetched
    from netmon.resolver.dnssec.zones import Zone


class Found(NamedTuple):
    """What a message says of a name, unjudged."""

    kind: StepKind
    signed: Signed | None = None
    """None where it says that there is nothing."""
    target: dns.name.Name | None = None
    """Where an alias leads; None where it is none, or leads to a name that would be too long."""


class Question(NamedTuple):
    """What was asked, and what came."""

    name: dns.name.Name
    type: str
    fetched: Fetched
    message: dns.message.Message
    zone: Zone


def found(message: dns.message.Message, name: dns.name.Name, kind: str) -> Found:
    """The records of a name, or the alias that it is.

    A DNAME is looked for before the CNAME that is made of it, which nobody signs (RFC 6672 section 5.3.1).
    """
    if (signed := find(message.answer, name, kind)) is not None:
        return Found(StepKind.ANSWER, signed)
    for dname in of_types(message.answer, "DNAME"):
        owner = dname.rrset.name
        if owner != name and name.is_subdomain(owner):
            return Found(StepKind.ALIAS, dname, _below(name, owner, dname.rrset[0].target))
    if (signed := find(message.answer, name, "CNAME")) is not None:
        return Found(StepKind.ALIAS, signed, signed.rrset[0].target)
    return Found(StepKind.DENIAL)


def judge(pursuit: Pursuit, question: Question, link: Found) -> TrustStep:
    """Whether a link can be believed, as the step to tell."""
    step = TrustStep(
        link.kind, shown(question.zone.name), shown(question.name), TrustStatus.INSECURE, "",
        ms=question.fetched.ms, server=question.fetched.server,
    )  # fmt: skip
    what = _what(question, link)
    if question.zone.status is TrustStatus.INSECURE:
        return step._replace(summary=f"{what}: nothing vouches for that, as nothing is signed here")
    if link.signed is None:
        return _judge_absence(pursuit, question, step, what)
    return _judge_records(pursuit, question, step, link.signed, what)


def _judge_records(
    pursuit: Pursuit, question: Question, step: TrustStep, signed: Signed, what: str
) -> TrustStep:
    checked = pursuit.check(signed, question.zone.trusted)
    step = step._replace(signatures=checked.seen)
    if checked.good is None:
        is_deaf = without_edns(question.fetched) and not signed.signatures
        status = TrustStatus.INDETERMINATE if is_deaf else TrustStatus.BOGUS
        return step._replace(status=status, summary=f"{what} is not to be trusted: {checked.why}")
    if is_expanded(signed.rrset.name, checked.good):
        return _judge_expansion(pursuit, question, step, signed, checked.good)
    return step._replace(status=TrustStatus.SECURE, summary=f"{what} is signed by key {checked.good.key_tag}")


def _judge_expansion(
    pursuit: Pursuit, question: Question, step: TrustStep, signed: Signed, good: RRSIG
) -> TrustStep:
    """What a wildcard gave needs the proof that no closer name is there (RFC 4035 section 5.3.4)."""
    from netmon.resolver.dnssec.denial.proofs import no_closer_match

    owner, zone = signed.rrset.name, question.zone
    proof = evidence(pursuit, question.message, zone.trusted)
    denial = no_closer_match(owner, good.labels, zone.name, proof.rrsets)
    wildcard = f"*.{shown(owner.split(good.labels + 1)[1])}".replace("*..", "*.")
    step = step._replace(signatures=(*step.signatures, *proof.signatures), basis=denial.basis)
    what = f"{shown(owner)} is made from the wildcard {wildcard}"
    return _by_proof(
        step,
        denial,
        proof,
        f"{what}, signed by key {good.key_tag}",
        f"that nothing closer than {wildcard} matches {shown(owner)}",
    )


def _judge_absence(pursuit: Pursuit, question: Question, step: TrustStep, what: str) -> TrustStep:
    from netmon.resolver.dnssec.denial.proofs import absence

    zone = question.zone
    proof = evidence(pursuit, question.message, zone.trusted)
    is_gone = question.fetched.rcode == "NXDOMAIN"
    denial = absence(question.name, question.type, zone.name, proof.rrsets, nxdomain=is_gone)
    step = step._replace(signatures=proof.signatures, basis=denial.basis)
    if not denial.proven and without_edns(question.fetched):
        return step._replace(status=TrustStatus.INDETERMINATE, summary=f"{what}: the server proves nothing")
    if denial.proven and (why := _unsigned_soa(pursuit, question)):
        return step._replace(status=TrustStatus.BOGUS, summary=f"{what}: {shown(zone.name)} proves it, {why}")
    return _by_proof(step, denial, proof, f"{what}: {shown(zone.name)} proves it", f"that {what}")


def _unsigned_soa(pursuit: Pursuit, question: Question) -> str:
    """What is wrong with the SOA of a negative answer; empty if nothing is.

    Validators fail the whole answer for it (RFC 4035 section 3.2.3): it says how long the absence holds.
    """
    for soa in of_types(question.message.authority, "SOA"):
        if soa.rrset.name == question.zone.name:
            checked = pursuit.check(soa, question.zone.trusted)
            if checked.good is None:
                return f"but for how long is not to be trusted: the SOA beside it: {checked.why}"
    return ""


def _by_proof(step: TrustStep, denial: Denial, proof: Evidence, what: str, claim: str) -> TrustStep:
    """A step that rests on an absence.

    Args:
        step: what is known of it.
        denial: the proof.
        proof: what it was made of.
        what: what holds if it is good.
        claim: what it was to prove.
    """
    if denial.kind is DenialKind.TOO_COSTLY:
        return step._replace(status=TrustStatus.INSECURE, summary=f"not checked {claim}: {denial.reason}")
    if not denial.proven:
        why = f"it is not proved {claim}: {proof.why_not(denial)}"
        return step._replace(status=TrustStatus.BOGUS, summary=why)
    if denial.kind is DenialKind.OPT_OUT:
        why = f"{what}, but unsigned delegations may be there all the same (opt-out)"
        return step._replace(status=TrustStatus.INSECURE, summary=why)
    return step._replace(status=TrustStatus.SECURE, summary=what)


def _what(question: Question, link: Found) -> str:
    """The link in words."""
    name = shown(question.name)
    if link.signed is None:
        gone = question.fetched.rcode == "NXDOMAIN"
        return f"{name} does not exist" if gone else f"{name} has no {question.type} record"
    if link.kind is StepKind.ANSWER:
        return f"the {question.type} of {name}"
    owner = link.signed.rrset.name
    by = f" by the DNAME of {shown(owner)}" if owner != question.name else ""
    return f"the alias of {name} to {'no name' if link.target is None else shown(link.target)}{by}"


def _below(name: dns.name.Name, owner: dns.name.Name, target: dns.name.Name) -> dns.name.Name | None:
    """`name` with `target` in the place of `owner` (RFC 6672 section 2.2)."""
    import dns.name

    try:
        return name.relativize(owner).concatenate(target)
    except dns.name.NameTooLong:
        return None
