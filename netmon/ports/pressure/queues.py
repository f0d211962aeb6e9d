"""Judgements on what waits at listeners: accept queues, lost connections, unfinished handshakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.endpoint import Endpoint
from netmon.model.finding import Finding, FindingState
from netmon.model.pressure import ConnectionTally, ListenCounters, PortLimits
from netmon.model.snapshot import LocalEnd
from netmon.model.socket import SocketState
from netmon.ports.holder import holder_of
from netmon.ports.listeners import binding
from netmon.ports.traffic import taker

HANDSHAKES_LEAST = 8
"""Fewer unfinished handshakes are never a pile: some are always under way, also with a backlog of 5."""
HANDSHAKES_MANY = 64
"""So many that last are a pile, however long the backlog is: no peer that answers takes so long."""

_QUEUES_UNKNOWN = "psutil gives no queues"


# -- accept queues


def accept_queues(state: State) -> Iterator[Finding]:
    """`accept-queue`: connections that are established and wait for `accept()`."""
    listeners = [row for row in state.listeners if row.socket.state is SocketState.LISTEN]
    known = [
        (row, queue, backlog)
        for row in listeners
        if (queue := row.socket.receive_queue) is not None and (backlog := row.socket.send_queue) is not None
    ]
    if not known and (listeners or state.source == "psutil"):
        yield Finding("accept-queue", FindingState.UNKNOWN, f"accept queues are not known: {_QUEUES_UNKNOWN}")
        return
    pressed = filling_queues(listeners, state.limits)
    yield from pressed
    if not pressed:
        fullest = max(known, key=lambda item: _fullness(*item[1:]), default=None)
        seen = f"fullest: {_place(fullest[0])} with {fullest[1]} of {fullest[2]}" if fullest else ""
        summary = f"none of {_count(len(known), 'accept queue')} is more than half full"
        yield Finding("accept-queue", FindingState.OK, summary, seen, reference="listen(2)")


def filling_queues(listeners: Iterable[Connection], limits: PortLimits | None) -> list[Finding]:
    """A judgement on each accept queue that is more than half full, the fullest first.

    Args:
        listeners: TCP sockets that listen.
        limits: what the kernel allows.
    """
    pressed = [
        (_fullness(queue, backlog), _filling(row, queue, backlog, limits or PortLimits()))
        for row in listeners
        if (queue := row.socket.receive_queue) is not None
        and (backlog := row.socket.send_queue) is not None
        and _is_filling(queue, backlog)
    ]
    return [finding for _, finding in sorted(pressed, key=lambda item: -item[0])]


def _is_filling(queue: int, backlog: int) -> bool:
    return queue > 0 and queue * 2 > backlog


def _fullness(queue: int, backlog: int) -> float:
    return queue / max(1, backlog)


def _filling(row: Connection, queue: int, backlog: int, limits: PortLimits) -> Finding:
    # The kernel takes one more than the backlog (sk_acceptq_is_full), so at the backlog one is left.
    full = queue >= backlog
    who = holder_of(row.owner)
    state_of_it = "full" if full else "more than half full"
    return Finding(
        "accept-queue",
        FindingState.FAIL if full else FindingState.WARN,
        f"the accept queue of port {row.socket.local.port} is {state_of_it}: {who} does not keep up",
        f"{who} at {_place(row)}: {queue} waiting, backlog {backlog}",
        why=(
            "New clients wait for seconds or time out: the kernel drops their handshakes."
            if full
            else "Clients are connected but not served yet; when it is full, they wait or time out."
        ),
        fix=_accept_fix(backlog, limits.somaxconn),
        reference="listen(2)",
    )


def _accept_fix(backlog: int, somaxconn: int | None) -> str:
    faster = "Find out why the process does not call accept() (blocked, too few workers)"
    if somaxconn is None:
        return f"{faster}, or raise listen()'s backlog (now {backlog})."
    if backlog >= somaxconn:
        return f"{faster}, or raise net.core.somaxconn (now {somaxconn}) and listen()'s backlog."
    return f"{faster}, or raise listen()'s backlog (now {backlog}; net.core.somaxconn allows {somaxconn})."


# -- lost connections


def listen_overflow(state: State) -> Finding:
    """`listen-overflow`: connections that listeners lost, in the whole network namespace."""
    listen = state.listen
    if listen is None or (total := _lost(listen.total)) is None:
        reason = "/proc/net/netstat tells nothing of it here" if listen else "this system keeps no such count"
        return Finding("listen-overflow", FindingState.UNKNOWN, f"lost connections are not counted: {reason}")
    recent, since_start = _lost(listen.in_interval), _lost(listen.since_start)
    seen = f"in all {_losses(listen.total)}; since netmon started {_losses(listen.since_start)}"
    if not total:
        summary = "no listener has lost a connection since the system started"
        return Finding("listen-overflow", FindingState.OK, summary, seen, reference="tcp(7)")
    if recent:
        verdict, summary = (
            FindingState.FAIL,
            f"listeners are losing connections now: {recent} since the last look",
        )
    elif since_start:
        verdict, summary = FindingState.WARN, f"listeners lost {since_start} connections since netmon started"
    else:
        verdict, summary = (
            FindingState.INFO,
            f"listeners lost {total} connections before netmon started, none since",
        )
    return Finding(
        "listen-overflow",
        verdict,
        summary,
        seen,
        why="Each is a handshake that the kernel dropped: the client tries again after 1 s, 3 s, 7 s …",
        fix="See which accept queue fills; the counters do not name the listener." if since_start else "",
        reference="listen(2)",
    )


def _lost(counters: ListenCounters | None) -> int | None:
    """All that were dropped, which includes overflows."""
    if counters is None:
        return None
    return counters.overflows if counters.drops is None else counters.drops


def _losses(counters: ListenCounters) -> str:
    overflows = "an unknown number" if counters.overflows is None else str(counters.overflows)
    return f"{_lost(counters)} dropped, {overflows} of them because an accept queue was full"


# -- handshakes


def handshakes(state: State, tally: ConnectionTally) -> Iterator[Finding]:
    """`syn-recv`: handshakes that peers began and have not finished."""
    listeners: dict[LocalEnd, list[Connection]] = defaultdict(list)
    for row in state.listeners:
        listeners[binding(row)].append(row)
    counts: dict[LocalEnd, tuple[int, int | None]] = {}
    for end, (count, lasting) in tally.syn_recv.items():
        place = taker(end, listeners.keys()) or end
        before, lasted = counts.get(place, (0, 0))
        counts[place] = before + count, None if lasting is None or lasted is None else lasted + lasting
    pressed = False
    for place, (count, lasting) in sorted(counts.items(), key=lambda item: -item[1][0]):
        if finding := _pile(place, count, lasting, listeners.get(place, ()), state.limits or PortLimits()):
            pressed = True
            yield finding
    if not pressed:
        total = sum(count for count, _ in counts.values())
        summary = f"no handshakes pile up: {total} under way"
        yield Finding("syn-recv", FindingState.OK, summary, reference="tcp(7)")


def _pile(
    place: LocalEnd, count: int, lasting: int | None, rows: Iterable[Connection], limits: PortLimits
) -> Finding | None:
    backlogs = [row.socket.send_queue for row in rows]
    known = [backlog for backlog in backlogs if backlog is not None]
    room = sum(known) if known and len(known) == len(backlogs) else None
    full = room is not None and count >= max(room, HANDSHAKES_LEAST)
    half = room is not None and count * 2 >= room and count >= HANDSHAKES_LEAST
    many = (count if lasting is None else lasting) >= HANDSHAKES_MANY
    if not (full or half or many):
        return None
    _, _, address, port = place
    who = next((holder_of(row.owner) for row in rows), "a listener that is gone")
    age = "" if lasting is None else f", {lasting} of them for 5 s or longer"
    return Finding(
        "syn-recv",
        FindingState.FAIL if full else FindingState.WARN,
        f"{count} handshakes with port {port} are unfinished: their peers do not answer the SYN-ACK",
        f"{who} at {Endpoint(address, port)}: {count} in SYN_RECV{age}, backlog {_or_unknown(room)}, "
        f"tcp_max_syn_backlog {_or_unknown(limits.max_syn_backlog)}",
        why=(
            "The room for handshakes is used up: the kernel answers with SYN cookies, or not at all."
            if full
            else "A SYN flood, or answers that are lost on the way (a one-way route or firewall)."
        ),
        fix="See where they come from; if the peers are real, look for what drops the SYN-ACKs to them.",
        reference="tcp(7)",
    )


def _or_unknown(number: int | None) -> str:
    return "unknown" if number is None else str(number)


def _place(row: Connection) -> str:
    return str(row.socket.local)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
