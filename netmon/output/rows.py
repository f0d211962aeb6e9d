"""Connections and listeners as plain rows, the one shape behind JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.endpoint import Endpoint
from netmon.model.port_range import port_range
from netmon.model.process import Owner, Process
from netmon.ports.listeners import Listening, listening
from netmon.ports.reach.own_addresses import AddressReach, addresses_of

if TYPE_CHECKING:
    from netmon.ports.firewall.word import Firewall

Row = dict[str, Any]


def connection_row(connection: Connection, state: State) -> Row:
    """One connection as the public interface promises it, in that order, and what else is known.

    The owner is an object even where no process can be named, since its user and unit often can;
    `owner_reason` is then a stable word and `owner_explained` a sentence.
    """
    socket = connection.socket
    tcp = socket.tcp
    return {
        "protocol": socket.protocol,
        "local": _endpoint(socket.local),
        "remote": _endpoint(socket.remote),
        "state": socket.state.value,
        "direction": connection.direction.value,
        "direction_basis": connection.basis.value if connection.basis else None,
        "scope": connection.scope.value,
        "interface": connection.interface,
        "owner": _owner(connection.owner),
        "owner_reason": connection.owner.reason.value if connection.owner.reason else None,
        "bytes_sent": connection.bytes_sent,
        "bytes_received": connection.bytes_received,
        "rate_sent": connection.rate_sent,
        "rate_received": connection.rate_received,
        "rtt_us": tcp.rtt_us if tcp else None,
        "retransmits": tcp.retransmits if tcp else None,
        "opened_at": _wall(state, connection.opened_at),
        "closed_at": _wall(state, connection.closed_at),
        "inode": socket.inode,
        "cookie": _cookie(socket.cookie),
        **_more(connection),
    }


def _more(connection: Connection) -> Row:
    """What rows have beyond the promised keys."""
    socket, opened = connection.socket, connection.opened_basis
    return {
        "bytes_reason": bytes_reason(connection),
        "peer": _peer(connection),
        "owners": [_process(p, connection.owner) for p in connection.owner.processes],
        "former_owners": [_process(p, connection.owner) for p in connection.owner.former],
        "owner_explained": connection.owner.explain(),
        "service": connection.service,
        "opened_basis": opened.value if opened else None,
        "receive_queue": socket.receive_queue,
        "send_queue": socket.send_queue,
        "drops": socket.drops,
    }


def port_rows(
    state: State, listeners: Sequence[Connection] | None = None, firewall: Firewall | None = None
) -> list[Row]:
    """The listening sockets, one row each, by port.

    Args:
        state: Gives the addresses, the ephemeral range and the connections that are counted.
        listeners: Those to show, for a filter; all of the state's by default.
        firewall: Its rules, where its word was asked for.
    """
    return [row for _, row in listeners_with_rows(state, listeners, firewall)]


def listeners_with_rows(
    state: State, listeners: Sequence[Connection] | None = None, firewall: Firewall | None = None
) -> list[tuple[Connection, Row]]:
    """As `port_rows`, each row beside the listener that it describes."""
    own = addresses_of(state)
    rows = []
    for found in listening(state, listeners):
        reached = own.reach(found.listener.socket)
        row = _port_row(found, state)
        row["reach_addresses"] = [one._asdict() for one in reached]
        row["firewall"] = None if firewall is None else _firewall_row(firewall, found, reached)
        rows.append((found.listener, row))
    return rows


def bytes_reason(connection: Connection) -> str | None:
    """Why the bytes of a connection are unknown, or None when they are known."""
    if connection.bytes_sent is not None and connection.bytes_received is not None:
        return None
    uncounted = connection.socket.uncounted
    return uncounted.value if uncounted else "this source did not report the counters"


def timestamp(moment: datetime) -> str:
    """An aware time as RFC 3339 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _port_row(found: Listening, state: State) -> Row:
    listener, socket = found.listener, found.listener.socket
    address, port = socket.local
    is_tcp = socket.protocol == "tcp"
    return {
        "protocol": socket.protocol,
        "port": port,
        "address": address,
        "v6only": socket.v6only,
        "service": listener.service,
        "range": port_range(port, ephemeral=state.ephemeral),
        "owners": [_process(p, listener.owner) for p in listener.owner.processes],
        "owner_reason": listener.owner.reason.value if listener.owner.reason else None,
        "reach": found.reach.as_dict(),
        # A UDP socket accepts nothing: its queues hold bytes, not connections.
        "accept_queue": socket.receive_queue if is_tcp else None,
        "backlog": socket.send_queue if is_tcp else None,
        "inbound_connections": found.inbound,
        **_more_of_port(listener),
    }


def _more_of_port(listener: Connection) -> Row:
    socket = listener.socket
    return {
        "owner_explained": listener.owner.explain(),
        "user": listener.owner.user,
        "uid": _uid(listener.owner),
        "unit": listener.owner.unit,
        "interface": socket.interface,
        "inode": socket.inode,
        "cookie": _cookie(socket.cookie),
        "drops": socket.drops,
    }


def _firewall_row(firewall: Firewall, found: Listening, reached: Sequence[AddressReach]) -> Row:
    """One word for the socket, and that on each address; `verdict` is null where the rules cannot be read."""
    said = firewall.word_on(found.listener.socket, reached)
    is_known = said.word is not None
    return {
        "verdict": said.word.value if said.word else None,
        "basis": said.basis if is_known else None,
        "reason": None if is_known else said.basis,
        "addresses": [
            {
                "address": one.address,
                "interface": one.interface,
                "verdict": one.verdict.word.value,
                "basis": one.verdict.basis,
            }
            for one in said.addresses
        ],
    }


def _endpoint(endpoint: Endpoint | None) -> Row | None:
    return None if endpoint is None else {"address": endpoint.address, "port": endpoint.port}


def _owner(owner: Owner) -> Row:
    if owner.process is not None:
        return _process(owner.process, owner)
    who: Row = {"pid": None, "name": None, "user": owner.user, "uid": owner.uid}
    return {**who, "command": None, "unit": owner.unit}


def _process(process: Process, owner: Owner) -> Row:
    return process_row(process, process.unit or owner.unit)


def process_row(process: Process, unit: str | None) -> Row:
    """A process as it stands in every row, with the unit or container that it runs in."""
    return {
        "pid": process.pid,
        "name": process.name,
        "user": process.user,
        "uid": process.uid,
        "command": list(process.command),
        "unit": unit,
    }


def _peer(connection: Connection) -> Row | None:
    """The process at the other end, where that is on this machine and can be named."""
    process = connection.peer.owner.process if connection.peer else None
    return None if process is None else {"pid": process.pid, "name": process.name}


def _uid(owner: Owner) -> int | None:
    return owner.uid if owner.process is None or owner.uid is not None else owner.process.uid


def _wall(state: State, monotonic: float | None) -> str | None:
    return None if monotonic is None else timestamp(state.wall_time(monotonic))


def _cookie(cookie: int | None) -> str | None:
    return None if cookie is None else f"{cookie:016x}"
