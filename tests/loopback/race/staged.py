"""Addresses, and a race that is over, made up in memory."""

from __future__ import annotations

from netmon.engine.connect import Attempt, Outcome
from netmon.loopback.race.attempt import Destination
from netmon.loopback.race.costs import foretell
from netmon.loopback.race.profiles import RFC_8305, RFC_8305_FAST, SEQUENTIAL
from netmon.loopback.race.result import Alone, Contest, RaceResult
from netmon.loopback.race.stacks import Run
from netmon.model.endpoint import Endpoint

SIX = Destination(Endpoint("::1", 5173))
FOUR = Destination(Endpoint("127.0.0.1", 5173))
OTHER_SIX = Destination(Endpoint("::2", 5173))

CARRIES = Attempt(Outcome.CARRIES, 60)
REFUSED = Attempt(Outcome.REFUSED, detail="Connection refused")
TIMED_OUT = Attempt(Outcome.TIMED_OUT)


def alone(destination: Destination, attempt: Attempt = CARRIES, times: int = 5) -> Alone:
    return Alone(destination, (attempt,) * times)


def raced(*addresses: Alone, wins: tuple[Destination, ...] = (), done: bool = True) -> RaceResult:
    """A race to these addresses, with the same winners for each way to connect."""
    runs = tuple(Run(winner, 0.0001, ((winner, CARRIES),)) for winner in wins)
    contests = tuple(Contest(profile, runs) for profile in (RFC_8305, RFC_8305_FAST, SEQUENTIAL))
    costs = foretell(0.06) if done else ()
    places = tuple(address.destination for address in addresses)
    return RaceResult("localhost:5173", places, addresses, contests, costs, done=done)
