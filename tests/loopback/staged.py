"""Listeners and machines that are set up in memory, for the tests of what is said of them."""

from __future__ import annotations

from typing import Any

from netmon.loopback.localhost import Localhost
from netmon.loopback.probing import Outcome, Probe
from netmon.loopback.resolving import Resolution
from netmon.model.connection import Connection
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner, Process
from tests import builders

NODE = Owner((Process(4711, "node"),))
BOTH = ("127.0.0.1", "::1")


def listener(
    address: str, port: int = 5173, v6only: bool | None = None, owner: Owner = NODE, **socket: Any
) -> Connection:
    local = str(Endpoint(address, port))
    return builders.listener(local, owner=owner, socket={"v6only": v6only, **socket})


def seen(
    plain: tuple[str, ...], addrconfig: tuple[str, ...] | None = None, dead: tuple[str, ...] = ()
) -> Localhost:
    """What `examine` would return on a machine where everything but `dead` works."""
    probes = tuple(
        Probe(address, Outcome.REFUSED if address in dead else Outcome.CARRIES, 60)
        for address in dict.fromkeys((*plain, "127.0.0.1", "::1"))
    )
    return Localhost(Resolution(plain), Resolution(plain if addrconfig is None else addrconfig), probes, True)
