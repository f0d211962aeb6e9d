"""Which port a question is about, as it stands on a command line: `8080`, `53/udp`, `http`, `[::1]:8080`."""

from __future__ import annotations

import ipaddress
import socket
from typing import NamedTuple

from netmon.model.socket import Protocol
from netmon.model.text import clean

PROTOCOLS: tuple[Protocol, ...] = ("tcp", "udp")


class PortQuestionError(ValueError):
    """What was asked for is not a port; the message says why in one line."""


class PortQuestion(NamedTuple):
    """A port, and what narrows the question down."""

    port: int
    protocol: Protocol | None = None
    """None where both are meant."""
    address: str | None = None
    """The one local address that is meant; None for every one."""

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """The protocols that are meant."""
        return PROTOCOLS if self.protocol is None else (self.protocol,)

    def __str__(self) -> str:
        protocol = f"/{self.protocol}" if self.protocol else ""
        if self.address is None:
            return f"{self.port}{protocol}"
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}{protocol}"


def parse_question(text: str) -> PortQuestion:
    """What `PORT`, `PORT/PROTOCOL`, `SERVICE` or `ADDRESS:PORT` asks for.

    Raises:
        PortQuestionError: it is not one of these.
    """
    head, slash, name = text.partition("/")
    protocol: Protocol | None = None
    if slash:
        if name.lower() not in PROTOCOLS:
            raise PortQuestionError(f"{_shown(text)}: {_shown(name)} is neither tcp nor udp")
        protocol = "tcp" if name.lower() == "tcp" else "udp"
    host, colon, port = head.rpartition(":")
    address = _address(host, text) if colon else None
    return PortQuestion(_port(port, protocol, text), protocol, address)


def _port(word: str, protocol: Protocol | None, text: str) -> int:
    if not word.removeprefix("-").isdecimal():
        return _service(word, protocol, text)
    number = int(word) if word.isascii() and len(word) < 9 else 1 << 16
    if number == 0:
        raise PortQuestionError(
            f"{_shown(text)}: port 0 stands for any free one, which the kernel picks; no socket has it"
        )
    if not 0 < number < 1 << 16:
        raise PortQuestionError(f"{_shown(text)}: a port is a number from 1 to 65535")
    return number


def _service(word: str, protocol: Protocol | None, text: str) -> int:
    for wanted in PROTOCOLS if protocol is None else (protocol,):
        try:
            return socket.getservbyname(word, wanted)
        except (OSError, UnicodeError, ValueError):  # ValueError: a NUL within
            continue
    known_as = f"a service of {protocol}" if protocol else "a service"
    raise PortQuestionError(
        f"{_shown(text)}: neither a port nor the name of {known_as} (names are those of /etc/services)"
    )


def _address(host: str, text: str) -> str:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare and bare is host:
        raise PortQuestionError(f"{_shown(text)}: write an IPv6 address in brackets, as in [::1]:8080")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        raise PortQuestionError(f"{_shown(text)}: {_shown(bare)} is not an IP address") from None


def _shown(text: str) -> str:
    return repr(clean(text, 80))
