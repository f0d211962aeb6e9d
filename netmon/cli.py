"""The composition root: picks a collector, starts the engine and hands it to a face."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from netmon.arguments import parse

if TYPE_CHECKING:
    from netmon.engine.filter import Filter
    from netmon.engine.poller import Poller
    from netmon.engine.state import State
    from netmon.model.connection import Connection

FOUND, NOT_FOUND, CANNOT_ASK = 0, 1, 2


class CannotAskError(Exception):
    """The question could not be asked; the message is the one line that says why."""


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code."""
    name = "netmon"
    try:
        options = _options(arguments)
        name = f"netmon {options.command}" if options.command else "netmon"
        return _COMMANDS[options.command](options)
    except CannotAskError as error:
        return _cannot(name, str(error))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        _discard_output()  # the reader has had enough (`| head`)
        return FOUND
    except OSError as error:  # collectors turn theirs into states and CollectorErrors: this is the output's
        _discard_output()
        return _cannot(name, f"standard output: {error.strerror or error}")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    try:
        return parse(arguments)
    except SystemExit:
        if _exists(sys.stdout):
            sys.stdout.flush()  # the text of `--help`, while it can still be said that it cannot be written
        raise


def _cannot(name: str, reason: str) -> int:
    if _exists(sys.stderr):  # without it, print would write to the standard output
        print(f"{name}: {reason}", file=sys.stderr)
    return CANNOT_ASK


def _discard_output() -> None:
    """Let what is still buffered go nowhere at exit, where it would fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exists(stream: TextIO | None) -> bool:
    """Whether a standard stream is there at all: it is None where it was closed before the start (`>&-`)."""
    return stream is not None


# -- connections and ports


def _connections(options: argparse.Namespace) -> int:
    chosen = _filter(options.filter)
    _require_output()
    poller = _poller(options)
    try:
        found = False
        states = _states(poller, options.sample, options.watch, options.count)
        for number, state in enumerate(states):
            rows = _chosen_connections(state, options, chosen)
            found = found or bool(rows)
            _write_connections(sys.stdout, state, rows, options, first=not number)
        return FOUND if found or options.watch else NOT_FOUND
    finally:
        poller.stop()


def _states(poller: Poller, sample: float, watch: float | None, count: int | None) -> Iterator[State]:
    """The states to print: after the sampling time, and again at every interval of `watch`."""
    pause = threading.Event()
    state = _polled(poller)
    if sample:
        pause.wait(min(sample, watch) if watch else sample)
        state = _polled(poller)
    yield state
    printed = 1
    while watch and (count is None or printed < count):
        pause.wait(watch)
        yield _polled(poller)
        printed += 1


def _polled(poller: Poller) -> State:
    state = poller.poll_once()
    if state.error is not None:
        raise CannotAskError(state.error)
    return state


def _chosen_connections(state: State, options: argparse.Namespace, chosen: Filter | None) -> list[Connection]:
    rows = [*state.connections, *state.closed] if options.closed else list(state.connections)
    if options.inbound or options.outbound:
        wanted = "inbound" if options.inbound else "outbound"
        rows = [row for row in rows if row.direction == wanted]
    return [row for row in rows if chosen.matches(row)] if chosen else rows


def _write_connections(
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


def _ports(options: argparse.Namespace) -> int:
    chosen = _filter(options.filter)
    _require_output()
    poller = _poller(options, listeners_only=True)
    try:
        state = _polled(poller)
        listeners = [row for row in state.listeners if chosen.matches(row)] if chosen else state.listeners
        if options.format == "json":
            from netmon.output import json_lines

            json_lines.write_ports(sys.stdout, state, listeners)
        elif options.format == "csv":
            from netmon.output import csv_rows

            csv_rows.write_ports(sys.stdout, state, listeners)
        else:
            from netmon.output import table

            table.write_ports(sys.stdout, state, listeners)
        sys.stdout.flush()
        return FOUND if listeners else NOT_FOUND
    finally:
        poller.stop()


def _require_output() -> None:
    if not _exists(sys.stdout):
        raise CannotAskError("there is no standard output to answer on")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a name outside the encoding ends no answer


def _filter(words: Sequence[str]) -> Filter | None:
    if not words:  # most often: then its language need not be loaded, which takes longer than a poll
        return None
    from netmon.engine.filter import FilterError, parse_filter

    try:
        return parse_filter(" ".join(words))
    except FilterError as error:
        raise CannotAskError(f"filter {error}") from error


def _poller(options: argparse.Namespace, *, listeners_only: bool = False) -> Poller:
    from netmon.collectors.base import CollectorError
    from netmon.collectors.select import create_collector
    from netmon.engine.poller import Poller

    try:
        collector = create_collector(options.portable, not listeners_only, listeners_only)
        return Poller(collector, options.interval)
    except CollectorError as error:
        raise CannotAskError(str(error)) from error


# -- the app


def _app(options: argparse.Namespace) -> int:
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)) or os.environ.get("TERM") == "dumb":
        raise CannotAskError(
            "the app needs a terminal; in a pipe use `netmon connections` or `netmon ports` (--json, --csv)"
        )
    if not _is_terminal(sys.stderr):
        # Textual draws on it; `netmon 2>log` is to show the app all the same.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]
    poller = _poller(options)
    poller.start()  # it polls while Textual is imported, which takes longer
    try:
        from netmon.tui.app import NetmonApp

        app = NetmonApp(poller, first_tab=options.tab)
        app.run()
        return app.return_code or FOUND
    finally:
        poller.stop(patience_s=0.2)  # a poll that hangs must not keep who has quit


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


_COMMANDS: dict[str | None, Callable[[argparse.Namespace], int]] = {
    None: _app,
    "connections": _connections,
    "ports": _ports,
}
