"""Whether a trace reached the servers that it begins at, or only a wall, or somebody in their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from netmon.model.finding import Finding, FindingState
from netmon.resolver.trace.steps import DEAD, Outcome, Trace, TraceServer, TraceStep

_SHOWN = 4
"""Reasons that are quoted."""

_ELSEWHERE = (
    "Trace from a network that lets port 53 out, or begin at servers that can be reached: --hints FILE, or b "
    "in the app."
)


def out_of_reach(trace: Trace) -> Finding | None:
    """The one finding of a trace that got nowhere because of the network here; None for any other."""
    if not trace.steps or trace.steps[0].zone != trace.began:
        return None
    if not trace.is_reached and trace.outcome in (Outcome.DEAD_END, Outcome.GIVEN_UP):
        return _nobody(trace)
    return _intercepted(trace) if _is_intercepted(trace) else None


def _nobody(trace: Trace) -> Finding:
    servers = _dead(trace.steps)
    reasons = Counter(server.detail for server in servers)
    where = "root" if trace.began == "." else trace.began
    return Finding(
        "trace-reach",
        FindingState.FAIL,
        f"No {where} server can be reached from here.",
        "; ".join(f"{count(number, 'address')}: {reason}" for reason, number in reasons.most_common(_SHOWN)),
        "A trace asks authoritative servers itself, over UDP and TCP port 53; networks that let only their "
        "own resolver out do not allow that. The name may well resolve through that resolver.",
        _ELSEWHERE,
    )


def _is_intercepted(trace: Trace) -> bool:
    """Whether several root servers answer, and none as a root server would: then it is not them."""
    first = trace.steps[0]
    if first.zone != "." or first.used is not None:
        return False
    heard = [server for server in first.servers if server.ms is not None]
    return len({server.name for server in heard}) > 1


def _intercepted(trace: Trace) -> Finding:
    servers = trace.steps[0].servers
    heard = [server for server in servers if server.ms is not None]
    said = Counter(server.detail for server in heard).most_common(1)[0][0]
    silent = len(servers) - len(heard)
    return Finding(
        "trace-reach",
        FindingState.FAIL,
        "No root server can be reached from here: something on the way answers in their place.",
        f"{count(len(heard), 'address')} of root servers answered, none with authority: each {said}"
        + (f"; {silent} gave no answer" if silent else ""),
        "A router or firewall redirects DNS to a resolver of its own, so that no authoritative server can be "
        "asked. The name may well resolve through that resolver.",
        _ELSEWHERE,
    )


def _dead(steps: Iterable[TraceStep]) -> list[TraceServer]:
    return [server for step in steps for server in step.servers if server.outcome in DEAD]


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 address`, `3 addresses`."""
    plural = plural or ("es" if noun.endswith("s") else "s")
    return f"{number} {noun}{'' if number == 1 else plural}"
