"""How the programs on a machine fall back from one address to the next, and what that is foretold to cost."""

from __future__ import annotations

import math
from typing import NamedTuple

from netmon.engine.connect import Outcome
from netmon.loopback.race.attempt import Destination
from netmon.loopback.race.failures import Failure, behaviour
from netmon.loopback.race.imagined import Behaviour, Imagined
from netmon.loopback.race.patience import WINDOWS_S, syn_timeout_s
from netmon.loopback.race.stacks import Strategy, connect_by
from netmon.model.endpoint import Endpoint

_BROKEN = Destination(Endpoint("::1", 1))
_LIVE = Destination(Endpoint("127.0.0.1", 1))


class Profile(NamedTuple):
    """One way to connect, and who does so."""

    name: str
    who: str
    strategy: Strategy
    basis: str
    """Where its numbers are from."""
    modelled: bool = False
    """Whether part of it is what another system does, so that it cannot be measured on this one."""
    gives_up_s: float | None = None
    """After how long that system gives up on silence; None: as long as this one."""


SEQUENTIAL = Profile(
    "sequential",
    "glibc clients: Python, Java, OpenSSH, PostgreSQL",
    Strategy(),
    "RFC 6724 section 2: the next address is tried when the system gives up on the one before",
)
RFC_8305 = Profile(
    "RFC 8305, 250 ms",
    "asyncio with happy_eyeballs_delay, aiohttp, Apple's network framework",
    Strategy(0.25, interleave=True),
    "RFC 8305 section 8: Connection Attempt Delay, 250 ms recommended",
)
RFC_8305_FAST = Profile(
    "RFC 8305, 50 ms",
    "Happy Eyeballs on a network of short paths",
    Strategy(0.05, interleave=True),
    "RFC 8305 section 5: the delay may follow the round trips seen; 10 ms is the least, 100 ms the advised",
)
CURL = Profile(
    "curl, 200 ms",
    "curl and libcurl",
    Strategy(0.2, interleave=True),
    "CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS(3)",
)
BROWSER = Profile(
    "browser, 300 ms",
    "Firefox, Chrome; Go's net.Dialer",
    Strategy(0.3, interleave=True),
    "CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS(3) on browsers; net.Dialer.FallbackDelay",
)
NODE = Profile(
    "Node.js, 250 ms",
    "Node.js 20 to 24 (autoSelectFamily; later ones wait 500 ms)",
    Strategy(0.25, overlap=False, interleave=True),
    "Node.js net.setDefaultAutoSelectFamilyAttemptTimeout: the attempt is taken back, not overlapped",
)
WINDOWS = Profile(
    "Windows, sequential",
    "programs on Windows that try one address after the other",
    Strategy(refused_s=2.0),
    "cpython issue 106130: Windows asks again for 1 to 2 s after a refusal",
    modelled=True,
    gives_up_s=WINDOWS_S,
)
FIRST_ONLY = Profile(
    "first address only",
    "BusyBox wget and others that never fall back",
    Strategy(first_only=True),
    "what getaddrinfo lists first is all they try",
)
PROFILES = (SEQUENTIAL, RFC_8305, RFC_8305_FAST, CURL, BROWSER, NODE, WINDOWS, FIRST_ONLY)


def cost(profile: Profile, failure: Failure, connect_ms: float) -> float | None:
    """The milliseconds that a first address which fails so adds to a connection to the other family.

    *Fallback cost* is the time to connect through the broken first family, less the time to connect to the
    other family alone.

    Args:
        profile: Who connects.
        failure: What becomes of the first address.
        connect_ms: How long a connection takes where it works.

    Returns:
        None if the program fails instead of falling back, infinity if only the system's own limit ends the
        wait and that limit is not known.
    """
    round_trip_s = connect_ms / 1000
    network = Imagined(
        {_BROKEN: behaviour(failure, round_trip_s), _LIVE: Behaviour(Outcome.CARRIES, round_trip_s)}
    )
    limit_s = profile.gives_up_s or syn_timeout_s() or math.inf
    run = connect_by(profile.strategy, (_BROKEN, _LIVE), network, limit_s)
    return None if run.winner is None else (run.took_s - round_trip_s) * 1000
