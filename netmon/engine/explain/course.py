"""How a socket fares: its state, its bytes, its other end, its queues; and what a listener takes."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.engine.explain.limits import unread_bytes
from netmon.engine.explain.opening import named
from netmon.engine.explain.words import duration, holder_subject, holder_words, names, plural
from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.socket import SocketState, Uncounted
from netmon.model.units import format_bytes, format_rate

_STATES = {
    SocketState.SYN_RECV: "The handshake is not complete, or the listener has not accepted it yet.",
    SocketState.FIN_WAIT1: "This side has closed; the peer has not acknowledged that yet.",
    SocketState.FIN_WAIT2: "This side has closed its direction and waits for the peer to close too.",
    SocketState.CLOSING: "Both sides have closed at once; the peer has not acknowledged that yet.",
    SocketState.LAST_ACK: "Both sides have closed; the peer has not acknowledged the last FIN yet.",
    SocketState.UNKNOWN: "The state of the socket is unknown: this source does not tell.",
}
_TIME_WAIT = (
    "TIME_WAIT: the kernel keeps the pair of endpoints for a minute, on the side that closed first, so that"
    " late packets do not disturb a new connection."
)


def state_sentence(connection: Connection, state: State) -> str | None:
    """What the state of a live connection means, unless it is simply established."""
    record = connection.socket
    if connection.closed_at is not None:
        return None
    if record.state is SocketState.TIME_WAIT:
        return _TIME_WAIT
    if record.state is SocketState.CLOSE_WAIT:
        return _close_wait(connection, state)
    if record.state is SocketState.SYN_SENT:
        repeated = record.tcp.retransmits if record.tcp is not None else 0
        times = f", which was repeated {plural(repeated, 'time')}" if repeated else ""
        return f"The peer has not answered the SYN yet{times}."
    if record.state is SocketState.CLOSED:
        return "The socket is closed."
    return _STATES.get(record.state)


def _close_wait(connection: Connection, state: State) -> str:
    """The peer is done: the state that a program which forgets to close stays in."""
    seconds = state.monotonic - connection.changed_at
    since = f" at least {duration(seconds)} ago" if seconds >= 1 else ""
    who = holder_words(connection.owner)
    text = f"CLOSE_WAIT: the peer finished sending{since}, and {who} has not closed its end"
    queue = connection.socket.receive_queue
    if queue is None:
        return f"{text}."
    if queue == 0:
        return f"{text}, though nothing is left to read."
    unread = unread_bytes(connection)
    return f"{text}; {format_bytes(unread)} wait unread." if unread else f"{text} nor seen that it is over."


def traffic_sentence(connection: Connection) -> str | None:
    """Its bytes and rates, or why they are not counted."""
    record = connection.socket
    sent, received = connection.bytes_sent, connection.bytes_received
    if sent is None and received is None:
        why = record.uncounted
        if why is None or why is Uncounted.ABORTED:
            return None
        return f"Its bytes are not counted: {why.removeprefix('not counted: ')}."
    total = f"{amount(received)} received, {amount(sent)} sent"
    if connection.closed_at is not None or record.state is SocketState.TIME_WAIT:
        return f"{total}."
    if connection.rate_received is None and connection.rate_sent is None:
        return f"{total}; the rates need two polls."
    return f"{total}; {pace(connection.rate_received)} in and {pace(connection.rate_sent)} out now."


def amount(count: int | None) -> str:
    """Bytes within a sentence."""
    return "an unknown amount" if count is None else format_bytes(count)


def pace(rate: float | None) -> str:
    """A rate within a sentence."""
    return "an unknown rate" if rate is None else format_rate(rate)


def other_end_sentence(connection: Connection) -> str | None:
    """Who holds the other end, where that is on this machine."""
    if connection.peer is None:
        return None
    owner = connection.peer.owner
    if owner.processes:
        return f"The other end is {names(owner.processes)} on this machine."
    return f"The other end is on this machine too: {owner.explain() or 'its owner is not known'}."


def bound_sentence(connection: Connection) -> str:
    """What a socket without a peer is there for."""
    record, who = connection.socket, holder_subject(connection.owner)
    local = named(record.local, connection)
    if record.state is SocketState.LISTEN:
        return f"{who} listens on {local}."
    if record.protocol == "udp":
        return f"{who} has a UDP socket at {local} without a fixed peer."
    return f"{who} has a TCP socket bound to {local} that neither listens nor is connected."


def listener_sentences(connection: Connection) -> Iterator[str]:
    """Which families a socket without a peer takes, and how full its accept queue is."""
    record = connection.socket
    if record.local.address == "::":
        yield _families(record.v6only)
    if record.state is SocketState.LISTEN:
        yield _accept_queue(record.receive_queue, record.send_queue)


def _families(v6only: bool | None) -> str:
    if v6only is None:
        return "Whether it takes IPv4 too is unknown: this source does not tell V6ONLY."
    if v6only:
        return "It takes IPv6 only (V6ONLY): to 127.0.0.1 and other IPv4 addresses it does not answer."
    return "It takes IPv4 as well as IPv6 (V6ONLY is off)."


def _accept_queue(waiting: int | None, backlog: int | None) -> str:
    if waiting is None or backlog is None:
        return "How many connections wait to be accepted is unknown: this source does not tell."
    if not waiting:
        return f"No connection waits to be accepted; the backlog is {backlog:,}."
    wait = "waits" if waiting == 1 else "wait"
    text = f"{plural(waiting, 'connection')} {wait} to be accepted; the backlog is {backlog:,}"
    if waiting > backlog:  # the kernel takes one more than the backlog
        return f"{text}, so the queue is full and the kernel drops new ones."
    return f"{text}."


def datagram_sentence(connection: Connection) -> str | None:
    """The queue and the drops, which are all that the kernel counts of UDP; None for TCP."""
    record = connection.socket
    if record.protocol != "udp" or connection.closed_at is not None:
        return None
    if record.receive_queue is None and record.drops is None:
        return "Its queue and its drops are unknown: this source does not tell."
    queue = amount(record.receive_queue)
    drops = "an unknown number of datagrams" if record.drops is None else plural(record.drops, "datagram")
    were = "was" if record.drops == 1 else "were"
    counted = "" if record.remote is not None else "UDP bytes are not counted. "
    return f"{counted}{queue} of its buffer wait unread, and {drops} {were} dropped for want of buffer space."
