"""What `scutil --dns` says of the resolvers of macOS, where resolv.conf tells only half of it."""

from __future__ import annotations

import re

from netmon.model.text import clean
from netmon.resolver.system.scopes import Scope

COMMAND = ("/usr/sbin/scutil", "--dns")
_HEAD = re.compile(r"resolver #(\d+)")
_LINE = re.compile(r"\s*(?P<key>[a-z_ ]+?)(?:\[\d+\])?\s*: (?P<value>.*)")
_BOUND = "DNS configuration (for scoped queries)"
_SCOPES_LIMIT = 256

_Values = dict[str, list[str]]


def parse_scutil(text: str) -> tuple[Scope, ...]:
    """The resolvers that ask somebody, in the order of the text; never raises.

    A resolver with a `domain` is for the names in it; the first without one is for all others. Those in the
    second part (`for scoped queries`) are only for programs that bind to an interface.
    """
    scopes: list[Scope] = []
    for number, bound, values in _resolvers(text)[:_SCOPES_LIMIT]:
        scope = _scope(number, bound, values)
        if scope.servers or scope.multicast:
            scopes.append(scope)
    return tuple(scopes)


def _resolvers(text: str) -> list[tuple[str, bool, _Values]]:
    resolvers: list[tuple[str, bool, _Values]] = []
    bound = False
    for line in text.splitlines():
        bound = bound or line.strip() == _BOUND
        head = _HEAD.fullmatch(line.strip())
        found = _LINE.fullmatch(line)
        if head is not None:
            resolvers.append((head[1][:9], bound, {}))
        elif found is not None and resolvers:
            resolvers[-1][2].setdefault(found["key"], []).append(clean(found["value"].strip(), 300))
    return resolvers


def _scope(number: str, bound: bool, values: _Values) -> Scope:
    flags = ", ".join(values.get("flags", ()))
    domains = tuple(map(_domain, values.get("domain", ())))
    return Scope(
        _name(number, bound, values),
        _servers(values),
        domains,
        tuple(map(_domain, values.get("search domain", ()))),
        default=not domains and not bound,
        multicast="mdns" in values.get("options", ()),
        bound=bound or "Scoped" in flags,
        order=_order(values),
    )


def _name(number: str, bound: bool, values: _Values) -> str:
    """`resolver #2 (utun3)`: the number tells it apart, the interface says what it is."""
    _, _, interface = " ".join(values.get("if_index", ())).partition("(")
    name = f"{'scoped ' if bound else ''}resolver #{number}"
    return f"{name} ({interface.rstrip(')')})" if interface else name


def _servers(values: _Values) -> tuple[str, ...]:
    """The addresses, with the port where it is not the usual one."""
    port = "".join(values.get("port", ("53",))[:1])
    found = values.get("nameserver", ())
    if port == "53":
        return tuple(found)
    return tuple(f"[{each}]:{port}" if ":" in each else f"{each}:{port}" for each in found)


def _domain(text: str) -> str:
    return text.lower().rstrip(".") or "."


def _order(values: _Values) -> int:
    """Which of several that fit goes first; scutil leaves it out where it is 0."""
    (order, *_) = values.get("order") or ["0"]
    return int(order[:9]) if order.isascii() and order.isdigit() else 0
