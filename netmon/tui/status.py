"""The status line: where the figures come from, how complete they are, and what is held or filtered."""

from __future__ import annotations

from rich.text import Text

from netmon.engine.state import State
from netmon.model.units import format_age


def status_text(state: State) -> Text:
    """Source, privilege, coverage, cost; what is missing; and what went wrong."""
    owned = state.coverage
    parts = [
        state.source,
        "root" if state.privileged else "no root",
        f"owners {owned.sockets_owned:,}/{owned.sockets:,}{_byte_share(state)}",
        f"poll {format_age(state.poll_cost_s)}{_slowed(state)}",
    ]
    text = Text(" ")
    if state.error is not None:
        text.append(f"✕ not read: {state.error}", style="bold reverse")
        text.append("  ")
    if state.lost_events:
        text.append(f"⚠ closings lost: event overflow ×{state.lost_events}", style="bold")
        text.append("  ")
    text.append(" · ".join(parts))
    for degradation in state.degradations:
        text.append(f" · {degradation.subject}: {degradation.reason}")
    return text


def _byte_share(state: State) -> str:
    owned = state.coverage
    return f" ({100 * owned.bytes_owned / owned.bytes:.0f} % of bytes)" if owned.bytes else ""


def _slowed(state: State) -> str:
    """Where polls are so dear that their interval was lengthened."""
    return f" every {format_age(state.interval_s)}" if state.poll_cost_s > state.interval_s * 0.09 else ""


def frozen_text(frozen: State, now: State) -> Text:
    """That the view stands still, since when, and what it does not show."""
    new = now.opened_total - frozen.opened_total
    closed = now.closed_totals.connections - frozen.closed_totals.connections
    since = format_age(now.monotonic - frozen.monotonic)
    return Text.assemble(" ", (f" FROZEN {since} · +{new} new, {closed} closed since ", "bold reverse"))


def filter_chip(text: str, matching: int, total: int) -> Text:
    """The filter in force and how much of the whole it shows."""
    return Text.assemble(" ", (f" / {text} ▸ {matching:,} of {total:,} ", "reverse"))
