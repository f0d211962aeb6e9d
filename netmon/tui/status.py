"""What the first and the last line say: the machine's traffic; where the figures come from, how complete."""

from __future__ import annotations

from rich.text import Text

from netmon.engine.state import InterfaceRate, State
from netmon.model.units import format_age, format_bytes, format_rate


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
    return f" every {format_age(state.interval_s)}" if state.slowed else ""


def frozen_text(frozen: State, now: State) -> Text:
    """That the view stands still, since when, and what it does not show."""
    new = now.opened_total - frozen.opened_total
    closed = now.closed_totals.connections - frozen.closed_totals.connections
    since = format_age(now.monotonic - frozen.monotonic)
    return Text.assemble(" ", (f" FROZEN {since} · +{new} new, {closed} closed since ", "bold reverse"))


def filter_chip(text: str, matching: int, total: int) -> Text:
    """The filter in force and how much of the whole it shows."""
    return Text.assemble(" ", (f" / {text} ▸ {matching:,} of {total:,} ", "reverse"))


def history_text(state: State) -> str:
    """How many connections have closed since netmon started, what they carried, and how many are kept."""
    closed = state.closed_totals
    kept = f", the last {len(state.history):,} kept" if len(state.history) < closed.connections else ""
    noun = "connection" if closed.connections == 1 else "connections"
    carried = f"▼ {format_bytes(closed.bytes_received)} ▲ {format_bytes(closed.bytes_sent)}"
    return f"{closed.connections:,} {noun}{kept} · {carried}"


def figures(state: State, host: str) -> list[str]:
    """What the machine carries, in total and by interface, from the longest way to say it to the shortest."""
    total = _rates(state.total.rate_received, state.total.rate_sent)
    interfaces = busiest(state)
    in_full = [
        f"{name} {_rates(rate.rate_received, rate.rate_sent)} {_share(rate)} accounted for"
        for name, rate in interfaces
    ]
    lines = [" · ".join([host, total, *in_full[:count]]) for count in (3, 2, 1) if count <= len(in_full)]
    lines += [f"{total} · {in_full[0]}"] if in_full else [f"{host} · {total}"]
    lines += [f"{total} · {name} {_share(rate)}" for name, rate in interfaces[:1]]
    return [*lines, total]


def busiest(state: State) -> list[tuple[str, InterfaceRate]]:
    """The interfaces that carry anything, the busiest first."""
    active = [(name, rate) for name, rate in state.interfaces.items() if rate.accounted is not None]
    return sorted(active, key=lambda item: -(item[1].rate_received + item[1].rate_sent))


def _rates(received: float, sent: float) -> str:
    return f"▼ {format_rate(received)} ▲ {format_rate(sent)}"


def _share(rate: InterfaceRate) -> str:
    return "–" if rate.accounted is None else f"{100 * rate.accounted:.0f} %"
