"""Who opened a connection to what, when, from which port, and how all that is known."""

from __future__ import annotations

from netmon.engine.explain.words import ago, capital, duration, holder_subject, holder_words, opened_ago
from netmon.engine.state import State
from netmon.model.connection import Basis, Connection, Direction, OpenedBasis
from netmon.model.endpoint import Endpoint
from netmon.model.socket import SocketState, Uncounted
from netmon.model.units import format_bytes


def opening_sentence(connection: Connection, state: State) -> str:
    """Who opened a live connection to what, how long ago, from which port."""
    record, owner = connection.socket, connection.owner
    when = opened_ago(connection, state)
    remote, local = named(record.remote, connection), named(record.local, connection)
    if record.state in (SocketState.SYN_SENT, SocketState.SYN_RECV):
        return _handshake(connection, state)
    kind = "UDP flow" if record.protocol == "udp" else "connection"
    if connection.direction is Direction.OUTBOUND:
        return (
            f"{holder_subject(owner)} opened this {kind} to {remote} {when}, from {_lent(connection, state)}."
        )
    if connection.direction is Direction.INBOUND:
        return f"{record.remote} opened this {kind} to {holder_words(owner)} at {local} {when}."
    return f"{holder_subject(owner)} has this {kind} from {record.local} to {remote}, opened {when}."


def _handshake(connection: Connection, state: State) -> str:
    record, owner = connection.socket, connection.owner
    seconds = state.monotonic - connection.first_seen_at
    since = f", for at least {duration(seconds)}" if seconds >= 1 else ""
    if record.state is SocketState.SYN_RECV:
        local = named(record.local, connection)
        return f"{record.remote} is opening a connection to {holder_words(owner)} at {local}{since}."
    remote = named(record.remote, connection)
    lent = _lent(connection, state)
    return f"{holder_subject(owner)} is opening a connection to {remote}{since}, from {lent}."


def closed_sentence(connection: Connection, state: State) -> str:
    """Whose connection it was, when it closed, and how much it carried in how long."""
    record, owner = connection.socket, connection.owner
    when = ago(state, connection.closed_at or 0.0)
    over = f"closed {when}: {_carried(connection)} {_lived(connection, state)}"
    if connection.direction is Direction.INBOUND:
        local = named(record.local, connection)
        return f"The connection of {record.remote} to {holder_words(owner)} at {local} {over}."
    remote = named(record.remote, connection)
    if connection.direction is Direction.OUTBOUND:
        return f"The connection of {holder_words(owner)} to {remote} {over}."
    return f"The connection of {holder_words(owner)} between {record.local} and {remote} {over}."


def _carried(connection: Connection) -> str:
    sent, received = connection.bytes_sent, connection.bytes_received
    if sent is None and received is None:
        return "an unknown number of bytes"
    least = "at least " if sent is None or received is None else ""
    return least + format_bytes((sent or 0) + (received or 0))


def _lived(connection: Connection, state: State) -> str:
    closed_at = connection.closed_at or 0.0
    if connection.opened_at is not None:
        return f"in {duration(max(0.0, closed_at - connection.opened_at))}"
    if connection.opened_basis is OpenedBasis.EVENT:
        return f"between two polls, so in less than some {duration(state.interval_s)}"
    return f"in at least {duration(max(0.0, closed_at - connection.open_since))}"


def aborted_sentence(connection: Connection) -> str | None:
    """What an abort makes of the byte counts, or None where there was none."""
    if connection.socket.uncounted is not Uncounted.ABORTED:
        return None
    if connection.bytes_sent is None and connection.bytes_received is None:
        return "It was aborted, which clears the kernel's counters: what it carried is not known."
    return (
        "It was aborted, which clears the kernel's counters: the bytes are those of the last poll or of its"
        " other end, and it may have carried more."
    )


def named(endpoint: Endpoint | None, connection: Connection) -> str:
    """An endpoint with the name of its service, if it is the one that the service is named for."""
    if endpoint is None:
        return "no peer"
    is_local = endpoint is connection.socket.local
    serves = (
        connection.direction is Direction.INBOUND if is_local else connection.direction is Direction.OUTBOUND
    )
    serves = serves or connection.socket.remote is None
    return f"{endpoint} ({connection.service})" if serves and connection.service else str(endpoint)


def _lent(connection: Connection, state: State) -> str:
    port, (low, high) = connection.socket.local.port, state.ephemeral
    if low <= port <= high:
        return f"ephemeral port {port}, one of those that the kernel lends (here {low}–{high})"
    return f"port {port}, outside of the range that the kernel lends (here {low}–{high})"


def direction_sentence(connection: Connection, state: State) -> str:
    """The direction and what it is known from; or that nothing tells."""
    udp = connection.socket.protocol == "udp"
    if connection.basis is None or connection.direction is Direction.UNKNOWN:
        tells = "ports and listeners do" if udp else "byte counters, handshake, listeners and ports do"
        return f"Which end opened it is unknown: {tells} not tell."
    return f"{capital(connection.direction)}: {_known_from(connection, connection.basis, state)}."


def _known_from(connection: Connection, basis: Basis, state: State) -> str:
    outbound = connection.direction is Direction.OUTBOUND
    if basis is Basis.KERNEL:
        return (
            "known from the kernel's byte counters, which count an acknowledged SYN only on the side that"
            " connected"
        )
    if basis is Basis.HANDSHAKE:
        side = "this side" if outbound else "the other side"
        return f"known from the handshake, in which {side} was seen to send the first SYN"
    if basis is Basis.LISTENER:
        remote = connection.socket.remote
        port = remote.port if outbound and remote is not None else connection.socket.local.port
        whose = "the other end's" if outbound else "its local"
        return f"taken from {whose} port {port}, which has or had a listener"
    low, high = state.ephemeral
    whose = "the local" if outbound else "the remote"
    return f"taken from the ports, of which only {whose} one lies in the ephemeral range ({low}–{high})"
