"""A plan and its outcome in sentences: the same on the command line and in the app."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netmon.engine.explain.words import duration, process_words
from netmon.model.process import Process
from netmon.model.text import clean
from netmon.model.units import format_age
from netmon.ports.holder import holder_of
from netmon.ports.stopping.course import Ending, Outcome
from netmon.ports.stopping.plan import StopPlan, Target

_NAMED = 4
_COMMAND_LENGTH = 200


def nobody(plan: StopPlan) -> str:
    """That there is no listener to stop, and what has the port all the same."""
    if not plan.idle:
        return f"{plan.subject}: nothing holds it"
    whose = ", ".join(dict.fromkeys(holder_of(row.owner) for row in plan.idle[:_NAMED]))
    return (
        f"{plan.subject}: nothing listens on it; {whose} has a socket bound to it, "
        "perhaps as a client, and is left alone"
    )


def who(plan: StopPlan, now: float) -> Iterator[str]:
    """A sentence for each process that would get the signal, as far as there is room to name them.

    Args:
        plan: the plan.
        now: seconds since the epoch.
    """
    verb = "holds the connection" if plan.is_connection else "holds"
    for target in plan.targets[:_NAMED]:
        process = target.process
        since = "" if process.started_at is None else f", started {duration(now - process.started_at)} ago"
        place = plan.subject.partition(" ")[2] if plan.is_connection else plan.subject
        yield f"{process_words(process)} {verb} {place}{since}: {_command(process)}"
    if len(plan.targets) > _NAMED:
        yield f"So do {len(plan.targets) - _NAMED:,} more processes."


def _command(process: Process) -> str:
    return clean(" ".join(process.command), _COMMAND_LENGTH) or f"[{process.name}]"


def named(targets: Sequence[Target]) -> str:
    """Some processes by name and number."""
    names = [f"{target.process.name} ({target.process.pid})" for target in targets[:_NAMED]]
    more = f" and {len(targets) - _NAMED:,} more" if len(targets) > _NAMED else ""
    return ", ".join(names) + more


def question(plan: StopPlan, *, kill: bool) -> str:
    """What is asked before a signal is sent."""
    signal = "SIGKILL, which leaves no time to save anything," if kill else "SIGTERM"
    return f"Send {signal} to {named(plan.holders if kill else plan.targets)}?"


def outcome_words(plan: StopPlan, outcome: Outcome) -> str:
    """How it went, in a sentence."""
    whose = "its" if len(outcome.left) == 1 else "their"
    took, subject = format_age(outcome.seconds), plan.subject
    runs = f"{named(outcome.left)} still run{'s' if len(outcome.left) == 1 else ''}"
    if outcome.ending is Ending.FREE:
        if plan.is_connection:
            return f"stopped: {named(plan.targets)} is gone after {took}"
        return f"stopped: {subject} is free after {took}"
    if outcome.ending is Ending.STILL_THERE:
        return f"{subject} is still held: {runs} {took} after the signal"
    if outcome.ending is Ending.FINISHING:
        return f"{subject} is free, but {runs} {took} after the signal, perhaps to finish {whose} connections"
    if outcome.ending is Ending.STILL_HELD:
        hands = named(outcome.left) if outcome.left else "another process"
        return f"{subject} is still held: {hands} holds the same socket {took} after the signal"
    again = f"; {plan.supervisor.name} may have started it again" if plan.supervisor else ""
    return f"{subject} is held again, by a new socket{again}"
