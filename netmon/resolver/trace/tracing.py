"""Traces one name for several types against real servers, and judges what was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from netmon.resolver.trace.asking import Network
from netmon.resolver.trace.findings import findings_of
from netmon.resolver.trace.steps import Outcome, Trace, TraceStep
from netmon.resolver.trace.walker import Walker

if TYPE_CHECKING:
    from netmon.resolver.trace.hints import Hints
    from netmon.resolver.transport.exchange import Deadline


def trace_all(
    name: str,
    types: Sequence[str],
    hints: Hints,
    deadline: Deadline,
    *,
    every: bool = False,
    on_step: Callable[[TraceStep], None] | None = None,
) -> tuple[Trace, ...]:
    """One trace for each type, each from the closest cut that the ones before it found.

    Args:
        name: Fully qualified, as zone files write it.
        types: In the spelling of zone files.
        hints: Where to begin.
        deadline: For everything together; blocks for no longer than that.
        every: Ask every server of each step.
        on_step: Called with each step as it is done.
    """
    import dns.name

    walker = Walker(
        hints, Network(deadline), every=every, on_step=on_step, going=lambda: deadline.seconds > 0
    )
    traces: list[Trace] = []
    for kind in types:
        trace = walker.trace(dns.name.from_text(name), kind)
        traces.append(trace._replace(findings=findings_of(trace)))
        if not trace.is_reached and trace.outcome is Outcome.DEAD_END:
            break  # nobody is there: the other types would only say so again
    return tuple(traces)
