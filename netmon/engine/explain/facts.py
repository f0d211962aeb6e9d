"""The values of a connection, a listener or a UDP socket, each with where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from netmon.engine.explain.holders import holder_facts
from netmon.engine.explain.words import (
    NOT_TOLD,
    UNKNOWN,
    Fact,
    ago,
    duration,
    known,
    moment,
    opened_ago,
    source_of,
)
from netmon.engine.state import State
from netmon.model.connection import Basis, Connection, OpenedBasis
from netmon.model.socket import SocketState
from netmon.model.units import format_bytes, format_rate, format_rtt

_TOO_OLD = "this kernel does not report it"
_NOT_MEASURED = "not measured yet"


_BASES = {
    Basis.KERNEL: "kernel: tcp_info byte counters, the SYN's acknowledgement",
    Basis.HANDSHAKE: "kernel: seen during the handshake",
    Basis.LISTENER: "netmon: a listener at its port",
    Basis.PORT: "netmon: which port is ephemeral",
}
_OPENED = {
    OpenedBasis.KERNEL: "kernel: time since the last data, in a direction that had none",
    OpenedBasis.SEEN: "netmon: seen between two polls",
    OpenedBasis.EVENT: "kernel: destroy event",
}


def connection_facts(connection: Connection, state: State, ss_command: str) -> Iterator[Fact]:
    """Everything known of one socket, from its address to the kernel's numbers for it."""
    yield from _socket_facts(connection, state)
    yield from _time_facts(connection, state)
    yield from holder_facts(connection.owner, state, connection.socket.cgroup_id)
    yield from _byte_facts(connection, state)
    yield from _queue_facts(connection, state)
    yield from _tcp_facts(connection, state)
    yield from _identity_facts(connection, state)
    yield Fact("ss", ss_command, "ss(8)")


def _socket_facts(connection: Connection, state: State) -> Iterator[Fact]:
    record = connection.socket
    kernel = source_of(state, "kernel: inet_diag")
    carried = record.remote or record.local
    mapped = " on an IPv6 socket" if record.family == 6 and ":" not in carried.address else ""
    version = "IPv6" if ":" in carried.address else "IPv4"
    yield Fact("protocol", f"{record.protocol.upper()} over {version}{mapped}", kernel)
    yield Fact("state", str(record.state), kernel)
    yield Fact("local", str(record.local), kernel)
    if record.remote is not None:
        yield Fact("remote", str(record.remote), kernel)
        basis = "netmon: no basis" if connection.basis is None else _BASES[connection.basis]
        direction = str(connection.direction)
        value = f"{UNKNOWN}nothing tells who opened it" if connection.basis is None else direction
        yield Fact("direction", value, basis)
    yield Fact("service", known(connection.service, "no name for its port"), "services(5)")
    whose = "remote" if record.remote is not None else "local"
    yield Fact("scope", f"{connection.scope}, the {whose} address", "netmon: RFC 4007, RFC 6890")
    yield _interface_fact(connection, state)


def _interface_fact(connection: Connection, state: State) -> Fact:
    record, name = connection.socket, connection.interface
    if record.interface is not None:
        return Fact("interface", record.interface, source_of(state, "kernel: inet_diag idiag_if"))
    if name is None:
        wild = record.remote is None
        reason = "bound to none" if wild else "no interface has the local address"
        return Fact("interface", f"{UNKNOWN}{reason}", "netmon: interface addresses")
    return Fact("interface", name, "netmon: the interface of the address")


def _time_facts(connection: Connection, state: State) -> Iterator[Fact]:
    yield Fact("opened", _opened(connection, state), _opened_origin(connection))
    first = connection.first_seen_at
    yield Fact("first seen", f"{moment(state, first)}, {ago(state, first)}", "netmon: first poll with it")
    if connection.changed_at > first and connection.closed_at is None:
        yield Fact("changed", ago(state, connection.changed_at), "netmon: state or owner differed")
    if connection.closed_at is not None:
        closed = f"{moment(state, connection.closed_at)}, {ago(state, connection.closed_at)}"
        yield Fact("closed", closed, "netmon: destroy event, or gone from a poll")


def _opened(connection: Connection, state: State) -> str:
    if connection.opened_at is not None:
        return f"{moment(state, connection.opened_at)}, {opened_ago(connection, state)}"
    if connection.opened_basis is OpenedBasis.EVENT:
        return f"{UNKNOWN}it lived between two polls"
    return f"{UNKNOWN}it was there before; {opened_ago(connection, state)}"


def _opened_origin(connection: Connection) -> str:
    basis = connection.opened_basis
    return "netmon: there at the first look" if basis is None else _OPENED[basis]


def _byte_facts(connection: Connection, state: State) -> Iterator[Fact]:
    record = connection.socket
    if record.state is SocketState.LISTEN:
        return
    reason = str(record.uncounted) if record.uncounted else NOT_TOLD
    origins = "kernel: tcp_info.tcpi_bytes_received", "kernel: tcp_info.tcpi_bytes_sent - bytes_retrans"
    totals = connection.bytes_received, connection.bytes_sent
    for label, count, counter in zip(("received", "sent"), totals, origins, strict=True):
        exact = None if count is None else f"{format_bytes(count)} ({count:,} bytes)"
        origin = source_of(state, counter if record.tcp is not None else "kernel: inet_diag")
        if count is not None and record.tcp is None:
            origin = "netmon: remembered from earlier counters"
        yield Fact(label, known(exact, reason), origin)
    if connection.closed_at is not None or record.remote is None:
        return
    waits = reason if record.uncounted else "needs two polls"
    rates = connection.rate_received, connection.rate_sent
    for label, rate in zip(("receiving", "sending"), rates, strict=True):
        value = known(None if rate is None else format_rate(rate), waits)
        yield Fact(label, value, "netmon: difference of two polls")


def _queue_facts(connection: Connection, state: State) -> Iterator[Fact]:
    record = connection.socket
    if connection.closed_at is not None or record.state is SocketState.TIME_WAIT:
        return
    listens = record.state is SocketState.LISTEN
    names = ("accept queue", "backlog") if listens else ("receive queue", "send queue")
    queues = (record.receive_queue, "idiag_rqueue"), (record.send_queue, "idiag_wqueue")
    for label, (count, field) in zip(names, queues, strict=True):
        shown = None if count is None else (f"{count:,} connections" if listens else format_bytes(count))
        yield Fact(label, known(shown, NOT_TOLD), source_of(state, f"kernel: inet_diag {field}"))
    if record.protocol == "udp":
        drops = None if record.drops is None else f"{record.drops:,} datagrams"
        origin = source_of(state, "kernel: inet_diag SK_MEMINFO_DROPS")
        yield Fact("dropped", known(drops, NOT_TOLD), origin)
    if record.family == 6 and record.remote is None:
        value = known(_yes_no(record.v6only), NOT_TOLD)
        yield Fact("v6only", value, source_of(state, "kernel: INET_DIAG_SKV6ONLY"))


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def _segments(count: int) -> str:
    return f"{count:,}"


def _microseconds(count: int) -> str:
    return duration(count / 1e6) if count >= 1000 or count == 0 else f"{count} µs"


_TCP_FACTS: tuple[tuple[str, str, Callable[[Any], str], str, str], ...] = (
    ("round trip", "rtt_us", format_rtt, "tcpi_rtt", _NOT_MEASURED),
    ("… varies by", "rtt_var_us", format_rtt, "tcpi_rttvar", _NOT_MEASURED),
    ("… at least", "min_rtt_us", format_rtt, "tcpi_min_rtt", f"{_NOT_MEASURED}, or {_TOO_OLD}"),
    ("retransmits", "retransmits", _segments, "tcpi_total_retrans", _TOO_OLD),
    ("retransmitted", "bytes_retransmitted", format_bytes, "tcpi_bytes_retrans", _TOO_OLD),
    ("unacked", "unacked", _segments, "tcpi_unacked", _TOO_OLD),
    ("time busy", "busy_us", _microseconds, "tcpi_busy_time", _TOO_OLD),
    ("… peer window", "rwnd_limited_us", _microseconds, "tcpi_rwnd_limited", _TOO_OLD),
    ("… own buffer", "sndbuf_limited_us", _microseconds, "tcpi_sndbuf_limited", _TOO_OLD),
    ("delivery rate", "delivery_rate", format_rate, "tcpi_delivery_rate", _TOO_OLD),
)
"""Label, field, how it is written, the kernel's name of it, and why it may be unknown."""


def _tcp_facts(connection: Connection, state: State) -> Iterator[Fact]:
    record, tcp = connection.socket, connection.socket.tcp
    if record.protocol != "tcp" or record.remote is None:
        return
    if tcp is None:
        why = str(record.uncounted) if record.uncounted else NOT_TOLD
        yield Fact("counters", f"{UNKNOWN}{why}", source_of(state, "kernel: tcp_info"))
        return
    for label, field, words, name, reason in _TCP_FACTS:
        value = getattr(tcp, field)
        if field == "delivery_rate" and value == 0:
            value, reason = None, _NOT_MEASURED
        text = known(None if value is None else words(value), reason)
        yield Fact(label, text, source_of(state, f"kernel: tcp_info.{name}"))
    for label, at, count, name in (
        ("last sent", tcp.last_sent_at, tcp.bytes_sent, "tcpi_last_data_sent"),
        ("last received", tcp.last_received_at, tcp.bytes_received, "tcpi_last_data_recv"),
    ):
        value = "never" if count == 0 else ago(state, at)
        yield Fact(label, value, source_of(state, f"kernel: tcp_info.{name}"))


def _identity_facts(connection: Connection, state: State) -> Iterator[Fact]:
    record = connection.socket
    released = "the kernel gives none once no process holds the socket"
    inode = known(record.inode, released if state.source == "sock_diag" else NOT_TOLD)
    yield Fact("inode", inode, source_of(state, "kernel: inet_diag idiag_inode"))
    cookie = None if record.cookie is None else f"{record.cookie:016x}"
    yield Fact("cookie", known(cookie, NOT_TOLD), source_of(state, "kernel: inet_diag cookie"))
