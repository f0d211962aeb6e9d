"""What a trace has to tell, with its grounds: how it ended, and which servers and cuts are at fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from netmon.model.finding import Finding, FindingState
from netmon.resolver.trace.reach import count, out_of_reach
from netmon.resolver.trace.steps import DEAD, LAME, USABLE, Outcome, Trace, TraceServer, TraceStep

_SHOWN = 4
"""Servers that one finding quotes."""

_ENDS = {
    Outcome.NO_SUCH_NAME: (FindingState.INFO, "RFC 2308 section 2.1"),
    Outcome.NO_DATA: (FindingState.INFO, "RFC 2308 section 2.2"),
    Outcome.LOOP: (FindingState.FAIL, "RFC 1034 section 3.6.2"),
    Outcome.TOO_LONG: (FindingState.FAIL, "RFC 1034 section 3.6.2"),
    Outcome.DEAD_END: (FindingState.FAIL, "RFC 1034 section 4.3.1"),
    Outcome.GIVEN_UP: (FindingState.UNKNOWN, ""),
    Outcome.OUTSIDE: (FindingState.UNKNOWN, ""),
}

_WHY = {
    Outcome.LOOP: "No resolver finds the address, however often it asks.",
    Outcome.TOO_LONG: "Resolvers give up on chains of this length, each at a limit of its own.",
    Outcome.DEAD_END: "Resolvers answer SERVFAIL for everything below this zone once their caches expire.",
}


def findings_of(trace: Trace) -> tuple[Finding, ...]:
    """Every finding of a trace, how it ended first; only one where nobody could be reached at all."""
    if (nobody := out_of_reach(trace)) is not None:
        return (nobody,)
    return _Told(trace).findings()


class _Told:
    """The findings of one trace that reached somebody."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._no_ipv6 = _no_ipv6(trace.steps)

    def findings(self) -> tuple[Finding, ...]:
        steps = _distinct(self._trace.steps)
        return (
            _end(self._trace),
            *self._of_servers(steps, "trace-lame", lambda server: server.outcome in LAME, _LAME_TEXT),
            *self._of_servers(steps, "trace-dead", self._is_dead, _DEAD_TEXT),
            *self._of_servers(steps, "trace-loop", lambda server: server.outcome is Outcome.LOOP, _LOOP_TEXT),
            *self._of_servers(steps, "trace-address", lambda server: server.outcome in _LOST, _LOST_TEXT),
            *_glue(steps),
            *_differing(steps),
            *self._family(),
        )

    def _is_dead(self, server: TraceServer) -> bool:
        return server.outcome in DEAD and not (self._no_ipv6 and _is_ipv6(server))

    def _of_servers(
        self,
        steps: Iterable[TraceStep],
        check: str,
        at_fault: Callable[[TraceServer], bool],
        text: tuple[str, str, str],
    ) -> Iterator[Finding]:
        """One finding for each zone with servers at fault."""
        for step in steps:
            bad = [server for server in step.servers if at_fault(server)]
            if bad:
                summary, why, reference = text
                of = f"{len(bad)} of {len(step.servers)} seen"
                state = FindingState.WARN if step.used is not None else FindingState.FAIL
                yield Finding(
                    check, state, f"{step.zone} {summary} ({of}).", _quoted(bad), why, reference=reference
                )

    def _family(self) -> Iterator[Finding]:
        if self._no_ipv6:
            yield Finding(
                "trace-ipv6",
                FindingState.INFO,
                f"IPv6 leads nowhere from here: {count(self._no_ipv6, 'address')} could not be asked.",
                why="Says nothing about those servers.",
            )


_LOST = (Outcome.NO_ADDRESS, Outcome.NO_GLUE, Outcome.TOO_LONG)

_LAME_TEXT = (
    "has servers that do not serve it",
    "A resolver that picks one loses time, or fails where all are so.",
    "RFC 1912 section 2.8",
)
_DEAD_TEXT = (
    "has servers that give no answer",
    "A resolver that picks one waits for its timeout before it asks another.",
    "RFC 2182 section 3",
)
_LOOP_TEXT = (
    "has name servers that are needed to find their own address",
    "Delegations that need each other lead nowhere, unless the parent gives glue.",
    "RFC 9471 section 2.2",
)
_LOST_TEXT = (
    "has name servers whose address cannot be found",
    "They may as well not be delegated to.",
    "RFC 1034 section 4.2.1",
)


def _end(trace: Trace) -> Finding:
    subject, last = f"{trace.name} {trace.type}", trace.last
    if trace.outcome is Outcome.ANSWER and last is not None:
        aliases = sum(record.type == "CNAME" for record in trace.records) if trace.type != "CNAME" else 0
        by = f", behind {count(aliases, 'alias', 'es')}" if aliases else ""
        who = f"{last.name} ({last.address})"
        return Finding("trace-end", FindingState.OK, f"{subject}: answered with authority by {who}{by}.")
    state, reference = _ENDS[trace.outcome]
    return Finding(
        "trace-end",
        state,
        f"{subject}: {_how(trace)}.",
        _absence(trace),
        _WHY.get(trace.outcome, ""),
        reference=reference,
    )


def _absence(trace: Trace) -> str:
    """What the server said of the absence, beside that there is one."""
    is_absent = trace.outcome in (Outcome.NO_SUCH_NAME, Outcome.NO_DATA)
    return f"{trace.last.name} {trace.detail}" if is_absent and trace.last and trace.detail else ""


def _how(trace: Trace) -> str:
    own = [step for step in trace.steps if step.depth == 0]
    if trace.outcome is Outcome.NO_SUCH_NAME:
        return f"{own[-1].name} does not exist (NXDOMAIN), says {_who(trace)}"
    if trace.outcome is Outcome.NO_DATA:
        return f"{own[-1].name} has no {trace.type} record, says {_who(trace)}"
    return trace.detail


def _who(trace: Trace) -> str:
    return "nobody" if trace.last is None else f"{trace.last.name} ({trace.last.address}) with authority"


def _glue(steps: Iterable[TraceStep]) -> Iterator[Finding]:
    for step in steps:
        cut = step.cut
        if cut is None:
            continue
        if cut.missing:
            left = len(cut.servers) - len(cut.missing)
            yield Finding(
                "trace-glue",
                FindingState.WARN if left else FindingState.FAIL,
                f"The referral to {cut.zone} lacks the address of {_listed(cut.missing)}.",
                f"{step.zone} delegates to {count(len(cut.servers), 'server')}",
                "A server inside the zone that it serves can be found by glue alone.",
                f"Register the address of {cut.missing[0]} with {step.zone}",
                "RFC 9471 section 2.1",
            )
        if cut.ignored:
            yield Finding(
                "trace-bailiwick",
                FindingState.INFO,
                f"The referral to {cut.zone} gives addresses outside {step.zone}: not believed.",
                _listed(cut.ignored),
                "They are sought where they belong; whoever answers for one zone could lie about others.",
                reference="RFC 2181 section 5.4.1",
            )


def _differing(steps: Iterable[TraceStep]) -> Iterator[Finding]:
    """Zones whose servers contradict each other; seen only where several were asked."""
    for step in steps:
        said: dict[tuple[object, ...], TraceServer] = {}
        for server in step.servers:
            if server.outcome in USABLE:
                data = sorted((r.name.lower(), r.type, r.data) for r in server.records if r.type != "SOA")
                said.setdefault((server.outcome, *data), server)
        if len(said) > 1:
            evidence = "; ".join(f"{server.name}: {_said(server)}" for server in list(said.values())[:_SHOWN])
            yield Finding(
                "trace-differ",
                FindingState.WARN,
                f"The servers of {step.zone} do not say the same of {step.name} {step.type}.",
                evidence,
                "Who asks gets one answer or the other by chance, or one of the servers is out of date.",
                reference="RFC 1034 section 4.3.5",
            )


def _said(server: TraceServer) -> str:
    data = ", ".join(sorted(record.data for record in server.records))
    return f"{server.outcome.replace('_', ' ')} {data}".strip()


def _no_ipv6(steps: Iterable[TraceStep]) -> int:
    """How many IPv6 addresses were tried, if none could be reached and others could; else 0."""
    asked = [server for step in steps for server in step.servers if _is_ipv6(server)]
    if all(
        server.outcome is Outcome.UNREACHABLE and "cannot be reached" in server.detail for server in asked
    ):
        return len({server.address for server in asked})
    return 0


def _is_ipv6(server: TraceServer) -> bool:
    return server.address is not None and ":" in server.address


def _distinct(steps: Iterable[TraceStep]) -> list[TraceStep]:
    """Each zone once, as its servers are at fault for every name alike; the step that saw most of them."""
    best: dict[str, TraceStep] = {}
    for step in steps:
        if step.zone not in best or len(step.servers) > len(best[step.zone].servers):
            best[step.zone] = step
    return list(best.values())


def _quoted(servers: Sequence[TraceServer]) -> str:
    said = [
        f"{server.name} {f'({server.address}) ' if server.address else ''}{server.detail}"
        for server in servers
    ]
    return "; ".join(said[:_SHOWN]) + (f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
