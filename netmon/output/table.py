"""Connections and listeners as tables for people: aligned, fitted to a terminal, in full in a pipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner, OwnerReason
from netmon.model.socket import Uncounted
from netmon.model.text import clean
from netmon.model.units import UNKNOWN, format_age, format_bytes, format_rate, format_rtt
from netmon.output.layout import Column, cut, terminal_width, wrap, write_line, write_table
from netmon.output.rows import Row, listeners_with_rows

if TYPE_CHECKING:
    from netmon.ports.firewall.word import Firewall

_DIRECTIONS = {Direction.INBOUND: "in", Direction.OUTBOUND: "out", Direction.UNKNOWN: UNKNOWN}

_OWNER_REASONS = {
    OwnerReason.TIME_WAIT: "TIME_WAIT",
    OwnerReason.HANDSHAKE: "handshake",
    OwnerReason.CLOSED: "closed",
    OwnerReason.OTHER_NAMESPACE: "other namespace",
    OwnerReason.KERNEL: "kernel",
    OwnerReason.HIDDEN: "hidden by /proc",
    OwnerReason.UNREADABLE: "unreadable",
    OwnerReason.GONE: "gone",
    OwnerReason.NOT_SUPPORTED: "not supported",
}
_UNCOUNTED = {
    Uncounted.UDP: "not counted",
    Uncounted.LISTENER: "listener",
    Uncounted.TIME_WAIT: "TIME_WAIT",
    Uncounted.HANDSHAKE: "handshake",
    Uncounted.KERNEL_TOO_OLD: "old kernel",
    Uncounted.ABORTED: "aborted",
    Uncounted.SOURCE: "psutil",
}


def write_connections(
    stream: TextIO, state: State, connections: Sequence[Connection], *, width: int | None = None
) -> None:
    """Write the connections, and on a terminal what they come to.

    Args:
        stream: Where to; a terminal's width is respected.
        state: The state they are from.
        connections: Those to show, in order.
        width: The columns to use; the terminal's, or all that is needed, by default.
    """
    columns = _connection_columns(state)
    write_table(stream, columns, connections, width or terminal_width(stream))
    _summarise(stream, connections_summary(connections), width)


def write_ports(
    stream: TextIO,
    state: State,
    listeners: Sequence[Connection] | None = None,
    *,
    firewall: Firewall | None = None,
    width: int | None = None,
) -> None:
    """Write the listeners (all of them by default), and on a terminal what they come to and what presses."""
    listed = listeners_with_rows(state, listeners, firewall)
    columns = _port_columns() if firewall is None else [*_port_columns(), _firewall_column()]
    write_table(stream, columns, listed, width or terminal_width(stream))
    _summarise(stream, ports_summary([row for _, row in listed]), width)
    if stream.isatty():
        _warn(stream, state, width or terminal_width(stream) or 80)


def owner_label(owner: Owner) -> str:
    """Who holds a socket, or in parentheses why nobody can be named: `curl (4711)`, `(TIME_WAIT)`."""
    if owner.process is not None:
        others = f" +{len(owner.processes) - 1}" if len(owner.processes) > 1 else ""
        return f"{owner.process.name} ({owner.process.pid}){others}"
    label = f"({_reason(owner)})" + (f" {owner.unit}" if owner.unit else "")
    if owner.former:
        label += f" was {owner.former[0].name} ({owner.former[0].pid})"
    return label


def connections_summary(connections: Sequence[Connection]) -> str:
    """One line on many connections."""
    ways = Counter(connection.direction for connection in connections)
    parts = [f"{ways[way]} {way}" for way in Direction if ways[way] or way is not Direction.UNKNOWN]
    unnamed = sum(connection.owner.reason is OwnerReason.OTHER_USER for connection in connections)
    line = f"{_count(len(connections), 'connection')}: {', '.join(parts)}"
    return line + (f"; {unnamed} of other users, whose processes only root may name" if unnamed else "")


def ports_summary(rows: Sequence[Row]) -> str:
    """One line on many listeners."""
    open_to_lan = sum(bool(row["reach"]["lan4"] or row["reach"]["lan6"]) for row in rows)
    return f"{_count(len(rows), 'listening socket')}, {open_to_lan} bound so that other machines get to it"


def _warn(stream: TextIO, state: State, width: int) -> None:
    """Say in full where ports are under pressure, if they are."""
    from netmon.ports.pressure.view import pressure_view

    for finding in pressure_view(state).troubles:
        lines = wrap(clean(f"{finding.state}: {finding.summary} ({finding.evidence})"), width, rest="      ")
        fix = wrap(clean(finding.fix), width, first="      ", rest="      ") if finding.fix else []
        for line in (*lines, *fix):
            write_line(stream, line)


def _summarise(stream: TextIO, line: str, width: int | None) -> None:
    if stream.isatty():
        write_line(stream, cut(line, width or terminal_width(stream) or len(line)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _reason(owner: Owner) -> str:
    who = f"uid {owner.uid}" if owner.uid is not None else "unknown user"
    who = owner.user or who
    if owner.reason is None or owner.reason is OwnerReason.OTHER_USER:
        return who
    reason = _OWNER_REASONS[owner.reason]
    return f"{who}, {reason}" if owner.uid is not None else reason


# Connections


def _connection_columns(state: State) -> list[Column[Connection]]:
    def age(connection: Connection) -> str:
        end = state.monotonic if connection.closed_at is None else connection.closed_at
        if connection.opened_at is not None:
            return format_age(max(0.0, end - connection.opened_at))
        return "≥" + format_age(max(0.0, end - connection.open_since))

    return [
        Column("PROTO", lambda c: c.socket.protocol, rank=5),
        Column("DIR", lambda c: _DIRECTIONS[c.direction]),
        Column("BASIS", lambda c: c.basis or UNKNOWN, rank=9),
        Column("LOCAL", lambda c: str(c.socket.local), rank=1, least=15),
        Column("REMOTE", lambda c: str(c.socket.remote) if c.socket.remote else UNKNOWN, least=17),
        Column("STATE", _state, rank=4),
        Column("OWNER", lambda c: owner_label(c.owner), least=14),
        Column("RECEIVED", _received, rank=2, right=True),
        Column("SENT", lambda c: format_bytes(c.bytes_sent), rank=2, right=True),
        Column("▼/s", lambda c: format_rate(c.rate_received), rank=3, right=True),
        Column("▲/s", lambda c: format_rate(c.rate_sent), rank=3, right=True),
        Column(
            "RTT", lambda c: format_rtt(c.socket.tcp.rtt_us if c.socket.tcp else None), rank=7, right=True
        ),
        Column("AGE", age, rank=6, right=True),
        Column("INTERFACE", lambda c: c.interface or UNKNOWN, rank=8),
    ]


def _state(connection: Connection) -> str:
    return "closed" if connection.closed_at is not None else connection.socket.state.value


def _received(connection: Connection) -> str:
    """The bytes received, or why neither direction is known."""
    reason = connection.socket.uncounted
    if connection.bytes_received is not None or reason is None:
        return format_bytes(connection.bytes_received)
    return f"{UNKNOWN} {_UNCOUNTED[reason]}"


# Ports


_Listed = tuple[Connection, Row]


def _port_columns() -> list[Column[_Listed]]:
    return [
        Column("PORT", lambda listed: str(listed[1]["port"]), right=True),
        Column("PROTO", lambda listed: listed[1]["protocol"]),
        Column("ADDRESS", lambda listed: listed[1]["address"], least=12),
        Column("SERVICE", lambda listed: listed[1]["service"] or UNKNOWN, rank=4, least=6),
        Column("OWNER", lambda listed: owner_label(listed[0].owner), least=14),
        _reached_from("127.0.0.1"),
        _reached_from("::1"),
        _reached_from("lan4"),
        _reached_from("lan6"),
        Column("QUEUE", lambda listed: _queue(listed[1]), rank=2, right=True),
        Column("IN", lambda listed: str(listed[1]["inbound_connections"]), rank=3, right=True),
        Column("RANGE", lambda listed: listed[1]["range"], rank=6),
        Column("INTERFACE", lambda listed: listed[1]["interface"] or UNKNOWN, rank=7),
    ]


def _firewall_column() -> Column[_Listed]:
    return Column("FIREWALL", lambda listed: _firewall(listed[1]["firewall"]), least=12)


def _firewall(said: Row) -> str:
    """The word first, so that a narrow column still has it; a policy or rule after it."""
    return f"{said['verdict']}: {said['basis']}" if said["verdict"] else said["reason"]


def _reached_from(source: str) -> Column[_Listed]:
    return Column(source.upper(), lambda listed: _yes_or_no(listed[1]["reach"][source]))


def _yes_or_no(reached: bool | None) -> str:
    return {True: "yes", False: "no", None: UNKNOWN}[reached]


def _queue(row: Row) -> str:
    if row["accept_queue"] is None or row["backlog"] is None:
        return UNKNOWN
    return f"{row['accept_queue']}/{row['backlog']}"
