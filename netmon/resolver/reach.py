"""The addresses of a server known by its host name: from this machine's resolver, within a deadline."""

from __future__ import annotations

import socket
from threading import Thread

from netmon.model.text import clean
from netmon.resolver.transport.exchange import Deadline, TransportError


def addresses(host: str, deadline: Deadline) -> tuple[str, ...]:
    """Every address of `host`, in the order in which they are to be tried (RFC 6724).

    Raises:
        TransportError: there is none, or none in time.
    """
    found: list[str] = []
    failure: list[str] = []

    def resolve() -> None:
        try:
            for *_, name in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
                found.append(str(name[0]))
        except OSError as error:
            failure.append(clean(error.strerror or str(error), 100))
        except UnicodeError:
            failure.append("it is no host name")

    # A daemon: nothing can end getaddrinfo, and the interpreter must not wait for it.
    thread = Thread(target=resolve, name=f"reach-{host[:20]}", daemon=True)
    thread.start()
    deadline.join(thread)
    if failure:
        raise TransportError(f"has no address here ({failure[0]})")
    if thread.is_alive() or not found:
        raise TransportError("has no address yet: this machine's resolver was silent until the time was up")
    return tuple(dict.fromkeys(found))
