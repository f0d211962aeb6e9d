"""The keys of a zone: believed when a key that the anchor or the parent names has signed them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.dnssec.keys import Vouched, digest_seen, keys_seen, usable, vouched
from netmon.resolver.dnssec.pursuit import Pursuit, not_had, shown, without_edns
from netmon.resolver.dnssec.signatures import Keys
from netmon.resolver.dnssec.signed import Signed, find
from netmon.resolver.dnssec.verdict import StepKind, TrustStatus, TrustStep

if TYPE_CHECKING:
    import dns.name
    from dns.rdtypes.ANY.DNSKEY import DNSKEY
    from dns.rdtypes.ANY.DS import DS

    from netmon.resolver.dnssec.anchors import Anchor
    from netmon.resolver.dnssec.fetching import Fetched

_STRIPS = "does not pass on DNSSEC records"


class Zone(NamedTuple):
    """A zone as far as it can be believed."""

    name: dns.name.Name
    status: TrustStatus
    reason: str = ""
    """Why it is not secure, in one sentence."""
    keys: tuple[DNSKEY, ...] = ()
    """All of its keys, once they are secure."""

    @property
    def trusted(self) -> Keys:
        """What its records must be signed with."""
        return Keys(self.name, self.keys)


def anchored(pursuit: Pursuit, anchor: Anchor) -> Zone:
    """The zone of the anchor, whose keys must be those of the anchor."""
    zone = shown(anchor.zone)
    step = TrustStep(StepKind.ANCHOR, zone, zone, TrustStatus.INDETERMINATE, "")
    step = step._replace(digests=tuple(map(digest_seen, anchor.digests)))
    fetched = pursuit.ask(anchor.zone, "DNSKEY")
    if fetched.message is not None and fetched.is_answer:
        signed = find(fetched.message.answer, anchor.zone, "DNSKEY")
        if signed is None or not signed.signatures:
            # Where even the first keys come without signatures, the server is to blame, not the zone.
            gave = "them without signatures" if signed else "none"
            why = f"{fetched.server} {_STRIPS}: asked for the keys (DNSKEY) of {zone}, it gave {gave}"
            return _told(pursuit, _timed(step, fetched), anchor.zone, TrustStatus.INDETERMINATE, why)
    if not anchor.keys and not usable(anchor.digests):
        why = f"the algorithms of the trust anchor of {zone} are not known here"
        return _told(pursuit, step, anchor.zone, TrustStatus.INDETERMINATE, why)
    return admit(pursuit, step, anchor.zone, fetched, anchor.digests, anchor.keys)


def admit(
    pursuit: Pursuit,
    step: TrustStep,
    name: dns.name.Name,
    fetched: Fetched,
    digests: tuple[DS, ...],
    known: tuple[DNSKEY, ...] = (),
) -> Zone:
    """The zone with its keys, if one that is vouched for has signed them; tells the step.

    Args:
        pursuit: the validation.
        step: what is known of it already.
        name: of the zone.
        fetched: the answer to the question for its keys.
        digests: what the parent or the anchor says of them.
        known: keys that are believed themselves.
    """
    step = _timed(step, fetched)
    if fetched.message is None or not fetched.is_answer:
        why = not_had(f"the keys (DNSKEY) of {shown(name)}", fetched)
        return _told(pursuit, step, name, TrustStatus.INDETERMINATE, why)
    signed = find(fetched.message.answer, name, "DNSKEY")
    if signed is None:
        status = TrustStatus.INDETERMINATE if without_edns(fetched) else TrustStatus.BOGUS
        why = f"{shown(name)} should be signed, but {fetched.server} says that it has no DNSKEY"
        return _told(pursuit, step, name, status, why)
    found = vouched(name, digests, tuple(signed.rrset))
    trusted = tuple(dict.fromkeys((*found.keys, *(key for key in signed.rrset if key in known))))
    step = step._replace(digests=found.digests, keys=keys_seen(signed.rrset, trusted))
    return _signed_by(pursuit, step, name, signed, Vouched(trusted, found.digests), without_edns(fetched))


def _signed_by(
    pursuit: Pursuit, step: TrustStep, name: dns.name.Name, signed: Signed, found: Vouched, is_deaf: bool
) -> Zone:
    whose = "trust anchor" if step.kind is StepKind.ANCHOR else "DS records in the parent zone"
    if not found.keys:
        wanted = ", ".join(str(tag) for tag in dict.fromkeys(each.tag for each in found.digests)) or "others"
        there = ", ".join(str(key.tag) for key in step.keys)
        why = (
            f"no key of {shown(name)} is one that the {whose} names: those are {wanted}, the zone has {there}"
        )
        return _told(pursuit, step, name, TrustStatus.BOGUS, why)
    checked = pursuit.check(signed, Keys(name, found.keys))
    step = step._replace(signatures=(*step.signatures, *checked.seen))
    if checked.good is None:
        status = TrustStatus.INDETERMINATE if is_deaf and not signed.signatures else TrustStatus.BOGUS
        return _told(
            pursuit, step, name, status, f"the keys of {shown(name)} are not to be trusted: {checked.why}"
        )
    tag = checked.good.key_tag
    text = f"key {tag} of {shown(name)} is named by the {whose} and signs the zone's keys"
    zone = _told(pursuit, step, name, TrustStatus.SECURE, text)
    return zone._replace(reason="", keys=tuple(signed.rrset))


def _timed(step: TrustStep, fetched: Fetched) -> TrustStep:
    ms = step.ms if fetched.ms is None else fetched.ms + (step.ms or 0.0)
    return step._replace(ms=ms, server=fetched.server or step.server)


def _told(pursuit: Pursuit, step: TrustStep, name: dns.name.Name, status: TrustStatus, text: str) -> Zone:
    pursuit.tell(step._replace(status=status, summary=text))
    return Zone(name, status, text)
