"""What a program on this machine gets for a name (getaddrinfo), and which source made it differ from DNS."""

from __future__ import annotations

import socket
from collections.abc import Collection
from threading import Thread
from typing import NamedTuple

from netmon.model.text import clean
from netmon.resolver.transport.exchange import Deadline

_SIZE_LIMIT = 1 << 20
"""Characters read of the hosts file."""


class Application(NamedTuple):
    """The answer of the C library."""

    addresses: tuple[str, ...] = ()
    """In the order in which programs try them (RFC 6724)."""
    error: str | None = None
    """Why there is none."""
    differs: bool | None = None
    """From the addresses that DNS gave; None where one of the two is not known."""
    source: str = ""
    """What made the difference, with its evidence; empty where there is none."""


class Asked:
    """A question to the C library, answered on a thread of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: tuple[str, ...] = ()
        self._error: str | None = "this machine's resolver was silent until the time was up"
        # A daemon: nothing can end getaddrinfo, and the interpreter must not wait for it.
        self._thread = Thread(target=self._run, name="getaddrinfo", daemon=True)
        self._thread.start()

    def result(self, deadline: Deadline) -> Application:
        """What has come of it by then."""
        deadline.join(self._thread)
        return Application(self._found, self._error)

    def _run(self) -> None:
        try:
            found = socket.getaddrinfo(self._name, None, type=socket.SOCK_STREAM)
        except OSError as error:
            self._error = clean(error.strerror or str(error), 200)
        except UnicodeError:
            self._error = "to the C library it is no host name"
        else:
            self._found = tuple(dict.fromkeys(str(name[0]) for *_, name in found))
            self._error = None


def against(
    found: Application, name: str, dns: Collection[str] | None, hosts: str = "/etc/hosts"
) -> Application:
    """`found` beside the addresses that DNS gave for `name`, and the source of what differs.

    Args:
        found: the application's answer.
        name: as it was typed.
        dns: None where DNS was not asked for both families, or did not answer.
        hosts: the file that hosts(5) describes.
    """
    if dns is None or (found.error and dns):
        return found if dns is None else found._replace(differs=True, source=_otherwise())
    if set(found.addresses) == set(dns):
        return found._replace(differs=False)
    return found._replace(differs=True, source=_source(found.addresses, name, hosts))


def _source(addresses: Collection[str], name: str, hosts: str) -> str:
    for address in hosts_entries(name, hosts):
        if address in addresses:
            return f"{hosts} has {address} for it"
    plain = name.rstrip(".").lower()
    if plain == "localhost" or plain.endswith(".localhost"):
        return "localhost and what is below it never leave the machine (RFC 6761 section 6.3)"
    return _otherwise()


def _otherwise() -> str:
    line = next(iter(_lines("/etc/nsswitch.conf", "hosts:")), "")
    return f"one of its sources (/etc/nsswitch.conf: {line})" if line else "not known"


def hosts_entries(name: str, path: str = "/etc/hosts") -> tuple[str, ...]:
    """The addresses that hosts(5) gives a name, in the order of its lines."""
    wanted = name.rstrip(".").lower()
    found = []
    for line in _lines(path):
        address, *names = line.partition("#")[0].split() or [""]
        if wanted in (each.lower() for each in names):
            found.append(clean(address, 60))
    return tuple(found)


def hosts_names(path: str = "/etc/hosts") -> tuple[str, ...]:
    """Every name that hosts(5) gives an address, once."""
    words = (line.partition("#")[0].split()[1:] for line in _lines(path))
    return tuple(dict.fromkeys(name for names in words for name in names))


def _lines(path: str, beginning: str = "") -> list[str]:
    """The lines that begin so, safe to print; none where the file cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(_SIZE_LIMIT).splitlines()
    except OSError:
        return []
    return [clean(line.strip()) for line in lines if line.startswith(beginning)]
