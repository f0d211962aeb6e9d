"""What explanations are made of: values with their origin, durations, moments and holders in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from netmon.engine.state import State
from netmon.model.connection import Connection, OpenedBasis
from netmon.model.process import Owner, OwnerReason, Process
from netmon.model.units import format_age

UNKNOWN = "unknown: "
NOT_TOLD = "this source does not tell"

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_LONGEST_S = 1e11  # some 3,000 years, so that not even infinity raises
_NAMED = 12
"""Holders that one sentence names; the values below it name them all."""

_UNNAMED = {
    OwnerReason.TIME_WAIT: "a process that no longer holds it",
    OwnerReason.CLOSED: "a process that no longer holds it",
    OwnerReason.HANDSHAKE: "a listener that has not accepted it yet",
    OwnerReason.KERNEL: "the kernel itself",
    OwnerReason.GONE: "a process that was gone before it could be read",
}


class Fact(NamedTuple):
    """One value."""

    label: str
    value: str
    """In words; `unknown: <reason>` where it could not be read."""
    origin: str
    """Where it came from, such as `kernel: tcp_info.tcpi_rtt`."""


def source_of(state: State, kernel: str) -> str:
    """Where a value of the collector came from: `kernel` where the kernel was asked, else the source."""
    return kernel if state.source == "sock_diag" else f"source: {state.source}"


def known(value: object | None, reason: str) -> str:
    """A value as text, or that it is unknown and why."""
    return f"{UNKNOWN}{reason}" if value is None else str(value)


def duration(seconds: float) -> str:
    """A duration in words, rounded down: `90 ms`, `8 seconds`, `1 hour 59 minutes`, `12 days`."""
    if seconds < 1:
        return format_age(seconds)
    left = int(min(seconds, _LONGEST_S))
    for index, (size, unit) in enumerate(_UNITS):
        if left >= size:
            count, rest = divmod(left, size)
            words = plural(count, unit)
            smaller = _UNITS[index + 1 : index + 2]
            # The second unit matters only beside a small number of the first.
            if count < 10 and smaller and rest >= smaller[0][0]:
                words += f" {plural(rest // smaller[0][0], smaller[0][1])}"
            return words
    return plural(left, "second")


def plural(count: int, noun: str) -> str:
    """`1 segment`, `3 segments`, `2 processes`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun}{'es' if noun.endswith('s') else 's'}"


def capital(text: str) -> str:
    """`text` as the beginning of a sentence; a process's own name is left as it is by its callers."""
    return text[:1].upper() + text[1:]


def moment(state: State, monotonic: float) -> str:
    """A monotonic time as wall-clock time."""
    try:
        return f"{state.wall_time(monotonic):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return "unknown: beyond the calendar"


def epoch_moment(seconds: float) -> str:
    """Seconds since the epoch as wall-clock time."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, OSError, ValueError):
        return "unknown: beyond the calendar"


def ago(state: State, monotonic: float) -> str:
    """How long before the state something happened: `8 seconds ago`."""
    return f"{duration(max(0.0, state.monotonic - monotonic))} ago"


def opened_ago(connection: Connection, state: State) -> str:
    """How long ago a connection was opened, and whether that is exact."""
    opened = connection.opened_at
    if opened is not None:
        about = "about " if connection.opened_basis is OpenedBasis.SEEN else ""
        return about + ago(state, opened)
    least = state.monotonic - connection.open_since
    return f"at least {duration(least)} ago" if least >= 1 else "before netmon first looked"


def process_words(process: Process) -> str:
    """`curl (4711, user dev)`."""
    if process.user:
        return f"{process.name} ({process.pid}, user {process.user})"
    return f"{process.name} ({process.pid})" if process.uid is None else _with_uid(process)


def _with_uid(process: Process) -> str:
    return f"{process.name} ({process.pid}, uid {process.uid})"


def short_name(owner: Owner) -> str:
    """The name of the one holder, or `the process`."""
    return owner.processes[0].name if len(owner.processes) == 1 else "the process"


def names(processes: Sequence[Process]) -> str:
    """Several processes by name and pid: `nginx (812), nginx (813) and 4 more`."""
    listed = ", ".join(f"{process.name} ({process.pid})" for process in processes[:_NAMED])
    more = len(processes) - _NAMED
    return f"{listed} and {more} more" if more > 0 else listed


def holder_words(owner: Owner) -> str:
    """Who holds a socket, within a sentence; what is known of it where no process can be named."""
    if len(owner.processes) > 1:
        others = plural(len(owner.processes) - 1, "other process")
        return f"{process_words(owner.processes[0])} with {others}"
    if owner.processes:
        return process_words(owner.processes[0])
    if owner.former:
        return process_words(owner.former[0])
    return _unnamed(owner)


def _unnamed(owner: Owner) -> str:
    if owner.reason in _UNNAMED:
        return _UNNAMED[owner.reason]
    if owner.uid is None:
        return "an unnamed process"
    who = f"a process of uid {owner.uid}" + (f" ({owner.user})" if owner.user else "")
    return f"{who} in {owner.unit}" if owner.unit else who


def holder_subject(owner: Owner) -> str:
    """The same at the beginning of a sentence; the name of a program keeps its own case."""
    words = holder_words(owner)
    return words if owner.processes or owner.former else capital(words)


def ancestry(ancestors: Sequence[Process]) -> str | None:
    """`Started by bash 4100 ← tmux 902 ← systemd 1.`, or None where no parent is known."""
    if not ancestors:
        return None
    chain = " ← ".join(f"{process.name} {process.pid}" for process in ancestors)
    if ancestors[0].pid == 1:
        return f"Its parent is {chain}, which started it or took it over when its starter ended."
    return f"Started by {chain}."
