"""The proofs: no such name, no such record, no DS, nothing closer than a wildcard.

All take the NSEC and NSEC3 RRsets of an answer whose signatures were verified with the keys of `zone`, none
of them expanded from a wildcard (fewer labels in the RRSIG than in the owner: such a record is not of its
owner, and would prove anything). What else is among the RRsets is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import dns.name
import dns.rdatatype

from netmon.resolver.dnssec.denial.evidence import (
    ANY,
    CNAME,
    DS,
    NS,
    NSEC,
    RRSIG,
    SOA,
    Evidence,
    Gap,
    Node,
    is_below,
    text,
    wildcard_of,
)
from netmon.resolver.dnssec.denial.nsec import NsecChain
from netmon.resolver.dnssec.denial.nsec3 import nsec3_chain
from netmon.resolver.dnssec.denial.verdict import Denial, DenialKind, unproven

if TYPE_CHECKING:
    import dns.rrset


def absence(
    name: dns.name.Name, kind: str, zone: dns.name.Name, rrsets: Sequence[dns.rrset.RRset], *, nxdomain: bool
) -> Denial:
    """Prove a negative answer (RFC 4035 section 5.4, RFC 5155 sections 8.4 to 8.7).

    Args:
        name: What was asked: after aliases, the last of them.
        kind: The type that was asked.
        zone: Whose keys signed the records.
        rrsets: The verified records.
        nxdomain: Whether the answer says that the name is not there, rather than the record. A compact denial
            says in its record that the name is not there, whatever the answer's code (RFC 9824).
    """
    if not name.is_subdomain(zone):
        return unproven(f"{text(name)} is not in the zone {text(zone)}")
    rdtype = int(dns.rdatatype.from_text(kind))
    if rdtype == DS and name == zone != dns.name.root:
        return unproven(f"whether there is a DS for {text(zone)} is for the zone above it to say")
    if nxdomain:
        return _by_any(zone, rrsets, lambda evidence: _no_name(evidence, name))
    return _by_any(zone, rrsets, lambda evidence: _no_data(evidence, name, rdtype))


def no_ds(cut: dns.name.Name, zone: dns.name.Name, rrsets: Sequence[dns.rrset.RRset]) -> Denial:
    """Prove that a name below the apex has no DS, and say whether it is a delegation (RFC 6840 section 4.4).

    `NO_DS` is a delegation without DS, `NO_CUT` none at all; with `OPT_OUT` there is either an unsigned
    delegation or nothing.
    """
    if not is_below(cut, zone):
        return unproven(f"{text(cut)} is not below {text(zone)}: that zone has no say in its DS")
    return _by_any(zone, rrsets, lambda evidence: _no_ds(evidence, cut))


def no_closer_match(
    name: dns.name.Name, labels: int, zone: dns.name.Name, rrsets: Sequence[dns.rrset.RRset]
) -> Denial:
    """Prove that a wildcard was right to answer for a name (RFC 4035 section 5.3.4, RFC 5155 section 8.8).

    Args:
        name: The owner of the answer, which was expanded.
        labels: The field of its RRSIG: the labels of the wildcard, without root and asterisk.
        zone: Whose keys signed the records.
        rrsets: The verified records.
    """
    if not 0 <= labels < len(name) - 1:
        return unproven(f"a signature of {labels} labels is not of a wildcard above {text(name)}")
    encloser = name.split(labels + 1)[1]
    if not encloser.is_subdomain(zone):
        return unproven(f"the wildcard below {text(encloser)} is not in the zone {text(zone)}")
    if name == wildcard_of(encloser):
        return Denial(True, DenialKind.WILDCARD_EXPANSION, (f"{text(name)} is the wildcard itself",))
    return _by_any(zone, rrsets, lambda evidence: _no_closer(evidence, name, encloser))


def _by_any(
    zone: dns.name.Name, rrsets: Sequence[dns.rrset.RRset], prove: Callable[[Evidence], Denial]
) -> Denial:
    """By the NSEC records or by the NSEC3 records: each is a proof of its own, they do not add up."""
    said: list[Denial] = []
    if chain := NsecChain(zone, rrsets):
        said.append(prove(chain))
    hashed = nsec3_chain(zone, rrsets)
    if hashed is not None:
        said.append(hashed if isinstance(hashed, Denial) else prove(hashed))
    if not said:
        return unproven(f"there is no NSEC or NSEC3 record of {text(zone)} that can be used")
    return next((each for each in said if each.proven), said[-1])


def _no_name(evidence: Evidence, name: dns.name.Name) -> Denial:
    node = evidence.node(name)
    if node is not None:
        return _compact(node) or unproven(f"{node.said}: the name is there")
    gap = evidence.gap(name)
    if isinstance(gap, str):
        return unproven(gap)
    star = wildcard_of(gap.encloser)
    if star is None:
        return _from_gap(DenialKind.NXDOMAIN, gap)
    if (there := evidence.node(star)) is not None and not there.is_compact_denial:
        return unproven(f"{there.said}: the wildcard would have answered")
    missing = there.said if there is not None else evidence.missing(star)
    if not missing:
        return unproven(f"no record shows that there is no wildcard {text(star)}")
    return _from_gap(DenialKind.NXDOMAIN, gap, missing)


def _no_data(evidence: Evidence, name: dns.name.Name, rdtype: int) -> Denial:
    node = evidence.node(name)
    if node is not None:
        kind = DenialKind.NODATA if node.types else DenialKind.EMPTY_NON_TERMINAL
        return _compact(node) or _lacking(node, rdtype) or Denial(True, kind, (node.said,))
    gap = evidence.gap(name)
    if isinstance(gap, str):
        return unproven(gap)
    star = wildcard_of(gap.encloser)
    there = None if star is None else evidence.node(star)
    if there is not None and not there.is_compact_denial:
        return _lacking(there, rdtype) or _from_gap(DenialKind.WILDCARD_NODATA, gap, there.said)
    if gap.opt_out:
        return _from_gap(DenialKind.OPT_OUT, gap)
    return unproven(f"{gap.said[-1]}: the name is not there, but the answer says that only the record is not")


def _no_ds(evidence: Evidence, cut: dns.name.Name) -> Denial:
    node = evidence.node(cut)
    if node is None:
        gap = evidence.gap(cut)
        if isinstance(gap, str):
            return unproven(gap)
        denial = _from_gap(DenialKind.NO_CUT, gap)
        return denial._replace(is_cut=None if gap.opt_out else False)
    if DS in node.types:
        return unproven(f"{node.said}: there is a DS")
    if SOA in node.types:
        return unproven(f"{node.said}: it is of the zone below the cut, which has no say in its DS")
    if NS in node.types:
        return Denial(True, DenialKind.NO_DS, (f"{node.said}: a delegation without DS",), is_cut=True)
    return Denial(True, DenialKind.NO_CUT, (f"{node.said}: no delegation",), is_cut=False)


def _no_closer(evidence: Evidence, name: dns.name.Name, encloser: dns.name.Name) -> Denial:
    node = evidence.node(name)
    if node is not None and not node.is_compact_denial:
        return unproven(f"{node.said}: the name is there, the wildcard should not have answered")
    gap = evidence.gap_below(encloser, name)
    return unproven(gap) if isinstance(gap, str) else _from_gap(DenialKind.WILDCARD_EXPANSION, gap)


def _compact(node: Node) -> Denial | None:
    if not node.is_compact_denial:
        return None
    return Denial(True, DenialKind.NXDOMAIN, (f"{node.said}: there is no such name (RFC 9824)",))


def _from_gap(kind: DenialKind, gap: Gap, *more: str) -> Denial:
    return Denial(True, DenialKind.OPT_OUT if gap.opt_out else kind, (*gap.said, *more))


def _lacking(node: Node, rdtype: int) -> Denial | None:
    """Why the types of a name do not show that a type is missing; None if they do."""
    if rdtype in node.types or (rdtype == ANY and node.types - {RRSIG, NSEC}):
        return unproven(f"{node.said}: the record is there")
    if CNAME in node.types:
        return unproven(f"{node.said}: the name is an alias, which the answer should have followed")
    if rdtype == DS and SOA in node.types and node.name != dns.name.root:
        return unproven(f"{node.said}: it is of the zone below the cut, which has no say in its DS")
    if rdtype != DS and node.is_delegation:
        return unproven(f"{node.said}: it is of the zone above the cut, which has a say in the DS only")
    return None
