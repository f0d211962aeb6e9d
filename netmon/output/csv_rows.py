"""CSV with stable, flat columns, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.text import clean
from netmon.output.rows import Row, connection_row, port_rows, timestamp

if TYPE_CHECKING:
    from netmon.ports.firewall.word import Firewall

CONNECTION_COLUMNS = (
    "taken_at",
    "protocol",
    "local_address",
    "local_port",
    "remote_address",
    "remote_port",
    "state",
    "direction",
    "direction_basis",
    "scope",
    "interface",
    "pid",
    "process",
    "user",
    "uid",
    "command",
    "unit",
    "owner_reason",
    "bytes_sent",
    "bytes_received",
    "rate_sent",
    "rate_received",
    "rtt_us",
    "retransmits",
    "opened_at",
    "closed_at",
    "inode",
    "cookie",
    "bytes_reason",
    "peer_pid",
    "peer_process",
    "owners",
    "former_owners",
    "owner_explained",
    "service",
    "opened_basis",
    "receive_queue",
    "send_queue",
    "drops",
)
PORT_COLUMNS = (
    "taken_at",
    "protocol",
    "port",
    "address",
    "v6only",
    "service",
    "range",
    "pid",
    "process",
    "user",
    "uid",
    "command",
    "unit",
    "owner_reason",
    "reach_loopback4",
    "reach_loopback6",
    "reach_lan4",
    "reach_lan6",
    "accept_queue",
    "backlog",
    "inbound_connections",
    "owners",
    "owner_explained",
    "interface",
    "inode",
    "cookie",
    "drops",
    "reach_addresses",
    "firewall",
    "firewall_basis",
)

_STRANGERS = frozenset(
    (
        "process",
        "user",
        "command",
        "unit",
        "interface",
        "peer_process",
        "owners",
        "former_owners",
        "service",
        "firewall_basis",
    )
)
"""Columns whose text others chose; a spreadsheet would run one of these as a formula."""
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def write_connections(
    stream: TextIO, state: State, connections: Iterable[Connection], *, header: bool = True
) -> None:
    """Write the connections; without `header` for all but the first of a watch."""
    taken_at = timestamp(state.taken_at)
    rows = (_connection_cells(connection_row(c, state), taken_at) for c in connections)
    _write(stream, CONNECTION_COLUMNS, rows, header)


def write_ports(
    stream: TextIO,
    state: State,
    listeners: Sequence[Connection] | None = None,
    *,
    firewall: Firewall | None = None,
    header: bool = True,
) -> None:
    """Write the listeners, all of them by default."""
    taken_at = timestamp(state.taken_at)
    rows = (_port_cells(row, taken_at) for row in port_rows(state, listeners, firewall))
    _write(stream, PORT_COLUMNS, rows, header)


def _write(stream: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], header: bool) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    if header:
        writer.writerow(columns)
    writer.writerows([_cell(column, row[column]) for column in columns] for row in rows)
    stream.flush()


def _cell(column: str, value: object) -> object:
    """A value as CSV has it: unknown is empty, truth in words, text without control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if column in _STRANGERS and text.lstrip().startswith(_FORMULA) else text


def _connection_cells(row: Row, taken_at: str) -> Row:
    remote, peer = row["remote"] or {}, row["peer"] or {}
    return {
        **row,
        **_owner_cells(row["owner"]),
        "taken_at": taken_at,
        "local_address": row["local"]["address"],
        "local_port": row["local"]["port"],
        "remote_address": remote.get("address"),
        "remote_port": remote.get("port"),
        "peer_pid": peer.get("pid"),
        "peer_process": peer.get("name"),
        "owners": _names(row["owners"]),
        "former_owners": _names(row["former_owners"]),
    }


def _port_cells(row: Row, taken_at: str) -> Row:
    nobody = {"pid": None, "name": None, "user": row["user"], "uid": row["uid"], "unit": row["unit"]}
    first = row["owners"][0] if row["owners"] else {**nobody, "command": None}
    reach, firewall = row["reach"], row["firewall"] or {}
    return {
        **row,
        **_owner_cells(first),
        "taken_at": taken_at,
        "reach_loopback4": reach["127.0.0.1"],
        "reach_loopback6": reach["::1"],
        "reach_lan4": reach["lan4"],
        "reach_lan6": reach["lan6"],
        "reach_addresses": " ".join(one["address"] for one in row["reach_addresses"] if one["reached"]),
        "firewall": firewall.get("verdict"),
        "firewall_basis": firewall.get("basis") or firewall.get("reason"),
        "owners": _names(row["owners"]),
    }


def _owner_cells(owner: Row) -> Row:
    command = owner["command"]
    return {
        "pid": owner["pid"],
        "process": owner["name"],
        "user": owner["user"],
        "uid": owner["uid"],
        "command": None if command is None else " ".join(command),
        "unit": owner["unit"],
    }


def _names(processes: Sequence[Row]) -> str:
    return ", ".join(f"{process['name']} ({process['pid']})" for process in processes)
