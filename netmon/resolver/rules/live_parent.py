"""How the zone above delegates a zone, by a trace from the root: no resolver shows what a parent says."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from netmon.resolver.rules.view import ParentView
from netmon.resolver.trace.steps import Outcome, Trace, TraceCut, TraceStep
from netmon.resolver.trace.tracing import trace_all
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    from netmon.resolver.trace.hints import Hints

TIMEOUT_S = 4.0
"""For the whole trace: the rules wait for it while resolvers take about as long."""


def find_parent(zone: str, hints: Hints, stop: Event | None = None) -> ParentView | None:
    """The delegation of a zone as its parent gives it; None for the root, which has none.

    Args:
        zone: the apex, in lower case.
        hints: where the trace begins.
        stop: ends it early when it is set.
    """
    if zone == ".":
        return None
    deadline = Deadline.after(TIMEOUT_S, stop)
    (trace,) = trace_all(zone, ("NS",), hints, deadline)
    for step in reversed(trace.steps):
        if step.depth == 0 and step.cut is not None and step.cut.zone.lower() == zone:
            return _seen(step, step.cut)
    if trace.outcome is Outcome.NO_SUCH_NAME and trace.last is not None:
        return ParentView(trace.steps[-1].zone.lower(), f"{trace.last.name} ({trace.last.address})")
    return ParentView("", unknown=_why_not(trace))


def _seen(step: TraceStep, cut: TraceCut) -> ParentView:
    said = step.result
    return ParentView(
        step.zone.lower(),
        f"{said.name} ({said.address})" if said is not None else step.zone,
        tuple(name.lower() for name in cut.servers),
        tuple((name.lower(), address) for name, address in cut.glue),
        tuple(name.lower() for name in cut.missing),
    )


def _why_not(trace: Trace) -> str:
    """Why a trace came upon no delegation of the zone."""
    if trace.outcome is Outcome.ANSWER and trace.steps:
        above = trace.steps[-1].zone
        return f"the server of {above} that was asked serves it too, and so shows no delegation"
    return trace.findings[0].summary.rstrip(".")
