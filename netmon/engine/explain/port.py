"""What the port of a row is, in terms of that row: listening, lent by the kernel, well-known."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.engine.explain.words import holder_words, short_name
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.port_range import port_range
from netmon.model.socket import SocketState

_REMAINS = (SocketState.TIME_WAIT, SocketState.FIN_WAIT2)


def port_sentences(connection: Connection, state: State) -> Iterator[str]:
    """Two or three sentences on what kind of port this is and what follows from it here."""
    record = connection.socket
    if record.remote is None:
        yield from _bound(connection, state)
    elif connection.direction is Direction.OUTBOUND:
        yield _client_port(connection, state)
        yield _server_port(record.remote.port, connection.service, "the other end")
    elif connection.direction is Direction.INBOUND:
        yield _server_port(record.local.port, connection.service, holder_words(connection.owner))
        yield (
            f"{record.remote.port} is the port of the peer, which its own system lent to it for this"
            " connection."
        )
    else:
        yield _local_of_unknown(connection, state)


def _bound(connection: Connection, state: State) -> Iterator[str]:
    record, who = connection.socket, holder_words(connection.owner)
    port = record.local.port
    if record.protocol == "tcp":
        yield (
            f"{port} is a listening port: {who} waits there for connections. Those that it accepts all"
            " keep this port on this side; they do not use it up."
        )
    elif port_range(port, state.ephemeral) == "ephemeral":
        yield (
            f"{port} is ephemeral: the kernel lent it to {who} to send datagrams from, as it does to clients;"
            " it goes back when the socket is closed."
        )
        return
    else:
        yield f"{port} is a bound UDP port: datagrams that arrive for it are queued for {who}."
    yield _range_of_bound(port, connection.service, state)


def _range_of_bound(port: int, service: str | None, state: State) -> str:
    low, high = state.ephemeral
    kind = port_range(port, state.ephemeral)
    if kind == "well-known":
        return (
            f"It is well-known (below 1024{_named(service)}), where system services stand: binding such a"
            " port takes root or CAP_NET_BIND_SERVICE, unless this system lowered"
            " net.ipv4.ip_unprivileged_port_start."
        )
    if kind == "ephemeral":
        return (
            f"It lies among those that the kernel lends to outgoing connections here ({low}–{high}): while"
            " nothing listens on it, one of them may be given it, and the listener cannot start then."
        )
    name = f"; {service} is only the name it is registered for" if service else ""
    return (
        f"It is registered (1024 and above, outside of those that the kernel lends here, {low}–{high}): any"
        f" program may listen on it{name}."
    )


def _client_port(connection: Connection, state: State) -> str:
    record = connection.socket
    port, remote = record.local.port, record.remote
    assert remote is not None, "only a connection has a client's port"
    target = f"port {remote.port}{_of(connection.service)}"
    if port_range(port, state.ephemeral) != "ephemeral":
        return (
            f"{port} is not one that the kernel lends here ({state.ephemeral[0]}–{state.ephemeral[1]}):"
            f" {short_name(connection.owner)} asked for it before it connected to {target}."
        )
    who = short_name(connection.owner) if connection.owner.processes else holder_words(connection.owner)
    if connection.closed_at is not None or record.state in _REMAINS:
        return (
            f"{port} is ephemeral: the kernel lent it to {who} for this connection to {target}; it goes back"
            " now that it is over, after TIME_WAIT where this side closed first."
        )
    return (
        f"{port} is ephemeral: the kernel lent it to {who} for this connection to {target}; it goes back when"
        " it closes."
    )


def _server_port(port: int, service: str | None, who: str) -> str:
    return (
        f"{port}{_of(service)} is the port that {who} listens on, or did: any number of connections share it."
    )


def _local_of_unknown(connection: Connection, state: State) -> str:
    port = connection.socket.local.port
    kind = port_range(port, state.ephemeral)
    low, high = state.ephemeral
    if kind == "ephemeral":
        return (
            f"{port} lies among those that the kernel lends here ({low}–{high}), so that this end may be"
            " the client; which end opened the connection is not known."
        )
    return f"{port} is {kind}; which end opened the connection is not known."


def _of(service: str | None) -> str:
    return f" ({service})" if service else ""


def _named(service: str | None) -> str:
    return f", {service}" if service else ""
