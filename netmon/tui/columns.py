"""What the columns of the connection tables say."""

from __future__ import annotations

from collections.abc import Callable

from netmon.engine.aggregate import ProcessRow
from netmon.engine.state import LINGER_S
from netmon.model.connection import Connection, Direction
from netmon.model.endpoint import Endpoint
from netmon.model.process import NO_OWNER, Owner
from netmon.model.socket import SocketState, Uncounted
from netmon.model.units import UNKNOWN, format_age, format_bytes, format_rtt
from netmon.ports.listeners import user_of
from netmon.tui.widgets.column import Column

LOCAL_PEER = "⟲"
ARROWS = {Direction.INBOUND: "◀──", Direction.OUTBOUND: "──▶", Direction.UNKNOWN: "─?─"}


class Moment:
    """The time and the names that cells are drawn with; replaced at each state."""

    def __init__(self) -> None:
        self.now = 0.0
        self.wall = 0.0
        """The same time in seconds since the epoch."""
        self.started = 0.0
        """When netmon took its first look: what was there then is not new."""
        self.names: Callable[[str], str | None] | None = None
        """Gives the name of an address while names are shown."""

    def kind(self, row: Connection) -> str:
        """How a row is marked: closing, new, changed, dim or not at all."""
        if row.closed_at is not None:
            return "closing"
        if self.now - row.changed_at < LINGER_S:
            if row.changed_at > row.first_seen_at:
                return "changed"
            if row.first_seen_at > self.started:
                return "new"
        return "dim" if row.socket.state is SocketState.TIME_WAIT else ""

    def age(self, row: Connection) -> str:
        """How old a connection is; `>` where it is at least so old; how long it lived if it has closed."""
        if row.closed_at is not None:
            return format_age(row.closed_at - row.opened_at) if row.opened_at is not None else "brief"
        age = self.now - (row.opened_at if row.opened_at is not None else row.open_since)
        if row.opened_at is not None:
            return format_age(age) if age >= 1 else "<1s"
        return f">{format_age(age)}" if age >= 1 else UNKNOWN

    def endpoint(self, endpoint: Endpoint | None) -> str:
        """An endpoint, by name if names are shown and known."""
        if endpoint is None:
            return "*"
        name = self.names(endpoint.address) if self.names is not None else None
        return f"{name}:{endpoint.port}" if name else str(endpoint)


def owner_text(owner: Owner) -> str:
    """A process and its pid; several as `+n`; in parentheses what is known where no process can be named."""
    processes = owner.processes
    if processes:
        more = f" +{len(processes) - 1}" if len(processes) > 1 else ""
        return f"{processes[0].name} {processes[0].pid}{more}"
    if owner.former:
        return f"(was {owner.former[0].name} {owner.former[0].pid})"
    if owner.uid is not None and owner.reason not in _SAYS_IT_ALL:
        who = f"({owner.user or f'uid {owner.uid}'})"
        return f"{who} {owner.unit}" if owner.unit else f"{who} {_reason(owner)}"
    return f"({_reason(owner)})"


_SAYS_IT_ALL = ("time_wait", "handshake", "closed", "kernel", "gone")


def _reason(owner: Owner) -> str:
    return owner.reason.replace("_", " ") if owner.reason else UNKNOWN


def _peer_name(row: Connection) -> str | None:
    """The process at the other end, where that is on this machine."""
    owner = row.peer.owner if row.peer is not None else NO_OWNER
    if not owner.processes and not owner.former:
        return None
    return f"{LOCAL_PEER} {owner_text(owner)}"


def connection_columns(moment: Moment) -> dict[str, Column[Connection]]:
    """Every column there is for connections, by its key."""

    def received(row: Connection) -> str:
        return _rate_cell(row, row.rate_received, row.bytes_received, "not")

    def sent(row: Connection) -> str:
        return _rate_cell(row, row.rate_sent, row.bytes_sent, "counted")

    def state(row: Connection) -> str:
        return str.__str__(row.socket.state)

    columns: tuple[Column[Connection], ...] = (
        Column("process", "PROCESS", 16, 0, lambda row: owner_text(row.owner), flexible=True),
        Column("remote", "REMOTE", 21, 3, lambda row: _remote(row, moment), flexible=True),
        Column("to_port", "  PORT", 9, 4, lambda row: f"──▶ {row.socket.local.port}"),
        Column("direction", "DIR", 4, 5, lambda row: ARROWS[row.direction]),
        Column(
            "rate_received",
            "▼/s",
            8,
            1,
            received,
            right=True,
            kind=_rate_kind("rate_received"),
            part_of="rate",
        ),
        Column("rate_sent", "▲/s", 8, 2, sent, right=True, kind=_rate_kind("rate_sent"), part_of="rate"),
        Column("age", "AGE", 6, 6, moment.age, right=True),
        Column("service", "SERVICE", 10, 7, lambda row: row.service or UNKNOWN, kind="dim"),
        Column("state", "STATE", 11, 8, state, kind="dim"),
        Column("rtt", "RTT", 7, 9, _rtt, right=True, kind="dim"),
        Column("bytes_received", "▼", 9, 10, _total_received, right=True),
        Column("bytes_sent", "▲", 9, 11, _total_sent, right=True),
        Column("local", "LOCAL", 21, 12, lambda row: moment.endpoint(row.socket.local)),
    )
    return {column.key: column for column in columns}


INBOUND_COLUMNS = (
    "process", "remote", "to_port", "rate_received", "rate_sent", "age", "service", "state", "rtt",
    "bytes_received", "bytes_sent", "local",
)  # fmt: skip
OUTBOUND_COLUMNS = tuple(
    "remote_to" if key == "remote" else key for key in INBOUND_COLUMNS if key != "to_port"
)
ALL_COLUMNS = (
    "process", "local", "direction", "remote", "rate_received", "rate_sent", "age", "service", "state", "rtt",
    "bytes_received", "bytes_sent",
)  # fmt: skip


def inbound_columns(moment: Moment) -> list[Column[Connection]]:
    """The inbound pane: the peer, and the port it came to."""
    columns = connection_columns(moment)
    return [columns[key] for key in INBOUND_COLUMNS]


def outbound_columns(moment: Moment) -> list[Column[Connection]]:
    """The outbound pane: the arrow stands before the peer."""
    columns = connection_columns(moment)

    def remote(row: Connection) -> str:
        return f"{ARROWS[row.direction]} {_remote(row, moment)}"

    columns["remote_to"] = Column("remote", "    REMOTE", 25, 3, remote, flexible=True)
    return [columns[key] for key in OUTBOUND_COLUMNS]


def all_columns(moment: Moment) -> list[Column[Connection]]:
    """Both directions in one table: local on the left, the arrow between."""
    columns = connection_columns(moment)
    local = columns["local"]
    columns["local"] = Column(local.key, local.label, 15, 4, local.text, flexible=True)
    return [columns[key] for key in ALL_COLUMNS]


def process_columns(moment: Moment) -> list[Column[ProcessRow]]:
    """The sums by process."""
    return [
        Column("process", "PROCESS", 20, 0, lambda row: owner_text(row.owner), flexible=True),
        Column("user", "USER", 10, 6, lambda row: user_of(row.owner) or UNKNOWN, kind="dim"),
        Column("unit", "UNIT", 16, 9, lambda row: row.owner.unit or UNKNOWN, kind="dim", flexible=True),
        Column("connections", "CONNS", 6, 3, lambda row: str(row.connections), right=True),
        Column("inbound", "IN", 6, 4, lambda row: str(row.inbound), right=True),
        Column("outbound", "OUT", 6, 5, lambda row: str(row.outbound), right=True),
        Column(
            "rate_received",
            "▼/s",
            8,
            1,
            lambda row: format_bytes(row.rate_received),
            right=True,
            part_of="rate",
        ),
        Column("rate_sent", "▲/s", 8, 2, lambda row: format_bytes(row.rate_sent), right=True, part_of="rate"),
        Column("bytes_received", "▼", 9, 7, lambda row: format_bytes(row.bytes_received), right=True),
        Column("bytes_sent", "▲", 9, 8, lambda row: format_bytes(row.bytes_sent), right=True),
        Column("age", "NEWEST", 7, 10, lambda row: format_age(moment.now - row.newest_at), right=True),
    ]


def closed_columns(moment: Moment) -> list[Column[Connection]]:
    """The history: what a connection carried in all, how long it lived, when it closed."""
    columns = connection_columns(moment)

    def ago(row: Connection) -> str:
        return UNKNOWN if row.closed_at is None else format_age(max(1.0, moment.now - row.closed_at))

    local = columns["local"]
    return [
        columns["process"],
        columns["direction"],
        columns["remote"],
        Column("bytes_received", "▼", 9, 1, _total_received, right=True),
        Column("bytes_sent", "▲", 9, 2, _total_sent, right=True),
        Column("lived", "LIVED", 7, 6, moment.age, right=True),
        Column("closed_at", "CLOSED", 7, 5, ago, right=True),
        columns["service"],
        Column(local.key, local.label, 15, 8, local.text, flexible=True),
    ]


def _remote(row: Connection, moment: Moment) -> str:
    return _peer_name(row) or moment.endpoint(row.socket.remote)


def _rate_cell(row: Connection, rate: float | None, total: int | None, not_counted: str) -> str:
    """A rate; for a closed connection its total. Of UDP the two cells together say "not counted"."""
    if row.closed_at is not None and total is not None:
        return f"Σ{format_bytes(total)}"
    if row.socket.uncounted is Uncounted.UDP:
        return not_counted
    return format_bytes(rate)


def _rate_kind(field: str) -> Callable[[Connection], str]:
    def kind(row: Connection) -> str:
        return "number" if getattr(row, field) else "dim"

    return kind


def _total_received(row: Connection) -> str:
    if row.socket.uncounted is Uncounted.UDP and row.socket.receive_queue is not None:
        return f"queue {row.socket.receive_queue}"
    return format_bytes(row.bytes_received)


def _total_sent(row: Connection) -> str:
    if row.socket.uncounted is Uncounted.UDP and row.socket.drops is not None:
        return f"drops {row.socket.drops}"
    return format_bytes(row.bytes_sent)


def _rtt(row: Connection) -> str:
    return format_rtt(row.socket.tcp.rtt_us if row.socket.tcp is not None else None)
