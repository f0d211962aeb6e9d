"""How a trace is put in words and symbols, the same in the app and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netmon.resolver.trace.reach import count
from netmon.resolver.trace.steps import (
    DEAD,
    LAME,
    USABLE,
    Outcome,
    Trace,
    TraceCut,
    TraceServer,
    TraceStep,
)

MANY = 4
"""So many servers that fail alike are told once."""

DEAD_END = "✕ dead end"

_DEEPEST = 6
"""Names that go deeper stop moving to the right."""

_WORDS = {
    Outcome.ANSWER: "authoritative answer",
    Outcome.ALIAS: "authoritative alias",
    Outcome.REFERRAL: "referral",
    Outcome.NO_DATA: "authoritative: no such record",
    Outcome.NO_SUCH_NAME: "authoritative: no such name (NXDOMAIN)",
    Outcome.LAME: "lame",
    Outcome.UPWARD: "lame",
    Outcome.SIDEWAYS: "lame",
    Outcome.REFUSED: "lame",
    Outcome.FAILED: "lame",
    Outcome.SILENT: "dead",
    Outcome.UNREACHABLE: "dead",
    Outcome.GARBAGE: "dead",
}


def mark(server: TraceServer) -> str:
    """● has authority, → refers on, ⚠ is lame, ✕ is dead, ? was not asked; `said` says it in words."""
    if server.outcome in DEAD:
        return "✕"
    if server.outcome in LAME:
        return "⚠"
    if server.address is None:
        return "?"
    return "→" if server.outcome is Outcome.REFERRAL else "●"


def said(server: TraceServer) -> str:
    """What came of a server, in its word, and what is to be added to that."""
    word = _WORDS.get(server.outcome, "not asked")
    return f"{word}: {server.detail}" if server.detail else word


def nothing_of(trace: Trace) -> str:
    """What a trace without records found: that there is none is known only where the zone said so."""
    if trace.outcome is Outcome.NO_SUCH_NAME:
        return "no such name"
    return "no record" if trace.outcome in USABLE else "not known"


def name_of(server: TraceServer) -> str:
    """What a server is called; empty where a trace began at an address, of which no name is known."""
    return "" if server.name == f"{server.address}." else server.name


def alike(servers: Sequence[TraceServer]) -> Iterator[tuple[TraceServer, ...]]:
    """The servers one by one; those of no use that are alike together where there are many of them."""
    groups: dict[tuple[Outcome, str], list[TraceServer]] = {}
    for server in servers:
        groups.setdefault((server.outcome, server.detail), []).append(server)
    for server in servers:
        group = groups[server.outcome, server.detail]
        if len(group) < MANY or server.outcome in USABLE:
            yield (server,)
        elif server is group[0]:
            yield tuple(group)


def below(step: TraceStep) -> int:
    """How many levels below the root a step shows its zone."""
    return min(_DEEPEST, 0 if step.zone == "." else step.zone.count("."))


def level(step: TraceStep) -> int:
    """How far to the right a step belongs: by its zone, and by what it is needed for."""
    return below(step) + 2 * step.depth


def goal(step: TraceStep) -> str:
    """What a step is needed for; empty on the way to the answer."""
    return f"for the address of {step.purpose}" if step.purpose else ""


def unasked(step: TraceStep) -> str:
    """How many servers were left out; empty where none was."""
    left = step.delegated - len({server.name for server in step.servers})
    return f"· {left} of {step.delegated} servers not asked" if left > 0 else ""


def delegated_to(cut: TraceCut) -> str:
    """How many servers a delegation names."""
    return count(len(cut.servers), "server")


def glue_of(cut: TraceCut) -> str:
    """For how many of them it gives addresses."""
    return f"glue for {len({name for name, _ in cut.glue})}"


def ttl_text(seconds: int) -> str:
    """A time to live in the largest unit that says it exactly: `2 d`, `1 h`, `90 s`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
