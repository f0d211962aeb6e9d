"""The values of whoever holds a socket, each with where it came from."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.engine.aggregate import ProcessRow
from netmon.engine.explain.words import NOT_TOLD, UNKNOWN, Fact, ago, duration, epoch_moment, known, source_of
from netmon.engine.state import State
from netmon.model.process import Owner, Process
from netmon.model.units import format_bytes, format_rate


def holder_facts(owner: Owner, state: State, cgroup_id: int | None = None) -> Iterator[Fact]:
    """The processes of an owner, or why there is none; the user and the unit."""
    held = owner.processes or owner.former
    if len(held) == 1:
        yield from _process_facts(held[0], state, "process" if owner.processes else "former")
    elif held:
        pids = ", ".join(f"{process.name} ({process.pid})" for process in held)
        label = "processes" if owner.processes else "former"
        yield Fact(label, pids, source_of(state, "/proc/*/fd"))
    if not owner.processes:
        yield Fact("process", f"{UNKNOWN}{owner.explain() or NOT_TOLD}", source_of(state, "/proc/*/fd"))
    yield _user_fact(owner, state)
    yield _unit_fact(owner, state, cgroup_id)


def _process_facts(process: Process, state: State, label: str) -> Iterator[Fact]:
    folder = f"/proc/{process.pid}"

    def fact(label: str, value: str, file: str) -> Fact:
        return Fact(label, value, source_of(state, f"{folder}/{file}"))

    yield fact(label, f"{process.name} ({process.pid})", "stat")
    command = " ".join(process.command)
    yield fact("command", command or f"{UNKNOWN}a kernel thread, or not readable", "cmdline")
    started = process.started_at
    value = f"{UNKNOWN}{NOT_TOLD}" if started is None else _started(started, state)
    yield fact("started", value, "stat")
    if process.parent_pid is not None:
        yield fact("parent", str(process.parent_pid), "stat")
    elif process.pid != 1:
        yield fact("parent", f"{UNKNOWN}outside of what can be seen here", "stat")


def _started(started: float, state: State) -> str:
    age = max(0.0, state.taken_at.timestamp() - started)
    return f"{epoch_moment(started)}, {duration(age)} ago"


def _user_fact(owner: Owner, state: State) -> Fact:
    process = owner.process
    if owner.uid is not None:
        name = f" ({owner.user})" if owner.user else ", which has no name here"
        return Fact("user", f"uid {owner.uid}{name}", source_of(state, "kernel: inet_diag uid"))
    if process is not None and (who := process.user or _uid(process)):
        return Fact("user", who, source_of(state, f"/proc/{process.pid}"))
    reason = "the kernel names none once a socket is released" if owner.reason else NOT_TOLD
    return Fact("user", f"{UNKNOWN}{reason}", source_of(state, "kernel: inet_diag uid"))


def _uid(process: Process) -> str | None:
    return None if process.uid is None else f"uid {process.uid}"


def _unit_fact(owner: Owner, state: State, cgroup_id: int | None) -> Fact:
    process = owner.process
    if process is not None and process.unit and owner.unit in (None, process.unit):
        return Fact("unit", process.unit, source_of(state, f"/proc/{process.pid}/cgroup"))
    origin = source_of(state, "kernel: inet_diag cgroup_id")
    if owner.unit:
        return Fact("unit", owner.unit, origin)
    told = "no control group is told" if cgroup_id is None else f"control group {cgroup_id} names none"
    return Fact("unit", f"{UNKNOWN}{told}", origin)


def process_row_facts(row: ProcessRow, state: State) -> Iterator[Fact]:
    """The sums of one holder."""
    yield from holder_facts(row.owner, state)
    polls = "netmon: this poll"
    yield Fact("connections", f"{row.connections:,}", polls)
    yield Fact("inbound", f"{row.inbound:,}", polls)
    yield Fact("outbound", f"{row.outbound:,}", polls)
    reason = "none of its connections is counted"
    for label, count in (("received", row.bytes_received), ("sent", row.bytes_sent)):
        value = None if count is None else f"{format_bytes(count)} ({count:,} bytes)"
        yield Fact(label, known(value, reason), "netmon: sum over open connections that are counted")
    for label, rate in (("receiving", row.rate_received), ("sending", row.rate_sent)):
        text = known(None if rate is None else format_rate(rate), reason)
        yield Fact(label, text, "netmon: sum of the rates")
    yield Fact("newest", ago(state, row.newest_at), "netmon: first seen")
