"""A socket as one poll saw it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.model.process import NO_OWNER, Owner

Protocol = Literal["tcp", "udp"]


class SocketState(StrEnum):
    """The state of a socket: RFC 9293 section 3.3.2 for TCP; UDP has the last two and `established`."""

    ESTABLISHED = "established"
    SYN_SENT = "syn_sent"
    SYN_RECV = "syn_recv"
    FIN_WAIT1 = "fin_wait1"
    FIN_WAIT2 = "fin_wait2"
    TIME_WAIT = "time_wait"
    CLOSED = "closed"
    CLOSE_WAIT = "close_wait"
    LAST_ACK = "last_ack"
    LISTEN = "listen"
    CLOSING = "closing"
    UNCONNECTED = "unconnected"
    """A UDP socket without a fixed peer."""
    UNKNOWN = "unknown"


class Uncounted(StrEnum):
    """Why a socket's bytes are unknown."""

    UDP = "not counted: the kernel keeps no byte counters for UDP sockets"
    LISTENER = "a listener carries no data itself"
    TIME_WAIT = "TIME_WAIT keeps no counters"
    HANDSHAKE = "the connection is not established yet"
    NOT_CONNECTED = "the socket is not connected"
    KERNEL_TOO_OLD = "this kernel does not report the counters"
    ABORTED = "the connection was aborted, which clears the kernel's counters"
    SOURCE = "psutil does not give byte counters"


class TcpInfo(NamedTuple):
    """What the kernel counts for one TCP connection (`struct tcp_info`, include/uapi/linux/tcp.h).

    A field the kernel is too old to report is None.
    """

    bytes_sent: int | None
    """Payload bytes handed to the network, each once: without retransmissions, SYN and FIN."""
    bytes_received: int | None
    """Payload bytes received in order, without the peer's FIN."""
    bytes_retransmitted: int | None
    opener_excess: int | None
    """`bytes_acked - (bytes_sent - bytes_retrans)`: what was acknowledged beyond payload, SYN and FIN.
    In ESTABLISHED with nothing unacknowledged it is 1 on the side that connected, 0 on the other."""
    unacked: int
    """Segments sent and not yet acknowledged."""
    rtt_us: int | None
    """Smoothed round-trip time in microseconds; None before the first measurement."""
    rtt_var_us: int | None
    min_rtt_us: int | None
    retransmits: int
    """Segments retransmitted over the life of the connection."""
    last_sent_at: float
    """Monotonic time at which data was last sent; the time of opening if none was."""
    last_received_at: float
    """Monotonic time at which data last arrived; the time of opening if none did."""
    busy_us: int | None
    """Time with data outstanding, in microseconds."""
    rwnd_limited_us: int | None
    """Time limited by the peer's receive window."""
    sndbuf_limited_us: int | None
    """Time limited by the own send buffer."""
    delivery_rate: int | None
    """The most recent goodput that the kernel measured, in bytes per second."""


class SocketRecord(NamedTuple):
    """One socket of one poll. A collector hands out the *same* object while nothing about it changed."""

    key: object
    """Identifies the socket for as long as it exists; the cookie where there is one."""
    protocol: Protocol
    family: Literal[4, 6]
    """The family of the socket itself: 6 for a dual-stack socket whose peer is v4-mapped."""
    local: Endpoint
    remote: Endpoint | None
    """None for listeners and unconnected sockets."""
    state: SocketState
    owner: Owner = NO_OWNER
    interface: str | None = None
    """The interface the socket is bound to; None when it is bound to none."""
    uid: int | None = None
    inode: int | None = None
    """None where the kernel gives none: TIME_WAIT, requests not yet accepted, orphans."""
    cookie: int | None = None
    receive_queue: int | None = None
    """Bytes not yet read by the process; for a listener, connections waiting to be accepted."""
    send_queue: int | None = None
    """Bytes not yet acknowledged; for a listener, the backlog."""
    v6only: bool | None = None
    """Whether an IPv6 socket refuses IPv4; None for IPv4 sockets and where unknown."""
    cgroup_id: int | None = None
    drops: int | None = None
    """Datagrams dropped for want of buffer space (UDP)."""
    tcp: TcpInfo | None = None
    uncounted: Uncounted | None = None
    """Why there are no byte counters; None when there are."""

    @property
    def serves(self) -> bool:
        """Whether it listens, or takes datagrams from anyone.

        A TCP socket without a peer may do neither: it is bound, and its program has not called listen(2) or
        connect(2) yet. Nobody gets to it, and it may be a client's.
        """
        return self.state is SocketState.LISTEN or self.state is SocketState.UNCONNECTED
