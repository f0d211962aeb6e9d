"""What the columns of the ports table say."""

from __future__ import annotations

from netmon.model.process import Owner
from netmon.model.units import UNKNOWN, format_bytes
from netmon.ports.listeners import Listening, user_of
from netmon.tui.columns import owner_text
from netmon.tui.widgets.column import Column


def port_columns() -> list[Column[Listening]]:
    """Port and owner stay longest as the table becomes narrow, then who gets there from other machines."""
    return [
        Column("port", "PORT", 10, 0, _port, right=True, kind="number"),
        Column("service", "SERVICE", 10, 7, _service, kind="dim"),
        Column("owner", "OWNER", 14, 1, lambda row: _owner(row.listener.owner), flexible=True),
        Column("user", "USER", 8, 9, lambda row: user_of(row.listener.owner) or UNKNOWN, kind="dim"),
        Column("address", "ADDRESS", 15, 8, _address, flexible=True),
        _reach_column("loopback4", "127.0.0.1", 4),
        _reach_column("loopback6", "::1", 5),
        _reach_column("lan4", "LAN4", 2),
        _reach_column("lan6", "LAN6", 3),
        Column("queue", "QUEUE", 11, 6, _queue, right=True, kind=_queue_kind),
        Column("inbound", "IN", 5, 6, lambda row: str(row.inbound), right=True, kind=_inbound_kind),
        Column("state", "STATE", 25, 10, _state, kind=_state_kind),
    ]


def _port(row: Listening) -> str:
    return f"{row.listener.socket.local.port}/{row.listener.socket.protocol}"


def _service(row: Listening) -> str:
    return row.listener.service or UNKNOWN


def _owner(owner: Owner) -> str:
    """Who holds it, or who may be named instead and why the process is not."""
    text = owner_text(owner)
    reason = owner.reason.replace("_", " ") if owner.reason else ""
    return text if reason in text else f"{text}: {reason}"


def _address(row: Listening) -> str:
    socket = row.listener.socket
    return f"{socket.local.address}%{socket.interface}" if socket.interface else socket.local.address


_REACHED = {True: "●", False: "○", None: UNKNOWN}


def _reach_column(source: str, label: str, priority: int) -> Column[Listening]:
    def text(row: Listening) -> str:
        return _REACHED[getattr(row.reach, source)].center(len(label))

    def kind(row: Listening) -> str:
        return "" if getattr(row.reach, source) else "dim"

    return Column(source, label, len(label), priority, text, kind=kind)


def _queue(row: Listening) -> str:
    queue = row.accept_queue
    if queue is None:
        return UNKNOWN + "  "
    return f"{queue[0]}/{queue[1]}{' ▲' if row.is_filling else '  '}"


def _queue_kind(row: Listening) -> str:
    return "warn" if row.is_filling else "dim"


def _inbound_kind(row: Listening) -> str:
    return "number" if row.inbound else "dim"


def _state(row: Listening) -> str:
    """Of UDP what waits and what was lost, since it has no accept queue and no bytes are counted."""
    socket = row.listener.socket
    if socket.protocol == "tcp":
        return socket.state.value
    drops = UNKNOWN if socket.drops is None else f"{socket.drops:,}"
    return f"queue {format_bytes(socket.receive_queue)}, drops {drops}"


def _state_kind(row: Listening) -> str:
    return "warn" if row.listener.socket.drops else "dim"
