"""Pressure on ports as plain rows, for JSON."""

from __future__ import annotations

from typing import Any

from netmon.engine.state import ListenActivity, State
from netmon.ports.pressure.ephemeral_use import DestinationUse, EphemeralUse, PortSpace
from netmon.ports.pressure.view import pressure_view

Row = dict[str, Any]


def pressure_rows(state: State) -> Row:
    """The `findings`, the `ephemeral` ports and what `listeners_lost`, as they stand in JSON."""
    view = pressure_view(state)
    return {
        "findings": [finding._asdict() for finding in view.findings],
        "ephemeral": {**_ephemeral(view.use), "outgoing_basis": _basis(state)},
        "listeners_lost": _lost(state.listen),
    }


def _basis(state: State) -> str:
    """How connections were known to be outgoing: `direction` of each, or `port` (see `tally_raw`)."""
    return "direction" if state.tally is None else "port"


def _ephemeral(use: EphemeralUse) -> Row:
    return {
        "range": list(use.range),
        "reserved": use.reserved,
        "usable": use.usable,
        "used": use.tcp.used,
        "time_wait": use.tcp.time_wait,
        "free": use.tcp.free,
        "udp": _space(use.udp),
        "destination_count": use.destination_count,
        "destinations": [_destination(one) for one in use.destinations],
    }


def _space(space: PortSpace) -> Row:
    return {"used": space.used, "free": space.free}


def _destination(one: DestinationUse) -> Row:
    local, remote = one.destination
    return {
        "protocol": "tcp",
        "local_address": local,
        "remote": {"address": remote.address, "port": remote.port},
        "used": one.used,
        "time_wait": one.time_wait,
        "reusable": one.reusable,
        "free": one.free,
        "usable": one.usable,
        "share": round(one.share, 4),
    }


def _lost(listen: ListenActivity | None) -> Row | None:
    """Connections that listeners lost since the system started; None where it does not tell."""
    return None if listen is None else listen.total._asdict()
