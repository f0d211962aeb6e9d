"""Connections and states for tests, from few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from netmon.engine.state import State
from netmon.model.connection import Basis, Connection, Direction
from netmon.model.endpoint import Endpoint, scope_of
from netmon.model.process import Owner, OwnerReason, Process
from netmon.model.socket import Protocol, SocketRecord, SocketState, TcpInfo, Uncounted

NOW = 1000.0
"""The monotonic time at which every built state was taken."""
TAKEN_AT = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

HOSTILE = "=[/x]\x1b[31m\u202e'\"\n,<b>"
"""A name that is markup, a formula, an escape sequence, two lines and a bidirectional override at once."""

_cookies = count(0xA31)


def endpoint(text: str) -> Endpoint:
    """`10.0.0.1:443` or `[::1]:443`."""
    address, _, port = text.rpartition(":")
    return Endpoint(address.strip("[]"), int(port))


def process(name: str = "curl", pid: int = 4711, **fields: Any) -> Process:
    """A process of the user `dev`, unless told otherwise."""
    values: dict[str, Any] = {"command": (name, "--flag"), "uid": 1000, "user": "dev", **fields}
    return Process(pid, name, **values)


def owner(
    *processes: Process | str,
    reason: OwnerReason | None = None,
    former: Sequence[Process] = (),
    **fields: Any,
) -> Owner:
    """Who holds a socket; names become processes; without any, another user's."""
    held = tuple(p if isinstance(p, Process) else process(p) for p in processes)
    if not held and reason is None:
        reason = OwnerReason.OTHER_USER
    return Owner(held, reason, former=tuple(former), **fields)


def tcp_info(**fields: Any) -> TcpInfo:
    """Counters of a short connection that was answered."""
    values: dict[str, Any] = {
        "bytes_sent": 517,
        "bytes_received": 90210,
        "bytes_retransmitted": 0,
        "opener_excess": 1,
        "unacked": 0,
        "rtt_us": 11800,
        "rtt_var_us": 900,
        "min_rtt_us": 11000,
        "retransmits": 0,
        "last_sent_at": NOW - 1,
        "last_received_at": NOW - 1,
        "busy_us": None,
        "rwnd_limited_us": None,
        "sndbuf_limited_us": None,
        "delivery_rate": None,
    }
    return TcpInfo(**{**values, **fields})


def connection(
    remote: str | None = "203.0.113.7:443",
    *,
    local: str = "10.0.0.5:50000",
    process: str | Process | None = "curl",
    owner: Owner | None = None,
    pid: int = 4711,
    protocol: Protocol = "tcp",
    state: SocketState = SocketState.ESTABLISHED,
    direction: Direction = Direction.OUTBOUND,
    socket: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Connection:
    """A TCP connection of one process; `socket` and `fields` set what else the two records have."""
    here, there = endpoint(local), None if remote is None else endpoint(remote)
    holder = owner or _holder(process, pid)
    record: dict[str, Any] = {
        "cookie": (cookie := next(_cookies)),
        "key": cookie,
        "family": 6 if ":" in here.address else 4,
        "tcp": tcp_info() if protocol == "tcp" else None,
        "uncounted": None if protocol == "tcp" else Uncounted.UDP,
        "inode": 91812,
        "owner": holder,
        **(socket or {}),
    }
    made = SocketRecord(protocol=protocol, local=here, remote=there, state=state, **record)
    return Connection(made, holder, direction, **{**_seen(made, direction), **fields})


def listener(local: str = "0.0.0.0:8080", *, v6only: bool | None = None, **fields: Any) -> Connection:
    """A listening socket; dual-stack if it is `[::]` and not said to be otherwise."""
    if ":" in endpoint(local).address and v6only is None:
        v6only = False
    udp = fields.get("protocol") == "udp"
    socket = {
        "v6only": v6only,
        "tcp": None,
        "uncounted": Uncounted.UDP if udp else Uncounted.LISTENER,
        "receive_queue": 0,
        "send_queue": 0 if udp else 128,
        **fields.pop("socket", {}),
    }
    defaults = {
        "state": SocketState.UNCONNECTED if udp else SocketState.LISTEN,
        "process": "python3",
        "direction": Direction.UNKNOWN,
        "basis": None,
        "service": "http-alt" if local.endswith(":8080") else None,
    }
    return connection(None, local=local, socket=socket, **{**defaults, **fields})


def state(
    connections: Sequence[Connection] = (), listeners: Sequence[Connection] = (), **fields: Any
) -> State:
    """A state that was taken at TAKEN_AT, on a machine with one LAN address of each family."""
    defaults: dict[str, Any] = {
        "sequence": 1,
        "taken_at": TAKEN_AT,
        "monotonic": NOW,
        "source": "sock_diag",
        "addresses": {"127.0.0.1": "lo", "::1": "lo", "10.0.0.5": "eth0", "2001:db8::5": "eth0"},
    }
    return State(connections=connections, listeners=listeners, **{**defaults, **fields})


def _holder(holder: str | Process | None, pid: int) -> Owner:
    if holder is None:
        return owner(uid=33, unit="backup.service")
    held = holder if isinstance(holder, Process) else process(holder, pid)
    return Owner((held,), uid=held.uid, user=held.user)


def _seen(record: SocketRecord, direction: Direction) -> dict[str, Any]:
    """The parts of a connection that the engine adds, as for one seen twice."""
    counters = record.tcp
    return {
        "basis": None if direction == Direction.UNKNOWN else Basis.KERNEL,
        "service": "https" if record.remote and record.remote.port == 443 else None,
        "scope": scope_of((record.remote or record.local).address),
        "interface": "eth0",
        "bytes_sent": counters.bytes_sent if counters else None,
        "bytes_received": counters.bytes_received if counters else None,
        "rate_sent": 0.0 if counters else None,
        "rate_received": 45105.0 if counters else None,
        "first_seen_at": NOW - 10,
        "changed_at": NOW - 10,
        "opened_at": None,
        "opened_basis": None,
        "open_since": NOW - 10,
    }
