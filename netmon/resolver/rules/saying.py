"""How the rules put what they found: the records as evidence, and the line as it should be."""

from __future__ import annotations

from collections.abc import Sequence

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules.names import relative
from netmon.resolver.rules.view import Entry, ZoneView

_SHOWN = 4
"""Records named as evidence, or values in a sentence; the rest is counted."""


def evidence(entries: Sequence[Entry]) -> str:
    """Where the records stand and what they say."""
    texts = [f"{entry.source}: {entry}" for entry in entries[:_SHOWN]]
    if len(entries) > _SHOWN:
        texts.append(f"and {len(entries) - _SHOWN} more")
    return "; ".join(texts)


def listed(texts: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    few = ", ".join(texts[:_SHOWN])
    return few if len(texts) <= _SHOWN else f"{few} and {len(texts) - _SHOWN} more"


def line(view: ZoneView, name: str, kind: str, data: str, ttl: int | None = None) -> str:
    """A record as it is written in the file of the zone."""
    head = relative(name, view.origin) + ("" if ttl is None else f" {ttl}")
    return f"{head} IN {kind} {data}"


def target_line(view: ZoneView, entry: Entry, target: str) -> str:
    """The line of `entry` with another target."""
    words = [*entry.data.split()[:-1], target] if entry.type != "CNAME" else [target]
    return line(view, entry.name, entry.type, " ".join(words), entry.ttl)


def fails(check: str, entries: Sequence[Entry], summary: str, why: str, fix: str, reference: str) -> Finding:
    """A finding about records that break a rule."""
    return Finding(check, FindingState.FAIL, summary, evidence(entries), why, fix, reference)


def warns(check: str, entries: Sequence[Entry], summary: str, why: str, fix: str, reference: str) -> Finding:
    """A finding about records that work, but not as they should."""
    return fails(check, entries, summary, why, fix, reference)._replace(state=FindingState.WARN)


def cannot_tell(
    check: str, entries: Sequence[Entry], summary: str, why: str, fix: str, reference: str
) -> Finding:
    """A finding about records that could not be judged."""
    return fails(check, entries, summary, why, fix, reference)._replace(state=FindingState.UNKNOWN)
