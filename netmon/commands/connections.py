"""`netmon connections`: who is talking to whom, and how fast."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from netmon.commands.asking import make_poller, polled, read_filter
from netmon.commands.ending import FOUND, NOT_FOUND
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.engine.filter import Filter
    from netmon.engine.poller import Poller
    from netmon.engine.state import State
    from netmon.model.connection import Connection


def run(options: argparse.Namespace) -> int:
    """Answer once, or with `--watch` again and again."""
    chosen = read_filter(options.filter)
    require_output()
    poller = make_poller(options)
    try:
        found = False
        states = _states(poller, options.sample, options.watch, options.count)
        for number, state in enumerate(states):
            rows = _chosen(state, options, chosen)
            found = found or bool(rows)
            _write(sys.stdout, state, rows, options, first=not number)
        return FOUND if found or options.watch else NOT_FOUND
    finally:
        poller.stop()


def _states(poller: Poller, sample: float, watch: float | None, count: int | None) -> Iterator[State]:
    """The states to print: after the sampling time, and again at every interval of `watch`."""
    pause = threading.Event()
    state = polled(poller)
    if sample:
        pause.wait(min(sample, watch) if watch else sample)
        state = polled(poller)
    yield state
    printed = 1
    while watch and (count is None or printed < count):
        pause.wait(watch)
        yield polled(poller)
        printed += 1


def _chosen(state: State, options: argparse.Namespace, chosen: Filter | None) -> list[Connection]:
    rows = [*state.connections, *state.closed] if options.closed else list(state.connections)
    if options.inbound or options.outbound:
        wanted = "inbound" if options.inbound else "outbound"
        rows = [row for row in rows if row.direction == wanted]
    return [row for row in rows if chosen.matches(row)] if chosen else rows


def _write(
    stream: TextIO, state: State, rows: list[Connection], options: argparse.Namespace, *, first: bool
) -> None:
    if options.format == "json":
        from netmon.output import json_lines

        json_lines.write_connections(stream, state, rows, watch=bool(options.watch))
    elif options.format == "csv":
        from netmon.output import csv_rows

        csv_rows.write_connections(stream, state, rows, header=first)
    else:
        from netmon.output import table

        if not first:
            stream.write("\n")
        table.write_connections(stream, state, rows)
    stream.flush()
