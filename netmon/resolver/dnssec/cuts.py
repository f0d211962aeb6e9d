"""One label further down: whether another zone begins there, and what its parent says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.dnssec.denial.verdict import Denial, DenialKind
from netmon.resolver.dnssec.evidence import evidence
from netmon.resolver.dnssec.keys import MOST_DIGESTS, digest_seen, unknown, usable
from netmon.resolver.dnssec.pursuit import Pursuit, not_had, shown, without_edns
from netmon.resolver.dnssec.signed import Signed, find, is_expanded, of_types
from netmon.resolver.dnssec.verdict import StepKind, TrustStatus, TrustStep
from netmon.resolver.dnssec.zones import Zone, admit

if TYPE_CHECKING:
    import dns.message
    import dns.name


class Place(NamedTuple):
    """What stands at a name."""

    zone: Zone
    is_end: bool = False
    """Whether no other zone can begin below: the name is not there, or an alias."""
    doubt: TrustStep | None = None
    """What is to be told, and was not yet, if nothing further down shows which zone it is in: the parent
    should prove whether a zone begins here, and does not."""


def descend(pursuit: Pursuit, parent: Zone, cut: dns.name.Name) -> Place:
    """Ask `parent`, which is secure, for the DS of a name that is a label or more below it."""
    return _Cut(pursuit, parent, cut).place()


class _Cut:
    """One question for a DS."""

    def __init__(self, pursuit: Pursuit, parent: Zone, cut: dns.name.Name) -> None:
        self._pursuit, self._parent, self._cut = pursuit, parent, cut
        self._fetched = pursuit.ask(cut, "DS")
        self._step = TrustStep(
            StepKind.DELEGATION, shown(cut), shown(cut), TrustStatus.INDETERMINATE, "",
            ms=self._fetched.ms, server=self._fetched.server,
        )  # fmt: skip

    def place(self) -> Place:
        message = self._fetched.message
        if message is None or not self._fetched.is_answer:
            what = not_had(f"the DS of {shown(self._cut)}", self._fetched)
            return self._ended(TrustStatus.INDETERMINATE, what)
        if (signed := find(message.answer, self._cut, "DS")) is not None:
            return self._delegated(signed)
        if (alias := _alias(message, self._cut, self._parent)) is not None:
            return self._aliased(alias)
        return self._denied(message)

    def _delegated(self, signed: Signed) -> Place:
        digests = tuple(signed.rrset)
        checked = self._pursuit.check(signed, self._parent.trusted)
        self._step = self._step._replace(
            digests=tuple(digest_seen(ds, unknown(ds)) for ds in digests[:MOST_DIGESTS]),
            signatures=checked.seen,
        )
        # One of a wildcard is not of this name: which zones there are, their parents say one by one.
        is_wild = checked.good is not None and is_expanded(self._cut, checked.good)
        if checked.good is None or is_wild:
            why = checked.why or "it is made from a wildcard"
            return self._ended(
                self._unsigned(signed), f"the DS of {shown(self._cut)} is not to be trusted: {why}"
            )
        if not usable(digests):
            why = f"{shown(self._cut)} is signed only in ways that are not known here: {unknown(digests[0])}"
            return self._ended(TrustStatus.INSECURE, why)
        keys = self._pursuit.ask(self._cut, "DNSKEY")
        return Place(admit(self._pursuit, self._step, self._cut, keys, digests))

    def _aliased(self, alias: Signed) -> Place:
        """Where an alias is, nothing else is (RFC 1034 section 3.6.2): no zone begins there."""
        checked = self._pursuit.check(alias, self._parent.trusted)
        self._step = self._step._replace(signatures=checked.seen)
        if checked.good is None:
            what = f"whether a zone begins at {shown(self._cut)} is not to be trusted: {checked.why}"
            return self._ended(self._unsigned(alias), what)
        return self._same_zone(f"{shown(alias.rrset.name)} is an alias", (), is_end=True)

    def _denied(self, message: dns.message.Message) -> Place:
        from netmon.resolver.dnssec.denial.proofs import no_ds

        found = evidence(self._pursuit, message, self._parent.trusted)
        self._step = self._step._replace(signatures=found.signatures)
        denial = no_ds(self._cut, self._parent.name, found.rrsets)
        cut, parent = shown(self._cut), shown(self._parent.name)
        if denial.kind is DenialKind.NO_CUT:
            is_end = self._fetched.rcode == "NXDOMAIN"
            what = "there is no such name" if is_end else "no delegation there"
            return self._same_zone(what, denial.basis, is_end=is_end)
        self._step = self._step._replace(basis=denial.basis)
        if why := _insecure(denial, cut, parent):
            return self._ended(TrustStatus.INSECURE, why)
        why = f"{parent} should prove whether {cut} is signed, and does not: {found.why_not(denial)}"
        if without_edns(self._fetched):
            return self._ended(TrustStatus.INDETERMINATE, why)
        return Place(self._parent, doubt=self._step._replace(status=TrustStatus.BOGUS, summary=why))

    def _same_zone(self, what: str, basis: tuple[str, ...], *, is_end: bool) -> Place:
        zone = shown(self._parent.name)
        text = f"{shown(self._cut)} is in the zone {zone}: {what}"
        self._pursuit.tell(
            self._step._replace(
                kind=StepKind.SAME_ZONE, zone=zone, status=TrustStatus.SECURE, summary=text, basis=basis
            )
        )
        return Place(self._parent, is_end)

    def _unsigned(self, signed: Signed) -> TrustStatus:
        """What it means that records of a signed zone do not verify."""
        is_deaf = without_edns(self._fetched) and not signed.signatures
        return TrustStatus.INDETERMINATE if is_deaf else TrustStatus.BOGUS

    def _ended(self, status: TrustStatus, text: str) -> Place:
        self._pursuit.tell(self._step._replace(status=status, summary=text))
        return Place(Zone(self._cut, status, text), is_end=True)


def _insecure(denial: Denial, cut: str, parent: str) -> str:
    """The sentence on what ends the chain by right; empty if nothing does."""
    if denial.kind is DenialKind.NO_DS:
        return f"the chain ends at {cut}: {parent} delegates it without a DS, so nothing below is signed"
    if denial.kind is DenialKind.OPT_OUT:
        return f"the chain ends at {cut}: {parent} leaves unsigned delegations out of its proofs (opt-out)"
    if denial.kind is DenialKind.TOO_COSTLY:
        return f"the chain ends at {cut}: {denial.reason}"
    return ""


def _alias(message: dns.message.Message, name: dns.name.Name, zone: Zone) -> Signed | None:
    """A CNAME at the name, or a DNAME above it in the zone."""
    for dname in of_types(message.answer, "DNAME"):
        owner = dname.rrset.name
        if owner != name and name.is_subdomain(owner) and owner.is_subdomain(zone.name):
            return dname
    return find(message.answer, name, "CNAME")
