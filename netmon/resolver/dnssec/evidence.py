"""The NSEC and NSEC3 records of a message that the zone has signed: what a proof of absence may rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.dnssec.pursuit import Pursuit, shown
from netmon.resolver.dnssec.signed import is_expanded, of_types
from netmon.resolver.dnssec.verdict import SignatureSeen

if TYPE_CHECKING:
    import dns.message
    import dns.rrset

    from netmon.resolver.dnssec.denial.verdict import Denial
    from netmon.resolver.dnssec.signatures import Keys

_MOST_RECORDS = 12
"""NSEC or NSEC3 record sets that are verified; the longest proof takes four (RFC 5155 section 7.2)."""


class Evidence(NamedTuple):
    """What can be believed, and what was seen of the signatures."""

    rrsets: tuple[dns.rrset.RRset, ...]
    signatures: tuple[SignatureSeen, ...]
    fault: str = ""
    """Why records were left out, a clause; empty where none was."""

    def why_not(self, denial: Denial) -> str:
        """Why it proves nothing: a signature that fails comes before what the rest does not say."""
        if self.fault:
            return self.fault
        if not self.rrsets:
            return "the answer comes without NSEC or NSEC3 records, which prove it"
        return denial.reason or "the NSEC or NSEC3 records do not say so"


def evidence(pursuit: Pursuit, message: dns.message.Message, keys: Keys) -> Evidence:
    """The records of the authority section that verify with the zone's keys."""
    good: list[dns.rrset.RRset] = []
    seen: list[SignatureSeen] = []
    fault = ""
    for signed in list(of_types(message.authority, "NSEC", "NSEC3"))[:_MOST_RECORDS]:
        checked = pursuit.check(signed, keys)
        seen.extend(checked.seen)
        if checked.good is None:
            fault = fault or f"the proof at {shown(signed.rrset.name)} fails: {checked.why}"
        elif is_expanded(signed.rrset.name, checked.good):
            # What is said of a wildcard is not said of the names that it stands for.
            fault = fault or f"the proof at {shown(signed.rrset.name)} is that of a wildcard"
        else:
            good.append(signed.rrset)
    return Evidence(tuple(good), tuple(seen), fault)
