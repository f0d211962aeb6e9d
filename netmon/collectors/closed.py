"""Sockets as they are destroyed, with their last counters (Linux; linux/sock_diag.h).

The kernel multicasts one datagram for each destroyed socket, to anyone. They are read at once on a thread
of their own, because what does not fit the receive buffer is lost.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import struct
import threading
import time
from collections import deque

from netmon.collectors.netlink import NetlinkError
from netmon.collectors.sock_diag import NETLINK_SOCK_DIAG, decode_all
from netmon.model.snapshot import ClosedSocket
from netmon.model.socket import Protocol, SocketRecord, SocketState, Uncounted

_GROUPS = 0b1111  # SKNLGRP_INET_TCP_DESTROY, _UDP_DESTROY, _INET6_TCP_DESTROY, _INET6_UDP_DESTROY
_BUFFER_BYTES = 4 << 20
_SO_RCVBUFFORCE = 33
_EVENT_BYTES = 8192  # an event has some 400 bytes
_KEPT_EVENTS = 200_000
_GATHER_S = 0.004
"""How long events are let gather after the first, so that a storm does not wake the thread for each."""
_PROTOCOL_ATTRIBUTE = struct.Struct("=HHB")
INET_DIAG_PROTOCOL = 10
_ATTRIBUTES_AT = 88
_MOST_UNACKNOWLEDGED_SYN = 3
"""What a refused connect leaves between what was written and what was acknowledged."""


class DestroyListener:
    """Collects destroy events in the background until they are taken.

    Raises:
        OSError: the kernel does not offer the groups.
    """

    def __init__(self, receive_buffer: int = _BUFFER_BYTES) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_NETLINK, kind, NETLINK_SOCK_DIAG)
        try:
            self._socket.bind((0, _GROUPS))  # without a bind nothing arrives
            self._enlarge(receive_buffer)
            self._socket.setblocking(False)
        except OSError:
            self._socket.close()
            raise
        self._events: deque[tuple[bytes, float]] = deque(maxlen=_KEPT_EVENTS)
        self._lost = 0
        self._stop_reader, self._stop_writer = socket.socketpair()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._read, name="netmon-closed", daemon=True)
        self._thread.start()

    def _enlarge(self, wanted: int) -> None:
        with contextlib.suppress(OSError):  # beyond net.core.rmem_max only root gets it
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, wanted)
            return
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, wanted)

    @property
    def lost(self) -> int:
        """How often events were lost to overflow; the kernel does not say how many each time."""
        return self._lost

    def take(self) -> list[ClosedSocket]:
        """The sockets closed since the last call, oldest first."""
        closed = []
        for _ in range(len(self._events)):
            data, at = self._events.popleft()
            closed.extend(decode_event(data, at))
        return closed

    def close(self) -> None:
        """Stop the thread and close the sockets."""
        self._stopping.set()
        self._stop_writer.close()
        self._thread.join(timeout=2)
        self._socket.close()
        self._stop_reader.close()

    def _read(self) -> None:
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        poller.register(self._stop_reader, select.POLLIN | select.POLLHUP)
        while not self._stopping.is_set():
            ready = poller.poll()
            if any(fd != self._socket.fileno() for fd, _ in ready):
                return
            self._drain()
            self._stopping.wait(_GATHER_S)

    def _drain(self) -> None:
        receive, events = self._socket.recv, self._events
        while True:
            try:
                data = receive(_EVENT_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    return
                self._lost += 1
                continue
            if len(events) == _KEPT_EVENTS:
                self._lost += 1
            events.append((data, time.monotonic()))


def decode_event(data: bytes, at: float) -> list[ClosedSocket]:
    """The closed connections in one event; events of listeners and garbage give none.

    `bytes_received` is as the kernel counts it, perhaps with the peer's FIN: an event cannot tell. Of an
    aborted connection there is neither remote endpoint nor counter; only the cookie says which it was.
    """
    protocol = _protocol(data)
    if protocol is None:
        return []
    try:
        found = list(decode_all(data, protocol, at))
    except NetlinkError:
        return []
    closed = []
    for diag in found:
        # An abort (SO_LINGER 0) clears the counters and the remote port, but moves the write sequence on by
        # more than a window (tcp_disconnect); a refused connect has had no window.
        connected = diag.remote is not None and diag.remote.port != 0
        aborted = protocol == "tcp" and not diag.remote and diag.send_queue > _MOST_UNACKNOWLEDGED_SYN
        # A socket that never had a peer: a listener, or one that was only bound.
        if diag.cookie is None or not diag.local.port or not (connected or aborted):
            continue
        record = SocketRecord(
            key=diag.cookie,
            protocol=protocol,
            family=diag.family,
            local=diag.local,
            remote=diag.remote,
            state=SocketState.CLOSED,
            cookie=diag.cookie,
            receive_queue=diag.receive_queue,
            send_queue=diag.send_queue,
            tcp=None if aborted else diag.tcp,
            uncounted=Uncounted.ABORTED if aborted else diag.uncounted,
        )
        closed.append(ClosedSocket(record, at))
    return closed


def _protocol(data: bytes) -> Protocol | None:
    """INET_DIAG_PROTOCOL, which the kernel puts first in an event."""
    if len(data) < _ATTRIBUTES_AT + _PROTOCOL_ATTRIBUTE.size:
        return None
    _, kind, number = _PROTOCOL_ATTRIBUTE.unpack_from(data, _ATTRIBUTES_AT)
    if kind != INET_DIAG_PROTOCOL:
        return None
    return {socket.IPPROTO_TCP: "tcp", socket.IPPROTO_UDP: "udp"}.get(number)  # type: ignore[return-value]
