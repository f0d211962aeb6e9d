"""What there is to say of some ports, for people: one sentence that answers, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.finding import Finding, FindingState
from netmon.model.process import Process
from netmon.model.units import format_age
from netmon.output.layout import terminal_width, wrap, write_line
from netmon.ports.answer.port_answer import Holder, PortAnswer
from netmon.ports.answer.verdict import Verdict, bindable
from netmon.ports.answer.wording import counted, enumerated, owner_text, places_text, process_text
from netmon.ports.listeners import Listening, other_loopback, user_of

_WIDTH = 80
_WIDEST = 100
"""Longer lines are hard to read, however wide the terminal is."""
_LABEL_WIDTH = 14
_SHOWN_CONNECTIONS = 10
_SHOWN_HOLDERS = 8
_COMMAND_WIDTH = 400
_MARKS = {
    FindingState.OK: "ok",
    FindingState.INFO: "note",
    FindingState.WARN: "warning",
    FindingState.FAIL: "in the way",
    FindingState.UNKNOWN: "unknown",
}

Line = tuple[str, str]
"""A label, and what stands beside it."""


def write_port_answers(
    stream: TextIO, state: State, answers: Sequence[PortAnswer], *, width: int | None = None
) -> None:
    """Write the answers, a blank line between them.

    Args:
        stream: Where to; a terminal's width is respected.
        state: The state they are from.
        answers: Those to write.
        width: The columns to use; the terminal's, or 80, by default.
    """
    width = min(width or terminal_width(stream) or _WIDTH, _WIDEST)
    for at, (answer, both) in enumerate(_once(answers, state)):
        if at:
            write_line(stream, "")
        for line in answer_lines(answer, state, width, both=both):
            write_line(stream, line)


def _once(answers: Sequence[PortAnswer], state: State) -> Iterator[tuple[PortAnswer, bool]]:
    """The answers; what is so over TCP and UDP alike, of a port that nothing holds, only once."""
    at = 0
    while at < len(answers):
        both = at + 1 < len(answers) and _alike(answers[at], answers[at + 1], state)
        yield answers[at], both
        at += 1 + both


def _alike(one: PortAnswer, other: PortAnswer, state: State) -> bool:
    if one.held or other.held or (one.port, one.address) != (other.port, other.address):
        return False
    return _without_protocol(one, state) == _without_protocol(other, state)


def _without_protocol(answer: PortAnswer, state: State) -> list[str]:
    plain = answer._replace(service=None)  # often only TCP has a name registered
    lines = [headline(plain, state), *(text for _, text in _finding_lines(answer))]
    return [line.replace(f"/{answer.protocol}", "") for line in lines]


def answer_lines(answer: PortAnswer, state: State, width: int, *, both: bool = False) -> Iterator[str]:
    """The lines of one answer; with `both` said of TCP and of UDP."""
    yield from wrap(headline(answer, state, both=both), width, rest="  ")
    lines = [*_holder_lines(answer, state), *_socket_lines(answer), *_connection_lines(answer)]
    for label, text in [*lines, *_finding_lines(answer)]:
        indent = " " * (_LABEL_WIDTH + 2)
        yield from wrap(text, width, first=f"  {label:<{_LABEL_WIDTH}}", rest=indent)


def headline(answer: PortAnswer, state: State, *, both: bool = False) -> str:
    """The one sentence that answers the question."""
    name = answer.name.removesuffix(f"/{answer.protocol}") if both else answer.name
    known_as = [answer.service or "", "TCP and UDP" if both else ""]
    if any(known_as):
        name += f" ({', '.join(filter(None, known_as))})"
    if answer.held:
        return f"{name} is held by {_whose(answer, state)}"
    if answer.verdict is Verdict.FREE:
        where = "on every address" if answer.address is None else f"on {answer.address}"
        return f"{name} is free: nothing holds it and it can be bound {where}."
    cause = _main_cause(answer)
    told = f"{name} is held by no server, but can{_limit(answer)}"
    return told + (f": {cause.summary}" if cause else ".")


def _limit(answer: PortAnswer) -> str:
    """How far a port that no server holds can be bound."""
    if answer.verdict is Verdict.BLOCKED:
        return "not be bound"
    if answer.verdict is Verdict.REUSE:
        return " be bound only with SO_REUSEADDR"
    free = bindable(answer.binds, reuse=False) | bindable(answer.binds, reuse=True)
    tried = dict.fromkeys(bind.attempt.place for bind in answer.binds)
    return f" be bound only on {places_text(place for place in tried if place in free)}"


_JUDGED = frozenset({FindingState.WARN, FindingState.FAIL, FindingState.UNKNOWN})


def _main_cause(answer: PortAnswer) -> Finding | None:
    """Of a port that nobody holds, the first thing that stands in the way: the headline tells it."""
    if answer.held:
        return None
    return next((finding for finding in answer.findings if finding.state in _JUDGED), None)


def _whose(answer: PortAnswer, state: State) -> str:
    if len(answer.holders) == 1:
        process = answer.holders[0].process
        who = process.user or process.uid
        user = "" if who is None else f", user {who}"
        return f"{process.name} ({process.pid}{user}){_since(process, state)}: {_command(process)}"
    if answer.holders:
        texts = [process_text(holder.process) for holder in answer.holders]
        return f"{len(texts)} processes: {enumerated(texts)}"
    owner = answer.sockets[0].listener.owner  # all that is known is the same of each, most often
    login = user_of(owner)
    whose = "a process that cannot be named here" + (f" (user {login})" if login else "")
    return f"{whose}: {owner_text(owner)}"


def _since(process: Process, state: State) -> str:
    if process.started_at is None:
        return ""
    return f" since {format_age(max(0.0, state.taken_at.timestamp() - process.started_at))}"


def _command(process: Process) -> str:
    command = " ".join(process.command) or process.name
    return command if len(command) <= _COMMAND_WIDTH else command[: _COMMAND_WIDTH - 1] + "…"


# -- the lines below it


def _holder_lines(answer: PortAnswer, state: State) -> Iterator[Line]:
    alone = len(answer.holders) == 1
    for holder in answer.holders[:_SHOWN_HOLDERS]:
        if not alone:
            who = f"{process_text(holder.process)}, user {holder.process.user or holder.process.uid}"
            yield "process", f"{who}{_since(holder.process, state)}: {_command(holder.process)}"
        yield "works in", holder.directory or "unknown: its directory may not be read"
        if holder.ancestors:
            yield "started by", " < ".join(process_text(ancestor) for ancestor in _up_to_supervisor(holder))
        if holder.supervisor and holder.supervisor.kind != "init":  # which stands above everything
            yield "supervised by", _supervisor(holder)
    if len(answer.holders) > _SHOWN_HOLDERS:
        yield "", f"and {len(answer.holders) - _SHOWN_HOLDERS} more processes (all with --json)"


def _up_to_supervisor(holder: Holder) -> Sequence[Process]:
    """The parents, without what stands above the one that supervises."""
    pids = [ancestor.pid for ancestor in holder.ancestors]
    above = holder.supervisor.pid if holder.supervisor else None
    return holder.ancestors[: pids.index(above) + 1] if above in pids else holder.ancestors


def _supervisor(holder: Holder) -> str:
    above = holder.supervisor
    if above is None:
        return "nothing that is known"
    restarts = ", which starts it again when it ends" if above.restarts else ""
    return f"{above.kind} {above.name}{restarts}" if above.kind != above.name else f"{above.name}{restarts}"


def _socket_lines(answer: PortAnswer) -> Iterator[Line]:
    verb = "listens on" if answer.protocol == "tcp" else "bound to"
    several = len({found.listener.owner.processes for found in answer.sockets}) > 1
    for found in answer.sockets:
        whose = f" by {owner_text(found.listener.owner)}" if several else ""
        yield verb, f"{_bound(found)}{whose}; reached from {_reached(found)}{_queue(found)}"


def _bound(found: Listening) -> str:
    socket = found.listener.socket
    family = {True: " (IPv6 only)", False: " (IPv4 too)", None: ""}[socket.v6only]
    interface = f" on {socket.interface}" if socket.interface else ""
    return f"{socket.local}{family if socket.local.address == '::' else ''}{interface}"


def _reached(found: Listening) -> str:
    if other := other_loopback(found):
        return f"this machine alone, by {other}"
    words = {"127.0.0.1": "127.0.0.1", "::1": "::1", "lan4": "the LAN (IPv4)", "lan6": "the LAN (IPv6)"}
    known = found.reach.as_dict()
    yes = [words[source] for source, reached in known.items() if reached]
    unsure = [words[source] for source, reached in known.items() if reached is None]
    told = ", ".join(yes) or ("" if unsure else "nowhere")
    return told + (f"{'; ' if told else ''}unknown for {', '.join(unsure)}" if unsure else "")


def _queue(found: Listening) -> str:
    queue = found.accept_queue
    return "" if queue is None else f"; accept queue {queue[0]} of {queue[1]}"


def _connection_lines(answer: PortAnswer) -> Iterator[Line]:
    if not answer.held or answer.protocol != "tcp":
        return
    number = len(answer.connections)
    yield "connected", counted(number, "inbound connection") if number else "nobody"
    for connection in answer.connections[:_SHOWN_CONNECTIONS]:
        yield "", _connection(connection)
    if number > _SHOWN_CONNECTIONS:
        yield "", f"and {number - _SHOWN_CONNECTIONS} more (all with --json)"


def _connection(connection: Connection) -> str:
    peer = connection.peer.owner.process if connection.peer else None
    state = connection.socket.state.value
    return (
        str(connection.socket.remote)
        + (f"  {process_text(peer)}" if peer else "")
        + (f"  {state}" if state != "established" else "")
    )


def _finding_lines(answer: PortAnswer) -> Iterator[Line]:
    told = _main_cause(answer)
    for finding in answer.findings:
        if finding is not told:
            yield _MARKS[finding.state], f"{finding.summary} {finding.why}".rstrip()
        elif finding.why:
            yield "because", finding.why
        if finding.state in _JUDGED:
            yield "seen", finding.evidence
        if finding.fix:
            yield "what to do", finding.fix
        if finding.state in _JUDGED and finding.reference:
            yield "see", finding.reference
