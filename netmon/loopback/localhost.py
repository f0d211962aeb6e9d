"""What `localhost` means on this machine, and whether it carries connections.

Nothing leaves the machine: only loopback addresses are connected to, and only after a listener of our own
was bound there. The one thing outside our hands is where getaddrinfo looks `localhost` up.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from netmon.loopback.probing import Probe, probe
from netmon.loopback.resolving import Resolution, resolve
from netmon.model.endpoint import Scope, scope_of

V4 = "127.0.0.1"
V6 = "::1"

STEP_S = 0.6
"""How long looking a name up, and then trying an address, may take: together a second and a bit at worst."""
_REPEATS = 4

T = TypeVar("T")


@dataclass(frozen=True)
class Localhost:
    """Everything that `examine` saw."""

    plain: Resolution
    """As most programs ask: any family, stream sockets."""
    addrconfig: Resolution
    """As programs ask that pass AI_ADDRCONFIG."""
    probes: tuple[Probe, ...]
    """One for each distinct address of localhost, in its order; 127.0.0.1 and ::1 in any case."""
    kernel_v6: bool | None
    """Whether the kernel has ::1 on an interface; None where it does not say."""
    repeats: tuple[Resolution, ...] = ()
    """What the same question as `plain` gave when it was asked again at once."""

    def works(self, address: str) -> bool:
        """Whether `address` was tried and carries a connection."""
        return any(probe.address == address and probe.works for probe in self.probes)

    def probe(self, address: str) -> Probe:
        """The probe of an address.

        Raises:
            KeyError: it was not probed.
        """
        return {probe.address: probe for probe in self.probes}[address]

    @property
    def order(self) -> tuple[str, ...]:
        """The distinct loopback addresses of localhost, in the order that most programs try them."""
        return tuple(a for a in dict.fromkeys(self.plain.addresses) if scope_of(a) is Scope.LOOPBACK)


def examine(name: str = "localhost") -> Localhost:
    """Resolve `name` both ways and try every address; blocks for twice STEP_S at worst: use a thread."""
    flags = (0, socket.AI_ADDRCONFIG)
    plain, addrconfig = at_once([partial(resolve, name, flag, STEP_S) for flag in flags])
    addresses = dict.fromkeys((*plain.addresses, *addrconfig.addresses, V4, V6))
    probes = at_once([partial(probe, address, STEP_S) for address in addresses])
    # Who has not answered once would not do better now.
    again = [] if plain.error else at_once([partial(resolve, name, 0, STEP_S)] * _REPEATS)
    return Localhost(plain, addrconfig, tuple(probes), _kernel_v6(), tuple(again))


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """The results of jobs that wait rather than compute, each in a thread of its own, in their order."""
    with ThreadPoolExecutor(max(1, len(jobs)), thread_name_prefix="loopback") as pool:
        return [job.result() for job in [pool.submit(job) for job in jobs]]


def _kernel_v6() -> bool | None:
    try:
        lines = Path("/proc/net/if_inet6").read_text().splitlines()
    except FileNotFoundError:
        # Linux without IPv6 has no such file; other systems have no /proc/net at all.
        return False if Path("/proc/net").is_dir() else None
    except OSError:
        return None
    return any(line.startswith("0" * 31 + "1 ") for line in lines)
