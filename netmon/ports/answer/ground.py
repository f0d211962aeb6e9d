"""What the findings on one port are made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from netmon.collectors.namespaces import ForeignListener
from netmon.collectors.port_rules import PortRules
from netmon.model.connection import Connection
from netmon.model.socket import Protocol
from netmon.ports.answer.causes import Bind, CauseKind
from netmon.ports.answer.verdict import bindable
from netmon.ports.bind_probe import Place


class Refusal(NamedTuple):
    """All refused binds of one cause."""

    kind: CauseKind
    places: tuple[Place, ...]
    """Where it was refused, without or with SO_REUSEADDR."""
    errors: tuple[str, ...]
    """The names of the errors that the kernel gave."""
    blockers: tuple[Connection, ...]
    """The sockets that stood in the way."""
    reuse_helps: bool
    """Whether SO_REUSEADDR was enough at each of these places."""


class Ground(NamedTuple):
    """A port, what was tried on it, and the rules that hold there."""

    port: int
    protocol: Protocol
    held: bool
    binds: tuple[Bind, ...]
    elsewhere: tuple[ForeignListener, ...]
    rules: PortRules
    ephemeral: tuple[int, int]
    """The first and last port that the kernel lends to outgoing connections."""
    uid: int | None
    """The user that the binds were tried as."""

    @property
    def name(self) -> str:
        """The port as people write it: `8080/tcp`."""
        return f"{self.port}/{self.protocol}"

    @property
    def is_lent(self) -> bool:
        """Whether the kernel may lend it to an outgoing connection."""
        first, last = self.ephemeral
        return first <= self.port <= last and not self.rules.is_reserved(self.port)

    def refusals(self) -> list[Refusal]:
        """What was refused, by cause, the strongest first."""
        kinds = {bind.cause.kind for bind in self.binds if bind.cause}
        return [self._refusal(kind) for kind in CauseKind if kind in kinds]

    def _refusal(self, kind: CauseKind) -> Refusal:
        causes = [(bind.attempt, bind.cause) for bind in self.binds if bind.cause and bind.cause.kind is kind]
        places = _unique(attempt.place for attempt, _ in causes)
        blockers = {row.key: row for _, cause in causes for row in cause.blockers}
        helped = bindable(self.binds, reuse=True)
        return Refusal(
            kind,
            places,
            tuple(dict.fromkeys(attempt.error_name or "" for attempt, _ in causes)),
            tuple(blockers.values()),
            all(place in helped for place in places),
        )


def _unique(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(places))
