"""What the lives of answers mean: old ones in caches, TTLs that are short or long, failures that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from netmon.model.finding import Finding, FindingState
from netmon.resolver.lifetimes.ttl import Holding, Lifetime, lifetimes, seconds_text

if TYPE_CHECKING:
    from netmon.resolver.enquiry import Outcome

SHORT_S = 30
"""Caches forget so quickly that most visitors wait for the zone's servers."""
LONG_S = 86400
"""A change takes more than a day."""
TOO_LONG_S = 604800
"""More than a week is more than caches are to keep (RFC 8767 section 4)."""
NEGATIVE_LONG_S = 10800
"""An absence is best kept for one to three hours, and for a day at most (RFC 2308 section 5)."""
_LASTING = ("NS", "SOA", "DS", "DNSKEY")
"""Types that are meant to be kept for days (RFC 1912 section 2.2)."""


def ttl_findings(outcome: Outcome) -> tuple[Finding, ...]:
    """What the lives of the answers mean, the worst first; none where no server of the zone was asked."""
    found = lifetimes(outcome)
    noticed = [*_old(found), *_lengths(found), *_kept_failures(outcome, found)]
    order = (FindingState.FAIL, FindingState.WARN, FindingState.UNKNOWN, FindingState.INFO, FindingState.OK)
    return tuple(sorted(noticed, key=lambda each: order.index(each.state)))


def _old(found: Sequence[Lifetime]) -> Iterator[Finding]:
    for each in found:
        for holding in each.held:
            if holding.differs:
                yield _fresh_but_other(each, holding) if each.is_fresh(holding) else _old_one(each, holding)
            elif holding.left is not None and each.configured is not None and holding.left > each.configured:
                yield Finding(
                    "dns-ttl-left", FindingState.INFO,
                    f"{holding.server} keeps the {each.type} of {_bare(each.name)} longer than it may.",
                    f"{holding.left} s are left there, and the zone gives {each.configured} s",
                    "The TTL was lowered since it was cached, or that resolver has a least time of its own.",
                    reference="RFC 1035 section 3.2.1",
                )  # fmt: skip


def _old_one(each: Lifetime, holding: Holding) -> Finding:
    left = "an unknown time" if holding.left is None else seconds_text(holding.left)
    beyond = " It says itself that it is stale." if holding.stale else ""
    return Finding(
        "dns-ttl-left", FindingState.WARN, f"{holding.server} has an old {each.type} of {_bare(each.name)}.",
        _beside(each, holding, f"{left} left"),
        f"Whoever asks there gets that for {left} more; for longer only if that resolver serves stale "
        f"answers when it cannot reach the zone.{beyond}",
        "Wait, or flush that cache; nothing in the zone makes it forget sooner.", "RFC 8767 section 4",
    )  # fmt: skip


def _fresh_but_other(each: Lifetime, holding: Holding) -> Finding:
    return Finding(
        "dns-ttl-left", FindingState.WARN,
        f"{holding.server} has just been given another {each.type} of {_bare(each.name)} than we were.",
        _beside(each, holding, f"all of the {each.configured} s left"),
        "So it is no old answer: the zone's servers answer by who asks, differ among themselves, or that "
        "resolver has its own view of the zone. Waiting does not change it.",
    )  # fmt: skip


def _bare(name: str) -> str:
    """Without the last dot, which would stand beside that of the sentence."""
    return name.rstrip(".") or "."


def _beside(each: Lifetime, holding: Holding, left: str) -> str:
    own = f"the zone's own servers: {_data(each.data)}"
    return f"{own}; {holding.server}: {_data(holding.data)}, with {left}"


def _data(data: Sequence[str]) -> str:
    return ", ".join(data) or "nothing"


def _lengths(found: Sequence[Lifetime]) -> Iterator[Finding]:
    said_absence = False
    for each in found:
        if each.configured is None:
            continue
        if not each.data:
            if each.configured > NEGATIVE_LONG_S and not said_absence:
                said_absence = True
                yield _long_absence(each, each.configured)
        elif each.configured < SHORT_S:
            yield _short(each, each.configured)
        elif each.configured > TOO_LONG_S or (each.configured > LONG_S and each.type not in _LASTING):
            yield _long(each, each.configured)


def _short(each: Lifetime, ttl: int) -> Finding:
    state = FindingState.INFO if ttl else FindingState.WARN
    how = f"lives for {ttl} s only" if ttl else "is not to be cached at all"
    return Finding(
        "dns-ttl-short", state,
        f"The {each.type} of {_bare(each.name)} {how}.",
        f"TTL {ttl} at the zone's own servers",
        "Nearly everybody who asks waits for those servers, which bear all the load, and every outage of "
        "theirs shows at once.",
        "Raise it to some minutes unless a change is under way.",
        "RFC 1035 section 3.2.1, RFC 1912 section 2.2",
    )  # fmt: skip


def _long(each: Lifetime, ttl: int) -> Finding:
    state = FindingState.WARN if ttl > TOO_LONG_S else FindingState.INFO
    return Finding(
        "dns-ttl-long", state,
        f"A change of the {each.type} of {_bare(each.name)} takes up to {seconds_text(ttl)} to show.",
        f"TTL {ttl} at the zone's own servers",
        "Caches may keep the old answer for so long; many keep none for more than a day or a week.",
        "Lower the TTL that long before a change.", "RFC 1912 section 2.2, RFC 8767 section 4",
    )  # fmt: skip


def _long_absence(each: Lifetime, ttl: int) -> Finding:
    state = FindingState.WARN if ttl > LONG_S else FindingState.INFO
    return Finding(
        "dns-ttl-long", state,
        f"An absence, as of the {each.type} of {_bare(each.name)}, is remembered for {seconds_text(ttl)}.",
        f"{ttl} s: the lesser of the SOA's TTL and its last field",
        "A record that is added later stays unseen for so long wherever somebody asked too early.",
        "Lower the last field of the SOA to between one and three hours.", "RFC 2308 section 5",
    )  # fmt: skip


def _kept_failures(outcome: Outcome, found: Sequence[Lifetime]) -> Iterator[Finding]:
    if not any(each.configured is not None for each in found):
        return
    for replies in outcome.replies:
        failed = [
            s.answer.type for s in replies.said if s.answer.rcode == "SERVFAIL" and not replies.server.name
        ]
        if failed:
            yield Finding(
                "dns-ttl-left", FindingState.INFO,
                f"{replies.server} may remember its failure for up to 5 minutes.",
                f"SERVFAIL for {', '.join(failed)}, though the zone's own servers answer",
                "Resolvers keep failures for one second at least and five minutes at most.",
                reference="RFC 9520 section 3.2",
            )  # fmt: skip
