"""One validation under way: whom it asks, what time it is, what it may spend, and the steps so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from netmon.model.text import clean
from netmon.resolver.dnssec.signatures import Checked, Effort, Keys, check
from netmon.resolver.dnssec.verdict import TrustStep

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.dnssec.fetching import Ask, Fetched
    from netmon.resolver.dnssec.signed import Signed

OnStep = Callable[[TrustStep], None]


class Pursuit:
    """What every part of one validation needs."""

    def __init__(self, ask: Ask, now: float, on_step: OnStep | None = None) -> None:
        """Begin.

        Args:
            ask: gets the records.
            now: seconds since 1970, by which signatures are in time or not.
            on_step: called with each step as it is done.
        """
        self.ask = ask
        self.steps: list[TrustStep] = []
        self._now, self._on_step = now, on_step
        self._effort = Effort()

    def check(self, signed: Signed, keys: Keys) -> Checked:
        """Verify a record set at the cost of this validation."""
        return check(signed, keys, self._now, self._effort)

    def tell(self, step: TrustStep) -> None:
        """Add a step."""
        self.steps.append(step)
        if self._on_step is not None:
            self._on_step(step)


def shown(name: dns.name.Name) -> str:
    """A name as it stands in sentences; safe to print."""
    return clean(name.to_text())


def not_had(what: str, fetched: Fetched) -> str:
    """The sentence on something that the servers did not give."""
    return f"{what} could not be had: {fetched.server or 'the server'} {fetched.error}"


def without_edns(fetched: Fetched) -> bool:
    """Whether the server does not even speak EDNS: then it cannot pass on signatures (RFC 3225 section 3)."""
    return fetched.message is not None and fetched.message.edns < 0
