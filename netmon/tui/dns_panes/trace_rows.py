"""A trace as the rows of a table: each zone, its servers, where they refer to, and the answer at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netmon.model.units import format_rtt
from netmon.resolver.answer import Record
from netmon.resolver.trace.steps import DEAD, LAME, Outcome, Trace, TraceServer, TraceStep
from netmon.resolver.trace.words import (
    DEAD_END,
    alike,
    below,
    delegated_to,
    glue_of,
    goal,
    mark,
    name_of,
    nothing_of,
    said,
    ttl_text,
    unasked,
)
from netmon.tui.widgets.column import Column

_ASIDE = "┊ "
"""Before what is only on the way to the address of a name server."""


class TraceRow(NamedTuple):
    """One line of the tree."""

    key: tuple[int, str, int]
    """The number of the step, what the row is of it, and the how-manieth."""
    name: str
    """Indented."""
    says: str
    address: str = ""
    took: str = ""
    ttl: str = ""
    kind: str = ""
    """How its words are coloured: `ok`, `warn`, `fail`, `dim`, or empty."""
    step: TraceStep | None = None
    servers: tuple[TraceServer, ...] = ()
    """Those that the row is about."""
    record: Record | None = None

    @property
    def is_cut(self) -> bool:
        """Whether it is about where a step leads to."""
        return self.key[1] in ("cut", "end")


def trace_columns() -> list[Column[TraceRow]]:
    """The tree, with the address, the time and the TTL beside it, and what was said."""
    return [
        Column("name", "ZONE AND SERVERS", 24, 0, lambda row: row.name, kind=_name_kind, flexible=True),
        Column("address", "ADDRESS", 15, 3, lambda row: row.address),
        Column("took", "TIME", 8, 1, lambda row: row.took, right=True, kind="number"),
        Column("ttl", "TTL", 6, 2, lambda row: row.ttl, right=True, kind="number"),
        Column("says", "SAYS", 20, 0, lambda row: row.says, kind=lambda row: row.kind, flexible=True),
    ]


def _name_kind(row: TraceRow) -> str:
    return row.kind if row.kind in ("warn", "fail", "dim") else ""


def step_rows(number: int, step: TraceStep) -> Iterator[TraceRow]:
    """The rows of one step.

    Args:
        number: How many steps were before it.
        step: The step.
    """
    indent = _ASIDE * step.depth + " " * below(step)
    wants = f"{step.name} {step.type}?"
    yield TraceRow(
        (number, "step", 0), indent + step.zone, f"{wants} {goal(step)}".strip(), kind="number", step=step
    )
    for index, group in enumerate(alike(step.servers)):
        yield _server(number, index, step, group, f"{indent}  ")
    if left := unasked(step):
        yield TraceRow((number, "unasked", 0), f"{indent}  {left}", "", kind="dim", step=step)
    if (cut := step.cut) is not None:
        lacks = f"⚠ glue missing for {len(cut.missing)} of " if cut.missing else ""
        says = lacks + delegated_to(cut) + ("" if lacks else f", {glue_of(cut)}")
        kind = "warn" if lacks else ""
        yield TraceRow(
            (number, "cut", 0), f"{indent}  → {cut.zone}", says, ttl=ttl_text(cut.ttl), kind=kind, step=step
        )
    elif step.used is None:
        yield TraceRow((number, "end", 0), f"{indent}  {DEAD_END}", "", kind="fail", step=step)


def _server(
    number: int, index: int, step: TraceStep, group: tuple[TraceServer, ...], indent: str
) -> TraceRow:
    server = group[0]
    over = "over TCP: " if server.transport == "tcp" else ""
    others = f" (and so {len(group) - 1} more)" if len(group) > 1 else ""
    return TraceRow(
        (number, "server", index),
        f"{indent}{mark(server)} {name_of(server) or server.address}",
        f"{over}{said(server)}{others}",
        server.address or "",
        "" if server.ms is None else format_rtt(round(server.ms * 1000)),
        kind=_kind(server.outcome),
        step=step,
        servers=group,
    )


def _kind(outcome: Outcome) -> str:
    if outcome in DEAD:
        return "fail"
    if outcome in LAME:
        return "warn"
    return "ok" if outcome is Outcome.ANSWER else ""


def end_rows(number: int, traces: Sequence[Trace]) -> Iterator[TraceRow]:
    """The answers of the traces, or that there is none.

    Args:
        number: How many steps there were.
        traces: One for each type.
    """
    for at, trace in enumerate(traces, number):
        for index, record in enumerate(trace.records):
            yield TraceRow(
                (at, "record", index), f"= {record.name}", f"{record.type} {record.data}",
                ttl=ttl_text(record.ttl), kind="ok", record=record,
            )  # fmt: skip
        if not trace.records:
            yield TraceRow(
                (at, "record", 0), f"= {trace.name}", f"{trace.type}: {nothing_of(trace)}", kind="dim"
            )
