"""What getaddrinfo makes of a name, asked with a deadline that it does not know itself."""

from __future__ import annotations

import socket
from threading import Thread
from typing import NamedTuple

from netmon.loopback.order.gai_conf import GAI_CONF, crashes_lookups
from netmon.model.text import clean

RESOLVE_S = 5.0


class Resolution(NamedTuple):
    """What getaddrinfo makes of a name, in its order."""

    addresses: tuple[str, ...] = ()
    error: str | None = None
    """Why there are none."""
    zoned: tuple[str, ...] = ()
    """The same addresses, link-local ones with their zone (`fe80::1%eth0`)."""


def resolve(name: str, flags: int = 0, timeout_s: float = RESOLVE_S) -> Resolution:
    """`name` as getaddrinfo gives it for a stream socket of any family."""
    if crashes_lookups():
        return Resolution(error=f"not asked: {GAI_CONF} makes lookups crash")
    results: list[Resolution] = []

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(name, 0, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, flags)
            zoned = tuple(with_zone(*info[4]) for info in infos)
            results.append(Resolution(tuple(one.partition("%")[0] for one in zoned), zoned=zoned))
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            results.append(Resolution(error=clean(reason)))

    # getaddrinfo knows no deadline: a daemon thread may be left behind without holding up the exit.
    thread = Thread(target=ask, name="getaddrinfo", daemon=True)
    thread.start()
    thread.join(timeout_s)
    return results[0] if results else Resolution(error=f"no answer within {timeout_s:g} s")


def with_zone(address: object, port: object = 0, flow: object = 0, zone: object = 0) -> str:
    """The address of a socket address, with the name of its interface where it is good on one link only."""
    if not zone:
        return str(address)
    try:
        return f"{address}%{socket.if_indextoname(int(str(zone)))}"
    except OSError:
        return f"{address}%{zone}"
