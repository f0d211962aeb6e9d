"""JSON for other programs: one object, or with `--watch` one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.output.pressure_rows import pressure_rows
from netmon.output.rows import connection_row, port_rows, timestamp


def write_connections(
    stream: TextIO, state: State, connections: Iterable[Connection], *, watch: bool = False
) -> None:
    """Write the connections as one object; on one line with `watch`."""
    rows = [connection_row(connection, state) for connection in connections]
    write_object(stream, {**envelope("connections", state), "connections": rows}, watch=watch)


def write_ports(
    stream: TextIO, state: State, listeners: Sequence[Connection] | None = None, *, watch: bool = False
) -> None:
    """Write the listeners (all of them by default) as one object, and where ports are under pressure."""
    body = {**envelope("ports", state), "ports": port_rows(state, listeners), **pressure_rows(state)}
    write_object(stream, body, watch=watch)


def envelope(command: str, state: State) -> dict[str, Any]:
    """What every answer about the machine's sockets begins with: when, from where, how complete."""
    return {
        "schema": schema(command),
        "taken_at": timestamp(state.taken_at),
        "source": state.source,
        "privileged": state.privileged,
        "coverage": state.coverage._asdict(),
        "lost_events": state.lost_events,
        "degradations": [degradation._asdict() for degradation in state.degradations],
        "error": state.error,
    }


def schema(command: str) -> str:
    """The name of the shape of a command's answer."""
    return f"netmon/{command}/1"


def write_object(stream: TextIO, body: Mapping[str, Any], *, watch: bool = False) -> None:
    """Write any answer, indented only for a person: on a terminal and not as one of many lines.

    Everything outside ASCII is escaped, so that no stranger's text can act on a terminal and the
    encoding of the stream does not matter.
    """
    indent = 2 if stream.isatty() and not watch else None
    stream.write(json.dumps(body, indent=indent, allow_nan=False) + "\n")
    stream.flush()
