"""Which server to ask and how, as people write it: `1.1.1.1`, `tls://dns.example`, `system`, and so on."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from netmon.model.text import clean

Scheme = Literal["system", "authoritative", "udp", "tcp", "tls", "https", "quic"]

PORTS: dict[Scheme, int] = {
    "system": 0,
    "authoritative": 0,
    "udp": 53,
    "tcp": 53,
    "tls": 853,
    "https": 443,
    "quic": 853,
}
"""RFC 1035 section 4.2, RFC 7858 section 3.1, RFC 8484, RFC 9250 section 4.1.1."""
STANDING_IN: tuple[Scheme, ...] = ("system", "authoritative")
"""Words that stand for servers which have to be found out first."""
PATH = "/dns-query"
"""Where DNS over HTTPS is by custom (RFC 8484 section 4.1.1)."""

_TEXT_LIMIT = 2048
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_PATH = re.compile(r"/[!-~]*")
_HOW = "say for example 1.1.1.1, [::1]:5353, tcp://192.0.2.1, tls://HOST, https://HOST/dns-query, quic://HOST"


class BadServerError(ValueError):
    """The text names no server; the message is one line that says why."""


class _WrongError(ValueError):
    """What is wrong with the text."""


class Server(NamedTuple):
    """One server and the transport over which it is asked."""

    scheme: Scheme
    """`udp` falls back to TCP where an answer is cut short; `system` stands for those of this machine,
    `authoritative` for those of the name's own zone."""
    host: str = ""
    """An address in its shortest form (with its zone, if any), or a host name in lower case."""
    port: int = 0
    path: str = ""
    """Only of `https`."""
    name: str = ""
    """What its zone calls it, where it is asked as one of the zone's own: then it is not to ask others."""

    @property
    def is_address(self) -> bool:
        """Whether `host` is an address, so that nothing has to be resolved first."""
        return _address(self.host) is not None

    @property
    def authority(self) -> str:
        """Host and port as in a URL, the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """The shortest text that `parse_server` reads as this server; of a zone's own its name, too."""
        if self.scheme in STANDING_IN:
            return self.scheme
        if self.name:
            return f"{self.name.rstrip('.') or '.'} ({self._replace(name='')})"
        if self.scheme == "udp":
            return self.host if self.port == PORTS["udp"] else self.authority
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_server(text: str) -> Server:
    """What `--server` takes; asks nobody.

    Raises:
        BadServerError: it is none of the forms.
    """
    try:
        return _parse(text.strip())
    except _WrongError as wrong:
        raise BadServerError(f"bad server {clean(text.strip(), 60)!r}: {wrong}; {_HOW}") from None


def _parse(text: str) -> Server:
    if not text or len(text) > _TEXT_LIMIT or not text.isascii() or not text.isprintable():
        raise _WrongError("empty, too long, or not plain ASCII")
    for word in STANDING_IN:
        if text == word:
            return Server(word)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return _server("udp", text, "")
    scheme = scheme.lower()
    if scheme not in PORTS or scheme in STANDING_IN:
        known = ", ".join(f"{name}://" for name in get_args(Scheme) if name not in STANDING_IN)
        raise _WrongError(f"{scheme}:// is not one of {known}")
    authority, slash, path = rest.partition("/")
    return _server(scheme, authority, slash + path)


def _server(scheme: Scheme, authority: str, path: str) -> Server:
    host, port = _split(authority)
    if scheme == "https":
        path = path.removesuffix("{?dns}") or PATH
        if _PATH.fullmatch(path) is None or "#" in path:
            raise _WrongError("this is no path of a URL")
    elif path not in ("", "/"):
        raise _WrongError(f"{scheme}:// takes no path")
    path = path if scheme == "https" else ""
    return Server(scheme, _host(host), _port(port, PORTS[scheme]), path)


def _split(authority: str) -> tuple[str, str | None]:
    """Host and port; a bare IPv6 address has no port."""
    if not authority:
        raise _WrongError("it names no host")
    if "@" in authority:
        raise _WrongError("a server takes no user name and no password")
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or ":" not in host:
            raise _WrongError("brackets stand around an IPv6 address, and a port behind them")
        return host, rest[1:] if rest else None
    if authority.count(":") > 1:
        return authority, None
    host, colon, port = authority.partition(":")
    return host, port if colon else None


def _host(text: str) -> str:
    address = _address(text)
    if address is not None:
        return address
    name = text.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise _WrongError("neither an address nor a host name")
    if labels[-1].isdigit():  # RFC 1123 section 2.1: so that no mistyped address is taken for a name
        raise _WrongError("no IPv4 address, though it ends like one")
    return name


@lru_cache(64)
def _address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    zone = getattr(address, "scope_id", None)
    if zone is not None and re.fullmatch(r"[\w.-]{1,32}", zone, re.ASCII) is None:
        return None
    return str(address)


def _port(text: str | None, usual: int) -> int:
    if text is None:
        return usual
    if not text.isdigit() or len(text) > 5 or not 0 < int(text) < 65536:
        raise _WrongError("the port is not a number from 1 to 65535")
    return int(text)
