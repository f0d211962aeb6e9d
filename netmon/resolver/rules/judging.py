"""All rules on one view of a zone: the findings, worst first, and one line for each group that is sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules import (
    address_target,
    apex,
    cname,
    delegation,
    missing_dot,
    null_mx,
    placement,
    servers,
    syntax,
    targets,
    transfer_open,
    ttl,
)
from netmon.resolver.rules.view import ZoneView

_ORDER = tuple(map(FindingState, ("fail", "warn", "unknown", "info", "ok")))
_WORDS = {FindingState.FAIL: "fail", FindingState.WARN: "warn", FindingState.UNKNOWN: "cannot be told"}


class Group(NamedTuple):
    """Rules about one thing."""

    check: str
    """What the group's `ok` finding is called."""
    sound: str
    """What is so when none of them finds anything."""
    rules: tuple[Callable[[ZoneView], Iterable[Finding]], ...]
    reference: str


_GROUPS = (
    Group("cname", "every alias stands alone and leads somewhere", (cname.judge,),
          "RFC 1034 section 3.6.2, RFC 2181 section 10.1"),
    Group("targets", "every target is a name that is there, and none is an address or lacks its dot",
          (address_target.judge, missing_dot.judge, targets.judge),
          "RFC 1034 section 3.6.2, RFC 2181 section 10"),
    Group("ttl", "every set of records has one TTL", (ttl.judge,), "RFC 2181 section 5.2"),
    Group("mail", "no null MX is misused", (null_mx.judge,), "RFC 7505 section 3"),
    Group("apex", "the zone has what it needs, and no name server has a private address",
          (apex.judge, placement.judge),
          "RFC 1035 section 5.2, RFC 1918 section 5"),
)  # fmt: skip
_FILE = Group("syntax", "every line could be read", (syntax.judge,), "RFC 1035 section 5.1")
_SERVERS = Group(
    "servers",
    "every server that was asked serves the same zone",
    (servers.judge, transfer_open.judge),
    "RFC 1034 section 4.2.2, RFC 1912 section 2.8",
)
_PARENT = Group(
    "delegation",
    "the parent delegates to the servers of the zone, at their addresses",
    (delegation.judge,),
    "RFC 1034 section 4.2.2, RFC 9471 section 2.1",
)


def judge(view: ZoneView) -> list[Finding]:
    """Every finding, the worst first."""
    first = [_SERVERS] if view.servers else []
    if view.parent is not None:
        first.append(_PARENT)
    if not view.servers or view.problems:
        first.append(_FILE)
    found = [finding for group in (*first, *_GROUPS) for finding in _judge(group, view)]
    return sorted(found, key=lambda finding: _ORDER.index(finding.state))


def _judge(group: Group, view: ZoneView) -> list[Finding]:
    found = [finding for rule in group.rules for finding in rule(view)]
    # What is said by the name of the group is its verdict already.
    if all(finding.state is FindingState.INFO and finding.check != group.check for finding in found):
        found.append(Finding(group.check, FindingState.OK, group.sound, reference=group.reference))
    return found


def verdict_of(findings: Sequence[Finding]) -> str:
    """Sound, not sound, or not known to be, and how many findings say so."""
    counts = Counter(finding.state for finding in findings)
    parts = [f"{counts[state]} {word}" for state, word in _WORDS.items() if counts[state]]
    if counts[FindingState.FAIL]:
        verdict = "not sound"
    else:
        verdict = "no rule is broken as far as can be told" if counts[FindingState.UNKNOWN] else "sound"
    return ": ".join([verdict, ", ".join(parts)]) if parts else verdict
