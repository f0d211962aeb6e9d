"""netmon on real sockets: the Linux collector and a tracker; and the ways in which tests end things."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable, Iterator

from netmon.collectors.linux import LinuxCollector
from netmon.engine.state import State
from netmon.engine.tracker import Tracker
from netmon.model.connection import Connection
from netmon.model.socket import SocketState
from tests.sockets import close_with_reset, port_of, wait_for

Ends = tuple[int, int]
"""Local and remote port, which is what a test knows its own connections by."""
Way = Callable[[socket.socket, socket.socket], None]


class Watch:
    """Polls when it is told to, and remembers all that has closed."""

    def __init__(self) -> None:
        self.collector = LinuxCollector()
        self.tracker = Tracker()
        self.closed: dict[Ends, list[Connection]] = {}
        self.carried = (0.0, 0.0)
        """Total rates over all intervals so far: bytes sent and received."""
        self._before: State | None = None

    def poll(self) -> State:
        """The state now."""
        state = self.tracker.update(self.collector.poll())
        for row in state.closed:
            self.closed.setdefault(ends_of(row), []).append(row)
        if self._before is not None:
            seconds, total = state.monotonic - self._before.monotonic, state.total
            sent, received = self.carried
            self.carried = sent + total.rate_sent * seconds, received + total.rate_received * seconds
        self._before = state
        return state

    def row(self, sock: socket.socket) -> Connection:
        """The live row of a socket, found by its ports."""
        (row,) = rows_at(self.poll(), ports_of(sock))
        return row

    def settled(self, sock: socket.socket) -> Connection:
        """Its row once all that was sent has been acknowledged."""

        def row() -> Connection | None:
            found = self.row(sock)
            return found if found.socket.tcp is not None and not found.socket.tcp.unacked else None

        return wait_for(row)

    def last(self, ends: Ends) -> Connection:
        """The row of a connection that closes, which must come once."""
        wait_for(lambda: (self.poll(), ends in self.closed)[1])
        self.poll()  # one poll more must not tell it again
        self.poll()
        (row,) = self.closed[ends]
        return row


def let_events_gather() -> None:
    """Until the events of what has closed by now have been read, which takes them some milliseconds."""
    now = time.monotonic()
    wait_for(lambda: time.monotonic() > now + 0.05)


@contextlib.contextmanager
def watching() -> Iterator[Watch]:
    """A watch that has polled once: what is there already is known."""
    watch = Watch()
    try:
        watch.poll()
        yield watch
    finally:
        watch.collector.close()


def ends_of(row: Connection) -> Ends:
    """The ports of a row; 0 for one that has no remote end."""
    return row.socket.local.port, row.socket.remote.port if row.socket.remote else 0


def ports_of(sock: socket.socket) -> Ends:
    """The ports of a connected socket."""
    return port_of(sock), sock.getpeername()[1]


def rows_at(state: State, ends: Ends) -> list[Connection]:
    """The live rows with these ports, without what the kernel keeps of a connection that is over."""
    rows = [row for row in state.connections if ends_of(row) == ends]
    return [row for row in rows if row.socket.state is not SocketState.TIME_WAIT and row.socket.tcp]


def readable(sock: socket.socket) -> None:
    """Wait until something has arrived: data, the end or a reset."""
    assert select.select([sock], [], [], 20)[0], "nothing arrives"


# -- ways to close a connection, each said of its two ends; all data has been read before


def first_end_first(first: socket.socket, second: socket.socket) -> None:
    """One closes, and the other when it has seen that."""
    first.close()
    readable(second)
    second.close()


def second_end_first(first: socket.socket, second: socket.socket) -> None:
    """The same the other way round."""
    first_end_first(second, first)


def both_at_once(first: socket.socket, second: socket.socket) -> None:
    """Neither waits for the other."""
    first.close()
    second.close()


def first_end_half(first: socket.socket, second: socket.socket) -> None:
    """One says that it is done, and reads on until the other closes."""
    first.shutdown(socket.SHUT_WR)
    readable(second)
    second.close()
    readable(first)
    first.close()


def second_end_half(first: socket.socket, second: socket.socket) -> None:
    """The same the other way round."""
    first_end_half(second, first)


def reset_by_first(first: socket.socket, second: socket.socket) -> None:
    """One aborts."""
    close_with_reset(first)
    readable(second)
    second.close()


def reset_by_second(first: socket.socket, second: socket.socket) -> None:
    """The other aborts."""
    reset_by_first(second, first)
