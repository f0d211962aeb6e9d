"""Snapshots of an invented machine, poll by poll, for what depends on time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from netmon.engine.state import State
from netmon.engine.tracker import Tracker
from netmon.model.connection import Connection
from netmon.model.process import Owner, OwnerReason
from netmon.model.snapshot import ClosedSocket, InterfaceCounters, Snapshot
from netmon.model.socket import SocketRecord, SocketState, Uncounted
from tests.builders import NOW, TAKEN_AT, endpoint, owner, process, tcp_info

ADDRESSES = {"127.0.0.1": "lo", "::1": "lo", "10.0.0.5": "eth0", "2001:db8::5": "eth0"}
CURL = owner("curl", uid=1000, user="dev")
TIME_WAIT_OWNER = Owner(reason=OwnerReason.TIME_WAIT)
READ_S = 0.01
"""How long one poll reads."""

_keys = count(1)


def tcp(
    local: str = "10.0.0.5:50000",
    remote: str | None = "203.0.113.7:443",
    *,
    sent: int = 0,
    received: int = 0,
    excess: int | None = 1,
    info: Mapping[str, Any] | None = None,
    **fields: Any,
) -> SocketRecord:
    """A TCP socket with counters, as a poll shows it; opened by this side unless told otherwise."""
    counters = tcp_info(bytes_sent=sent, bytes_received=received, opener_excess=excess, **(info or {}))
    return _record(local, remote, {"tcp": counters, "inode": 7, "owner": CURL, **fields})


def uncounted(
    local: str = "10.0.0.5:50000",
    remote: str | None = "203.0.113.7:443",
    *,
    why: Uncounted = Uncounted.SOURCE,
    **fields: Any,
) -> SocketRecord:
    """A socket without counters, as psutil shows it."""
    return _record(local, remote, {"uncounted": why, "owner": CURL, **fields})


def listening(local: str = "0.0.0.0:8080", *, held: Owner | None = None, **fields: Any) -> SocketRecord:
    """A listener."""
    settings = {"state": SocketState.LISTEN, "owner": held or owner(process("nginx", 80)), **fields}
    return uncounted(local, None, why=Uncounted.LISTENER, **settings)


def _record(local: str, remote: str | None, fields: Mapping[str, Any]) -> SocketRecord:
    here = endpoint(local)
    defaults: dict[str, Any] = {
        "key": next(_keys),
        "protocol": "tcp",
        "family": 6 if ":" in here.address else 4,
        "state": SocketState.ESTABLISHED,
    }
    return SocketRecord(
        local=here, remote=None if remote is None else endpoint(remote), **{**defaults, **fields}
    )


def moved(record: SocketRecord, *, sent: int = 0, received: int = 0, **fields: Any) -> SocketRecord:
    """The same socket at a later poll: so many bytes more, and other fields as given."""
    assert record.tcp is not None
    counters = record.tcp._replace(
        bytes_sent=(record.tcp.bytes_sent or 0) + sent,
        bytes_received=(record.tcp.bytes_received or 0) + received,
    )
    return record._replace(**{"tcp": counters, **fields})


def waits(
    record: SocketRecord, state: SocketState = SocketState.TIME_WAIT, *, same_key: bool = True
) -> SocketRecord:
    """What the kernel keeps of a connection that is over: a socket of its own at the same endpoints.

    It has the cookie of the connection if that had one, which is given at the first poll.
    """
    return record._replace(
        key=record.key if same_key else next(_keys),
        state=state,
        tcp=None,
        uncounted=Uncounted.TIME_WAIT,
        inode=None,
        owner=TIME_WAIT_OWNER,
    )


def destroyed(record: SocketRecord, at: float, *, excess: int | None = 2, **fields: Any) -> ClosedSocket:
    """The event of a socket that goes with the counters it has; closed in order, if not told otherwise."""
    counters = None if record.tcp is None else record.tcp._replace(opener_excess=excess)
    values: dict[str, Any] = {
        "state": SocketState.CLOSED,
        "inode": None,
        "owner": Owner(reason=OwnerReason.NOT_SUPPORTED),
        "tcp": counters,
        "send_queue": 0,
        "receive_queue": 0,
        **fields,
    }
    return ClosedSocket(record._replace(**values), at)


class Machine:
    """Polls an invented machine: each `poll` is a second later, unless told otherwise."""

    def __init__(self, history_limit: int = 100, **settings: Any) -> None:
        self.tracker = Tracker(history_limit)
        self.now = NOW
        self._polled = False
        self._settings = settings

    @property
    def next_began(self) -> float:
        """When the next poll begins to read, if it comes after a second."""
        return self.now + 1 - READ_S

    def poll(
        self,
        *sockets: SocketRecord,
        closed: Sequence[ClosedSocket] = (),
        seconds: float = 1.0,
        **fields: Any,
    ) -> State:
        """The state after a poll that finds `sockets`."""
        if self._polled:
            self.now += seconds
        self._polled = True
        values: dict[str, Any] = {
            "taken_at": TAKEN_AT,
            "monotonic": self.now,
            "began": self.now - READ_S,
            "source": "sock_diag",
            "addresses": ADDRESSES,
            "reports_closed": True,
            **self._settings,
            **fields,
        }
        return self.tracker.update(Snapshot(sockets=sockets, closed=closed, **values))


def only(rows: Sequence[Connection]) -> Connection:
    """The one row that there is."""
    (row,) = rows
    return row


def traffic(received: int, sent: int, interface: str = "eth0") -> dict[str, InterfaceCounters]:
    """The counters of one interface."""
    return {interface: InterfaceCounters(received, sent)}
