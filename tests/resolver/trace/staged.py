"""Traces made by hand, for what is said of them and how they are shown."""

from __future__ import annotations

from netmon.resolver.answer import Record
from netmon.resolver.trace.steps import Outcome, Trace, TraceCut, TraceServer, TraceStep

GOOD = TraceServer(
    "ns.ex.test.", "192.0.2.53", Outcome.ANSWER, "", 0.4, True, "udp", "NOERROR",
    (Record("www.ex.test.", 60, "A", "192.0.2.1"),),
)  # fmt: skip
ROOT = TraceServer(
    "a.root.", "192.0.2.1", Outcome.REFERRAL, "", 12.25, False, "udp", "NOERROR",
    (Record("test.", 3600, "NS", "ns.test."),),
)  # fmt: skip
LAME = TraceServer(
    "ns2.ex.test.", "192.0.2.54", Outcome.REFUSED, "refuses to answer (REFUSED)", 1.0, False, "udp"
)
DEAD = TraceServer("ns3.ex.test.", "192.0.2.55", Outcome.SILENT, "is silent")
NO_IPV6 = TraceServer("ns.ex.test.", "2001:db8::53", Outcome.UNREACHABLE, "cannot be reached (no route)")
CUT = TraceCut("ex.test.", 900, ("ns.ex.test.", "ns2.ex.test."), (("ns.ex.test.", "192.0.2.53"),))


def step(
    *servers: TraceServer,
    zone: str = "ex.test.",
    used: int | None = 0,
    cut: TraceCut | None = None,
    depth: int = 0,
) -> TraceStep:
    """A step on the way to www.ex.test."""
    purpose = "ns.out.net." if depth else ""
    return TraceStep(zone, "www.ex.test.", "A", servers, max(3, len(servers)), depth, purpose, used, cut)


def trace(*steps: TraceStep, outcome: Outcome = Outcome.ANSWER, detail: str = "") -> Trace:
    """A trace of www.ex.test. A."""
    records = GOOD.records if outcome is Outcome.ANSWER else ()
    return Trace("www.ex.test.", "A", outcome, detail, steps, records)


SOUND = trace(step(ROOT, zone=".", cut=CUT), step(GOOD))
