"""The answer of `netmon loopback`: for people at 80 columns, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from netmon.engine.state import State
from netmon.loopback.checks import Examined
from netmon.loopback.listeners import PortVerdict, holder
from netmon.loopback.localhost import Localhost
from netmon.loopback.report import BEST, Report, Score
from netmon.output.finding_text import WIDTH, finding_lines, finding_row, wrapped
from netmon.output.json_lines import envelope, write_object
from netmon.output.layout import Column, terminal_width, write_line, write_table
from netmon.output.order_rows import order_rows


def write_text(stream: TextIO, examined: Examined) -> None:
    """Write the verdict, the findings with the worst first, and the listeners against localhost."""
    width = min(terminal_width(stream) or WIDTH, 100)
    for line in (*_verdict(examined.report, width), "", *finding_lines(examined.report.findings, width), ""):
        write_line(stream, line)
    write_line(stream, f"localhost here: {_order(examined.localhost)}")
    if examined.ports:
        write_table(stream, _COLUMNS, examined.ports, width)
    else:
        write_line(stream, "no listening TCP port was seen")


def _verdict(found: Report, width: int) -> Iterator[str]:
    for score in found.scores:
        yield f"{score.points:>2}/{BEST}  {score.title}" + _because(score)
    yield from wrapped(found.sentence, width, "", "")
    if found.fix:
        yield from wrapped(f"→ {found.fix}", width, "", "  ")


def _because(score: Score) -> str:
    return "" if score.worst is None else f"  ({score.worst.check}: {score.worst.state})"


_COLUMNS: Sequence[Column[PortVerdict]] = (
    Column("PORT", lambda row: str(row.port), right=True),
    Column("HELD BY", lambda row: ", ".join(dict.fromkeys(map(holder, row.owners))), least=12),
    Column("LISTENS ON", lambda row: ", ".join(_binds(row)), least=12),
    Column("CALLED AS LOCALHOST", lambda row: row.answers.value, least=19),
)


def _order(seen: Localhost) -> str:
    """Where localhost leads; where it leads away from this machine, that too."""
    elsewhere = ", ".join(seen.plain.addresses)
    return ", then ".join(seen.order) or (f"{elsewhere}, no loopback address" if elsewhere else "nothing")


def _binds(row: PortVerdict) -> list[str]:
    return list(dict.fromkeys(bind.address for bind in row.binds))


def write_json(stream: TextIO, state: State, examined: Examined) -> None:
    """Write everything as one object."""
    found = examined.report
    body = {
        **envelope("loopback", state),
        "scores": [_score_row(score) for score in found.scores],
        "sentence": found.sentence,
        "fix": found.fix or None,
        "localhost": _localhost_row(examined.localhost),
        "orders": order_rows(examined.orders),
        "fallback_us": examined.fallback_us,
        "listeners": [_listener_row(row) for row in examined.ports],
        "findings": [finding_row(finding) for finding in found.findings],
    }
    write_object(stream, body)


def _score_row(score: Score) -> dict[str, Any]:
    worst = score.worst.check if score.worst is not None else None
    return {"title": score.title, "points": score.points, "of": BEST, "worst": worst}


def _localhost_row(seen: Localhost) -> dict[str, Any]:
    return {
        "order": list(seen.plain.addresses),
        "error": seen.plain.error,
        "addrconfig": list(seen.addrconfig.addresses),
        "addrconfig_error": seen.addrconfig.error,
        "steady": all(again.addresses == seen.plain.addresses for again in seen.repeats),
        "kernel_v6": seen.kernel_v6,
        "addresses": [
            {"address": probe.address, "works": probe.works, "outcome": probe.outcome.value,
             "connect_us": probe.connect_us}
            for probe in seen.probes
        ],
    }  # fmt: skip


def _listener_row(row: PortVerdict) -> dict[str, Any]:
    return {
        "port": row.port,
        "binds": [bind.address for bind in row.binds],
        "holders": list(dict.fromkeys(map(holder, row.owners))),
        "pids": sorted({process.pid for owner in row.owners for process in owner.processes}),
        "answers": row.answers.name.lower(),
        "works": list(row.works),
    }
