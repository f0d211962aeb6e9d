"""Walks from the hints down the delegations to an answer, by the glue in the referrals and nothing else.

It never asks the system's resolver: a name server without glue is sought from the same start, a level deeper.
It does no I/O of its own: `ask` does. Every loop in it is bounded, as the tree belongs to strangers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.answer import Record
from netmon.resolver.trace.atlas import Atlas, Cut
from netmon.resolver.trace.consulted import Consulted, best, consulted, dead_end, not_asked, text, trace_cut
from netmon.resolver.trace.referral import Reading
from netmon.resolver.trace.steps import Outcome, Trace, TraceStep

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.trace.asking import Heard
    from netmon.resolver.trace.hints import Hints

_MAX_THREADS = 16


@dataclass(frozen=True)
class Limits:
    """How far a trace goes; no sound name comes near any of them."""

    steps: int = 64
    queries: int = 250
    aliases: int = 16
    """In one chain, as BIND's max-restarts and more than unbound's 11."""
    depth: int = 5
    """Levels of name servers whose addresses depend on other name servers."""


class _End(NamedTuple):
    outcome: Outcome
    detail: str = ""
    records: tuple[Record, ...] = ()


Ask = Callable[[str, "dns.name.Name", str], "Heard"]
"""Asks the server at an address for a type of a name."""


class Walker:
    """One trace, or several that share what they learn."""

    def __init__(
        self,
        hints: Hints,
        ask: Ask,
        *,
        every: bool = False,
        on_step: Callable[[TraceStep], None] | None = None,
        going: Callable[[], bool] = lambda: True,
        limits: Limits | None = None,
    ) -> None:
        """Ask nothing yet.

        Args:
            hints: Where to begin.
            ask: Asks one server; called from several threads at once.
            every: Ask every server of each step, not only until one helps.
            on_step: Called with each step as it is done, the steps towards a name server before the step
                that needs it.
            going: False once the time is up or the user has given up.
            limits: Other than the usual ones.
        """
        self._began = text(hints.zone)
        self._atlas = Atlas(hints)
        self._ask = ask
        self._every = every
        self._on_step = on_step
        self._going = going
        self._limits = limits or Limits()
        self._steps: list[TraceStep] = []
        self._queries = 0
        self._seeking: list[dns.name.Name] = []
        """The name servers whose addresses are being sought, each needed by the one before it."""

    def trace(self, name: dns.name.Name, kind: str) -> Trace:
        """The way to the records of one type; blocks while `ask` does."""
        self._steps, self._queries = [], 0
        end = self._follow(name, kind)
        steps = tuple(self._steps)
        return Trace(text(name), kind, end.outcome, end.detail, steps, end.records, began=self._began)

    # The chain of aliases

    def _follow(self, name: dns.name.Name, kind: str) -> _End:
        """To the end of the chain that begins at `name`, each alias sought in its own zone."""
        seen, records = [name], list[Record]()
        while True:
            reading = self._descend(seen[-1], kind)
            records += reading.records if reading.outcome in (Outcome.ANSWER, Outcome.ALIAS) else ()
            for hop in reading.hops:
                if hop in seen:
                    return _End(Outcome.LOOP, f"the aliases go round: {_chain([*seen, hop])}", tuple(records))
                seen.append(hop)
            if reading.outcome is not Outcome.ALIAS:
                return _End(reading.outcome, reading.detail, tuple(records))
            if len(seen) > self._limits.aliases:
                what = f"the chain has more than {self._limits.aliases} aliases: {_chain(seen)}"
                return _End(Outcome.TOO_LONG, what, tuple(records))

    # The delegations

    def _descend(self, name: dns.name.Name, kind: str) -> Reading:
        """From the closest known cut to whatever is no referral."""
        cut = self._atlas.closest(name, kind)
        if cut is None:
            return Reading(Outcome.OUTSIDE, f"{text(name)} is not below the zone that the trace began at")
        while self._may_go_on():
            reading = self._step(cut, name, kind)
            if reading.delegation is None:
                return reading
            cut = self._atlas.learn(reading.delegation)  # strictly deeper: this comes to an end
        return Reading(Outcome.GIVEN_UP, f"gave up at {text(cut.zone)}: {self._spent()}")

    def _may_go_on(self) -> bool:
        return (
            self._going() and len(self._steps) < self._limits.steps and self._queries < self._limits.queries
        )

    def _spent(self) -> str:
        if not self._going():
            return "the time was up"
        return f"{self._queries} questions in {len(self._steps)} steps are more than any sound name needs"

    def _step(self, cut: Cut, name: dns.name.Name, kind: str) -> Reading:
        """Ask the servers of a zone until one helps, or all of them."""
        asked: list[Consulted] = []
        for some in self._batches(cut, asked):
            asked += self._ask_all(some, cut.zone, name, kind)
            if not self._may_go_on() or (best(asked) is not None and not self._every):
                break
        used = best(asked)
        reading = asked[used].reading if used is not None else dead_end(cut, asked)
        self._done(
            TraceStep(
                zone=text(cut.zone),
                name=text(name),
                type=kind,
                servers=tuple(each.server for each in asked),
                delegated=len(cut.servers),
                depth=len(self._seeking),
                purpose=text(self._seeking[-1]) if self._seeking else "",
                used=used,
                cut=None if reading.delegation is None else trace_cut(reading.delegation),
            )
        )
        return reading

    def _done(self, step: TraceStep) -> None:
        self._steps.append(step)
        if self._on_step is not None:
            self._on_step(step)

    # The servers of a zone

    def _batches(self, cut: Cut, asked: list[Consulted]) -> Iterator[list[tuple[dns.name.Name, str]]]:
        """Whom to ask at once: one, two, four and so on, so that dead ones cost little; then those sought.

        What cannot be asked is added to `asked` on the way.
        """
        known = [(name, address) for name in cut.servers for address in self._atlas.addresses(name)]
        # IPv4 first: where a family leads nowhere it is mostly IPv6, and that often in silence.
        known.sort(key=lambda one: ":" in one[1])
        unknown = [name for name in cut.servers if not self._atlas.addresses(name)]
        size = len(known) if self._every else 1
        while known:
            yield known[:size]
            known, size = known[size:], size * 2
        for name in unknown:
            if not self._may_go_on():
                return
            if failure := self._locate(cut, name):
                asked.append(failure)
            else:
                yield [(name, address) for address in self._atlas.addresses(name)]

    def _locate(self, cut: Cut, server: dns.name.Name) -> Consulted | None:
        """Seek the addresses of a server from the closest known cut; what to say where that fails."""
        if server.is_subdomain(cut.zone):
            what = "has its name in the zone that it serves, and the referral gives no address for it"
            return not_asked(server, Outcome.NO_GLUE, what)
        if server in self._seeking:
            what = f"is needed to find its own address: {_chain([*self._seeking, server])}"
            return not_asked(server, Outcome.LOOP, what)
        if len(self._seeking) >= self._limits.depth:
            return not_asked(
                server, Outcome.TOO_LONG, f"is {self._limits.depth} name servers deep: not sought"
            )
        if self._atlas.nowhere(server) is None:
            self._seek(server)
        reason = self._atlas.nowhere(server)
        return None if reason is None else not_asked(server, Outcome.NO_ADDRESS, reason)

    def _seek(self, server: dns.name.Name) -> None:
        """IPv4 first; IPv6 where there is none, or where everybody is to be asked."""
        self._seeking.append(server)
        try:
            end = self._follow(server, "A")
            addresses = _data(end, "A")
            is_absent = end.outcome in (Outcome.NO_DATA, Outcome.NO_SUCH_NAME)
            told = "" if is_absent else end.detail
            reason = f"has no address: {told or end.outcome.replace('_', ' ')}"
            if end.outcome is Outcome.NO_DATA or (addresses and self._every):
                addresses += _data(self._follow(server, "AAAA"), "AAAA")
        finally:
            self._seeking.pop()
        self._atlas.locate(server, addresses, reason)

    def _ask_all(
        self, whom: Sequence[tuple[dns.name.Name, str]], zone: dns.name.Name, name: dns.name.Name, kind: str
    ) -> list[Consulted]:
        """Ask these servers at the same time."""
        whom = whom[: max(0, self._limits.queries - self._queries)]
        self._queries += len(whom)

        def ask(one: tuple[dns.name.Name, str]) -> Consulted:
            return consulted(one[0], one[1], self._ask(one[1], name, kind), zone, name, kind)

        if len(whom) == 1:
            return [ask(whom[0])]
        with ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="trace") as pool:
            return list(pool.map(ask, whom))


def _data(end: _End, kind: str) -> tuple[str, ...]:
    return tuple(record.data for record in end.records if record.type == kind)


def _chain(names: Sequence[dns.name.Name]) -> str:
    return " → ".join(map(text, names))
