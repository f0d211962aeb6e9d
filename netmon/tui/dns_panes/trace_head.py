"""What the first line of a trace says: how far it is, or how it went."""

from __future__ import annotations

from collections.abc import Sequence

from netmon.model.units import format_age
from netmon.resolver.trace.reach import count
from netmon.resolver.trace.steps import TraceStep
from netmon.resolver.trace.typed import Wanted


def under_way(asked: Wanted | None, steps: Sequence[TraceStep], spent_s: float) -> str:
    """While it is at work."""
    since = f", {int(spent_s)} s" if spent_s >= 1 else ""
    return f"{asked} · tracing{since} … {_asked(steps)} · Esc ends it"


def done(asked: Wanted | None, steps: Sequence[TraceStep], took_s: float, source: str, *, every: bool) -> str:
    """Once it has come to its end.

    Args:
        asked: What was traced.
        steps: All of them.
        took_s: Seconds.
        source: Where it began.
        every: Whether every server of each step was asked.
    """
    how = "every server asked" if every else "a asks every server"
    return f"{asked} · {_asked(steps)} in {format_age(took_s)} · {how} · from {source}"


def broken_off(asked: Wanted | None, steps: Sequence[TraceStep]) -> str:
    """When the user has ended it."""
    return f"{asked} · ended after {_asked(steps)}: r traces again"


def _asked(steps: Sequence[TraceStep]) -> str:
    servers = sum(len(step.servers) for step in steps)
    return f"{count(len(steps), 'step')}, {count(servers, 'server')} asked"
