"""What sets the pace of a connection, as far as the kernel's counters say and no further."""

from __future__ import annotations

from netmon.engine.explain.words import duration, holder_subject, plural, short_name
from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.socket import SocketState, TcpInfo
from netmon.model.units import format_bytes, format_rtt

_CARRIES = (SocketState.ESTABLISHED, SocketState.CLOSE_WAIT, SocketState.FIN_WAIT1, SocketState.FIN_WAIT2)
_FIN_TO_READ = (SocketState.CLOSE_WAIT, SocketState.LAST_ACK, SocketState.CLOSING)
_UNACKED_FLAG = (
    SocketState.SYN_SENT,
    SocketState.FIN_WAIT1,
    SocketState.LAST_ACK,
    SocketState.CLOSING,
)
_MOSTLY = 0.5
"""The share of the time from which on something is said to limit."""
_NEARLY_ALL = 0.8
"""The share of its life for which data must have been outstanding before the path is named."""
_BEHIND = 65_536
"""Unread bytes from which on a process is said to lag behind what arrives."""
_QUIET_S = 2.0


def unread_bytes(connection: Connection) -> int | None:
    """Payload that the process has not read: a FIN in the queue, which counts as one byte, taken out."""
    record = connection.socket
    queue = record.receive_queue
    if queue is None or record.protocol != "tcp" or record.state not in _FIN_TO_READ:
        return queue
    return max(0, queue - 1)


def waiting_bytes(connection: Connection) -> int | None:
    """Payload that the peer has not acknowledged: a SYN or FIN on its way taken out."""
    record = connection.socket
    queue = record.send_queue
    if queue is None or record.protocol != "tcp" or record.state not in _UNACKED_FLAG:
        return queue
    return max(0, queue - 1)


def limit_sentences(connection: Connection, state: State) -> tuple[str, ...]:
    """What limits a live TCP connection; nothing where no counter tells."""
    tcp = connection.socket.tcp
    if tcp is None or connection.closed_at is not None or connection.socket.state not in _CARRIES:
        return ()
    found: list[str] = []
    if connection.rate_received:
        found.append(_receiving(connection))
    if connection.rate_sent:
        found.append(_sending(connection, tcp, state))
    elif waiting_bytes(connection):
        found.append(_held_up(connection, tcp))
    if not found:
        found.append(_quiet(connection, tcp, state))
    return tuple(sentence for sentence in found if sentence)


def _receiving(connection: Connection) -> str:
    unread = unread_bytes(connection)
    name = short_name(connection.owner)
    if unread is None:
        return ""
    if unread >= _BEHIND:
        return (
            f"Receiving: {format_bytes(unread)} wait unread, so {name} reads more slowly than data arrives."
        )
    return (
        f"Receiving is not limited by {name}, which keeps up with what arrives; whether the peer or the path"
        " sets the pace, the counters of this side do not tell."
    )


def _sending(connection: Connection, tcp: TcpInfo, state: State) -> str:
    busy = tcp.busy_us
    if busy is None:
        return "What limits sending is unknown: this kernel does not report it."
    if busy <= 0:
        return ""
    window, buffer = _share(tcp.rwnd_limited_us, busy), _share(tcp.sndbuf_limited_us, busy)
    outstanding = f"of the {duration(busy / 1e6)} in which data was outstanding"
    if window >= _MOSTLY and window >= buffer:
        return f"Sending was limited by the peer's receive window for {_percent(window)} {outstanding}."
    if buffer >= _MOSTLY:
        return f"Sending was limited by the sender's own buffer for {_percent(buffer)} {outstanding}."
    return _path_or_application(connection, tcp, state, busy / 1e6)


def _path_or_application(connection: Connection, tcp: TcpInfo, state: State, busy_s: float) -> str:
    """Data outstanding nearly always is the path; mostly not, the application has nothing to send."""
    opened = connection.opened_at
    exact = opened is not None
    age = state.monotonic - (connection.open_since if opened is None else opened)
    name = short_name(connection.owner)
    if age > 0 and busy_s / age <= _MOSTLY:
        # Known only to be at least so old, it was idle for at least this share.
        least = "" if exact else "at least "
        idle = _percent(1 - busy_s / age)
        return f"Sending is limited by {name} itself: for {least}{idle} of its life nothing was outstanding."
    if exact and age > 0 and busy_s / age >= _NEARLY_ALL and _both_known(tcp):
        return (
            f"Sending is limited by the path ({_path(tcp)}), not by {name}: for"
            f" {_percent(min(1.0, busy_s / age))} of its life data was outstanding, and mostly neither the"
            " peer's window nor the own buffer held it back."
        )
    return (
        f"Sending: data was outstanding for {duration(busy_s)} of its life ({_path(tcp)}); no single limit"
        " shows."
    )


def _held_up(connection: Connection, tcp: TcpInfo) -> str:
    waiting = format_bytes(waiting_bytes(connection))
    if tcp.unacked:
        flight = f"{plural(tcp.unacked, 'segment')} in flight are unanswered so far ({_path(tcp)})"
        return f"Nothing new was sent over the last interval and {waiting} wait to be acknowledged: {flight}."
    return (
        f"Nothing was sent over the last interval though {waiting} wait: none is in flight, as when the"
        " peer's receive window is full."
    )


def _quiet(connection: Connection, tcp: TcpInfo, state: State) -> str:
    last = max(tcp.last_sent_at, tcp.last_received_at)
    seconds = state.monotonic - last
    if seconds < max(_QUIET_S, 2 * state.interval_s):
        return ""
    if tcp.bytes_sent == 0 and tcp.bytes_received == 0:
        return f"Idle: no data has passed since it was opened, {duration(seconds)} ago."
    quiet = f"Idle: no data has passed for {duration(seconds)}"
    if waiting_bytes(connection) == 0:
        return f"{quiet}; the application sends nothing."
    return f"{quiet}."


def unread_sentence(connection: Connection) -> str | None:
    """What lies unread while nothing arrives, or None."""
    record, unread = connection.socket, unread_bytes(connection)
    if not unread or connection.rate_received or record.protocol != "tcp" or record.remote is None:
        return None
    if connection.closed_at is not None or not connection.owner.processes:
        return None
    return f"{format_bytes(unread)} wait unread: {holder_subject(connection.owner)} has not read them."


def _path(tcp: TcpInfo) -> str:
    rtt = "RTT not measured yet" if tcp.rtt_us is None else f"RTT {format_rtt(tcp.rtt_us)}"
    return f"{rtt}, {plural(tcp.retransmits, 'retransmit')}"


def _both_known(tcp: TcpInfo) -> bool:
    return tcp.rwnd_limited_us is not None and tcp.sndbuf_limited_us is not None


def _share(part: int | None, whole: int) -> float:
    return 0.0 if part is None else min(1.0, part / whole)


def _percent(share: float) -> str:
    return f"{int(100 * share)} %"
