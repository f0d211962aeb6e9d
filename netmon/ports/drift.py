"""How the listeners of a port differ from those that were there when netmon started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Literal, NamedTuple

from netmon.engine.listener_log import is_serving
from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.endpoint import Scope, scope_of
from netmon.model.snapshot import LocalEnd
from netmon.model.socket import Protocol
from netmon.ports.listeners import Listening, binding

GONE_SHOWN_S = 300.0
"""How long a port that was there at the start is still shown when nothing is bound to it any more."""
BRIEFLY_SHOWN_S = 15.0
"""The same of one that came later and lived no longer than this; else for as long as it lived."""

Change = Literal["new", "gone", "widened", "narrowed"]
_Port = tuple[Protocol, int]


class Drift(NamedTuple):
    """A difference from the start."""

    change: Change
    """`widened`: it is bound beyond the loopback now and was not before; `narrowed`: the reverse."""
    at: float | None
    """Since when, monotonic; None where that is not remembered any more."""
    was: tuple[str, ...] = ()
    """The addresses that it was bound to before, where it was reached otherwise."""


class Past(NamedTuple):
    """What is remembered of the listeners that were."""

    first: dict[_Port, list[LocalEnd]]
    """The ends at the first poll."""
    gone: dict[_Port, list[Connection]]
    """Those that have gone since."""
    now: float

    def vanished(self, living: Set[_Port]) -> Iterator[tuple[list[Connection], Drift]]:
        """The ports that nothing is bound to any more, for a while: what was last, and when it went."""
        for port, rows in self.gone.items():
            at = max(_closed_at(row) for row in rows)
            if port not in living and self.now - at < self._shown_for(port, rows, at):
                yield [row for row in rows if _closed_at(row) == at], Drift("gone", at)

    def _shown_for(self, port: _Port, rows: list[Connection], at: float) -> float:
        """Seconds: the listeners of a test that come and go by the dozen must not bury the others."""
        if port in self.first:
            return GONE_SHOWN_S
        lived = at - min(row.first_seen_at for row in rows)
        return min(GONE_SHOWN_S, max(BRIEFLY_SHOWN_S, lived))


def past_listeners(state: State) -> Past:
    """What a state remembers, by port."""
    first: dict[_Port, list[LocalEnd]] = {}
    for end in sorted(state.first_listeners):
        first.setdefault(_port_of_end(end), []).append(end)
    gone: dict[_Port, list[Connection]] = {}
    for row in state.gone_listeners:
        gone.setdefault((row.socket.protocol, row.socket.local.port), []).append(row)
    return Past(first, gone, state.monotonic)


def drift_of(rows: Sequence[Listening], past: Past, state: State) -> Drift | None:
    """How a port that is served now differs from the start; None if it does not, or before it is known."""
    serving = [row for row in rows if is_serving(row.listener.socket, state.ephemeral)]
    if state.started_at is None or not serving:
        return None
    socket = serving[0].listener.socket
    port = socket.protocol, socket.local.port
    before, gone = past.first.get(port, []), past.gone.get(port, [])
    exposed = [row for row in serving if is_far(row.listener.socket.local.address)]
    if exposed:
        widened = _widened(exposed, serving, before, gone)
        if widened is not None:
            return widened
    elif was := _exposed_addresses(before, gone):
        went = [_closed_at(row) for row in gone if is_far(row.socket.local.address)]
        return Drift("narrowed", max(went, default=None), was)
    if not before:
        return Drift("new", min(row.listener.first_seen_at for row in serving))
    return None


def _widened(
    exposed: Sequence[Listening],
    serving: Sequence[Listening],
    before: Sequence[LocalEnd],
    gone: Sequence[Connection],
) -> Drift | None:
    """Whether the port was there before other machines got to it, and when they did."""
    at = min(row.listener.first_seen_at for row in exposed)
    earlier = [row.socket.local.address for row in gone if row.first_seen_at < at]
    earlier += [end[2] for end in before]
    living = [row.listener for row in serving if row.listener.first_seen_at < at]
    earlier += [row.socket.local.address for row in living if binding(row) not in before]
    if not earlier or any(is_far(address) for address in earlier):
        return None
    return Drift("widened", at, tuple(sorted(set(earlier))))


def _exposed_addresses(before: Sequence[LocalEnd], gone: Sequence[Connection]) -> tuple[str, ...]:
    addresses = {end[2] for end in before} | {row.socket.local.address for row in gone}
    return tuple(sorted(filter(is_far, addresses)))


def is_far(address: str) -> bool:
    """Whether a socket that is bound to an address is open to other machines."""
    return scope_of(address) is not Scope.LOOPBACK


def _closed_at(row: Connection) -> float:
    return row.closed_at or 0.0


def _port_of_end(end: LocalEnd) -> _Port:
    return ("tcp" if end[0] == "tcp" else "udp"), end[3]
