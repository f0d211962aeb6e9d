"""What the columns of the tables of ports and of their holders say."""

from __future__ import annotations

from typing import Any

from netmon.model.process import Owner
from netmon.model.units import UNKNOWN, format_age, format_bytes
from netmon.ports.by_process import ProcessPorts, port_words
from netmon.ports.listeners import user_of
from netmon.ports.view import PortRow
from netmon.tui.columns import Moment, owner_text
from netmon.tui.widgets.column import Column

_CLIENT_PORTS = 3
"""Ports of a client that are named beside how many there are."""


def port_columns(moment: Moment) -> list[Column[PortRow]]:
    """Port and owner stay longest as the table becomes narrow, then who gets there and what it carries."""

    def since(row: PortRow) -> str:
        started = None if row.folded else row.started_at
        unknown = "" if row.folded else UNKNOWN
        return unknown if started is None else format_age(max(1.0, moment.wall - started))

    return [
        Column("port", "  PORT", 12, 0, _port, kind=_beneath("number")),
        Column("service", "SERVICE", 10, 10, _service, kind="dim"),
        Column("owner", "OWNER", 18, 1, _owners, kind=_beneath(""), flexible=True),
        Column("user", "USER", 8, 11, _user, kind="dim"),
        Column("since", "SINCE", 5, 12, since, right=True, kind="dim"),
        Column("address", "ADDRESS", 13, 13, _address, kind=_beneath(""), flexible=True),
        Column("range", "RANGE", 10, 14, _range, kind="dim"),
        _reach_column("loopback4", "127.0.0.1", 8),
        _reach_column("loopback6", "::1", 7),
        _reach_column("lan4", "LAN4", 2),
        _reach_column("lan6", "LAN6", 3),
        Column("queue", "QUEUE", 10, 6, _queue, right=True, kind=_queue_kind),
        Column("inbound", "IN", 5, 4, _inbound, right=True, kind=_inbound_kind),
        Column("rate_received", "▼/s", 7, 5, _received, right=True, kind=_rate_kind("rate_received")),
        Column("rate_sent", "▲/s", 7, 5, _sent, right=True, kind=_rate_kind("rate_sent")),
        Column("note", "NOTE", 40, 9, lambda row: row.note.text, kind=_note_kind, flexible=True),
    ]


def _beneath(kind: str) -> Any:
    """The kind of a cell; dim on the line of a socket beneath its port."""
    return lambda row: "dim" if row.tree else kind


def _port(row: PortRow) -> str:
    if row.folded:
        return f"     {row.tree} …"
    if row.tree:
        return f"     {row.tree}"
    sign = "⚠" if row.note.kind == "warn" else ""  # what the note says has no room in a narrow table
    return f"{row.group.port:>6}/{row.group.protocol} {sign}"


def _service(row: PortRow) -> str:
    return "" if row.tree else row.group.service or UNKNOWN


def _owners(row: PortRow) -> str:
    """Who holds it, several strangers told apart; of a socket beneath its port what sets it apart there."""
    if row.folded:
        return f"{row.folded} sockets, Enter shows them"
    owners = row.subject.owners
    if row.socket is not None:
        place = f"on {row.socket.address}"
        alone = len(row.group.owners) == 1 and len(row.group.addresses) == len(row.group.sockets)
        return place if alone else f"{_owner(owners[0])} {place}"
    if len(owners) == 1:
        return _owner(owners[0])
    return f"{len(owners)} owners: {', '.join(_owner(owner) for owner in owners)}"


def _owner(owner: Owner) -> str:
    """Who holds it, or who may be named instead and why the process is not."""
    text = owner_text(owner)
    reason = owner.reason.replace("_", " ") if owner.reason else ""
    return text if reason in text else f"{text}: {reason}"


def _user(row: PortRow) -> str:
    if row.folded:
        return ""
    users = dict.fromkeys(user_of(owner) or UNKNOWN for owner in row.subject.owners)
    return ", ".join(users)


def _address(row: PortRow) -> str:
    """Where it is bound; of several sockets all addresses where that is short, else how many sockets."""
    if row.folded:
        return ""
    if row.socket is not None:
        return row.socket.address
    addresses, count = row.group.addresses, len(row.group.sockets)
    if count == 1:
        return addresses[0]
    joined = ", ".join(addresses)
    return joined if len(addresses) == count and len(joined) <= 13 else f"{count} sockets"


def _range(row: PortRow) -> str:
    return "" if row.tree else row.group.range


_REACHED = {True: "●", False: "○", None: UNKNOWN}


def _reach_column(source: str, label: str, priority: int) -> Column[PortRow]:
    def text(row: PortRow) -> str:
        if row.folded or row.group.is_gone:
            return ""
        return _REACHED[getattr(row.subject.reach, source)].center(len(label))

    def kind(row: PortRow) -> str:
        return "" if getattr(row.subject.reach, source) else "dim"

    return Column(source, label, len(label), priority, text, kind=kind)


def _queue(row: PortRow) -> str:
    """Of TCP what waits to be accepted; of UDP the bytes that wait unread."""
    if row.folded or row.group.is_gone:
        return ""
    queue = row.subject.accept_queue
    if queue is not None:
        return f"{queue[0]}/{queue[1]}{' ▲' if row.subject.is_filling else '  '}"
    if row.group.protocol != "udp":
        return UNKNOWN + "  "
    waiting = [each.listener.socket.receive_queue for each in row.sockets]
    known = [size for size in waiting if size is not None]
    return format_bytes(sum(known) if known else None) + "  "


def _queue_kind(row: PortRow) -> str:
    return "warn" if row.subject.is_filling and not row.folded else "dim"


def _inbound(row: PortRow) -> str:
    """How many; in parentheses where they are those of all sockets on its end and cannot be told apart."""
    if row.folded or row.group.is_gone:
        return ""
    count = row.traffic.connections
    return f"({count})" if _is_shared(row) else str(count)


def _is_shared(row: PortRow) -> bool:
    """Whether what is known is only what the sockets on one end took together."""
    socket = row.socket
    if socket is None or socket.own_traffic is not None or not socket.end_traffic.connections:
        return False
    bound = socket.listener.socket
    same = [each.listener.socket for each in row.group.sockets]
    return sum(each.local == bound.local and each.family == bound.family for each in same) > 1


def _inbound_kind(row: PortRow) -> str:
    return "number" if row.traffic.connections and not row.tree else "dim"


def _received(row: PortRow) -> str:
    return _rate(row, row.traffic.rate_received, "not")


def _sent(row: PortRow) -> str:
    return _rate(row, row.traffic.rate_sent, "counted")


def _rate(row: PortRow, rate: float | None, not_counted: str) -> str:
    """A rate; of UDP the two cells together say "not counted"."""
    if row.folded or row.group.is_gone:
        return ""
    if row.group.protocol == "udp" and not rate:
        return not_counted
    return format_bytes(rate)


def _rate_kind(field: str) -> Any:
    def kind(row: PortRow) -> str:
        return "number" if getattr(row.traffic, field) and not row.tree else "dim"

    return kind


def _note_kind(row: PortRow) -> str:
    return row.note.kind or "dim"


# -- by process


def holder_columns() -> list[Column[ProcessPorts]]:
    """Process and what it serves stay longest."""
    return [
        Column("process", "PROCESS", 18, 0, lambda row: _owner(row.owner), flexible=True),
        Column("user", "USER", 10, 7, lambda row: user_of(row.owner) or UNKNOWN, kind="dim"),
        Column("serves", "SERVES", 18, 1, lambda row: port_words(row.serves) or UNKNOWN, flexible=True),
        Column("client", "CLIENT", 22, 2, _client, kind="dim"),
        Column("others", "OTHER", 12, 8, lambda row: port_words(row.others, 2), kind="dim"),
        Column("inbound", "IN", 5, 5, lambda row: str(row.inbound), right=True),
        Column("outbound", "OUT", 5, 6, lambda row: str(row.outbound), right=True),
        Column("rate_received", "▼/s", 8, 3, lambda row: format_bytes(row.rate_received), right=True),
        Column("rate_sent", "▲/s", 8, 4, lambda row: format_bytes(row.rate_sent), right=True),
    ]


def _client(row: ProcessPorts) -> str:
    """How many ports it uses as a client, and the first few."""
    if not row.client:
        return UNKNOWN
    more = " …" if len(row.client) > _CLIENT_PORTS else ""
    return f"{len(row.client):,}: {port_words(row.client[:_CLIENT_PORTS])}{more}"
