"""The one remark on a port that matters most, in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from netmon.engine.explain.words import plural
from netmon.engine.state import State
from netmon.model.units import format_age
from netmon.ports.drift import Drift
from netmon.ports.groups import PortGroup
from netmon.ports.listeners import Listening, other_loopback

NoteKind = Literal["fail", "warn", "new", "closing", ""]


class Note(NamedTuple):
    """A remark; its symbol comes with it, so that the colour is not all there is to see."""

    rank: int
    """The higher, the more pressing."""
    text: str
    kind: NoteKind = ""


NO_NOTE = Note(0, "")


def note_of_group(group: PortGroup, state: State) -> Note:
    """What is to be said of a port."""
    if group.is_filling:
        return _of_queue(group)
    if group.drift is not None:
        return _of_drift(group, group.drift, state)
    return _of_drops(group.sockets) or _of_one_family(group, state) or _of_one_address(group) or NO_NOTE


def note_of_socket(row: Listening, state: State) -> Note:
    """What is to be said of one of several sockets of a port."""
    if row.is_filling:
        return _of_queue(row)
    return _of_drops([row]) or NO_NOTE


def _of_queue(subject: PortGroup | Listening) -> Note:
    return Note(9, f"⚠ accept queue {'full' if subject.is_full else 'filling'}", "warn")


def clock(state: State, monotonic: float) -> str:
    """A time of this run as wall-clock time in UTC, with the date where that is not today's."""
    then = state.wall_time(monotonic)
    return f"{then:%H:%M} UTC" if _same_day(then, state.taken_at) else f"{then:%Y-%m-%d %H:%M} UTC"


def _same_day(one: datetime, other: datetime) -> bool:
    return one.date() == other.astimezone(one.tzinfo).date()


def _of_drift(group: PortGroup, drift: Drift, state: State) -> Note:
    since = "the start" if drift.at is None else clock(state, drift.at)
    was = f" (was {', '.join(drift.was)})" if drift.was else ""
    if drift.change == "widened":
        who = "other machines reach it" if group.is_exposed else "bound to more addresses"
        return Note(8, f"⚠ {who} since {since}{was}", "warn")
    if drift.change == "gone":
        return Note(6, f"✕ gone {format_age(max(1.0, state.monotonic - (drift.at or 0.0)))} ago", "closing")
    if drift.change == "new":
        return Note(7, f"+ new since {since}", "new")
    return Note(5, f"only this machine reaches it since {since}{was}")


def _of_drops(rows: Sequence[Listening]) -> Note | None:
    drops = sum(row.listener.socket.drops or 0 for row in rows)
    return Note(4, f"{plural(drops, 'datagram')} dropped") if drops else None


def _of_one_address(group: PortGroup) -> Note | None:
    """What no column of reach tells: this machine gets to it, by neither 127.0.0.1 nor ::1."""
    others = dict.fromkeys(map(other_loopback, group.sockets))
    return None if None in others else Note(1, f"only by {' and '.join(filter(None, others))}")


def _of_one_family(group: PortGroup, state: State) -> Note | None:
    """What serves ::1 alone is missed by whoever tries 127.0.0.1 for `localhost`, as many programs do.

    The other way round most programs fall back, and nearly every server for this machine alone is so bound.
    """
    if group.protocol != "tcp" or "127.0.0.1" not in state.addresses or group.addresses != ("::1",):
        return None
    return Note(1, "localhost may miss it: only ::1")
