"""Where a machine has several sets of servers, such as one a link: which of them is asked for a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Scope(NamedTuple):
    """Servers, and the names for which they are asked; every string is safe to print."""

    name: str
    """The link, `global`, or the number of a resolver."""
    servers: tuple[str, ...] = ()
    """Addresses as the system writes them, with the zone, port and TLS name where it has them."""
    domains: tuple[str, ...] = ()
    """The names below these are asked here first; lower case, without the dot at the end, `.` for all."""
    search: tuple[str, ...] = ()
    """The suffixes that short names get."""
    default: bool | None = None
    """Whether names that belong to nobody's domains are asked here; None where it is not told."""
    current: str | None = None
    """The server that is asked now."""
    dnssec: str | None = None
    """Whether answers are validated, in the system's word."""
    over_tls: str | None = None
    """Whether the servers are asked over TLS, in the system's word."""
    multicast: bool = False
    """Whether neighbours are asked instead of servers (mDNS)."""
    bound: bool = False
    """Only for programs that bind to the interface themselves: never chosen by a name."""
    order: int | None = None
    """Among those that fit equally well only the lowest is asked; None where all are."""


class Choice(NamedTuple):
    """Which scopes are asked for a name."""

    scopes: tuple[Scope, ...]
    """None where nobody is asked."""
    domain: str | None
    """The domain that decided; None where none fits, so that the default is taken."""


def choose(name: str, scopes: Sequence[Scope]) -> Choice:
    """Which scopes are asked for a fully qualified name: the most labels in common, else the default ones.

    As systemd-resolved.service(8) and Apple's resolver(5) have it. A domain `.` fits every name, and goes
    before the default.
    """
    able = [scope for scope in scopes if (scope.servers or scope.multicast) and not scope.bound]
    fits = [(scope, _best(name, scope)) for scope in able]
    fitting = [domain for _, domain in fits if domain is not None]
    if not fitting:
        return Choice(_first([scope for scope in able if scope.default]), None)
    longest = max(fitting, key=_labels)
    chosen = [scope for scope, domain in fits if domain is not None and _labels(domain) == _labels(longest)]
    return Choice(_first(chosen), longest)


def where(choice: Choice, name: str) -> str:
    """Where a name goes and why, in one sentence."""
    if not choice.scopes:
        return f"{name} goes nowhere: it is in no scope's domains, and none is the default"
    whom = " and ".join(each.name for each in choice.scopes)
    if choice.domain is None:
        return f"{name} goes to {whom}: the default, as it is in no scope's domains"
    if choice.domain == ".":
        return f"{name} goes to {whom}, which takes every name (~.)"
    return f"{name} goes to {whom}, which has the domain {choice.domain}"


def _first(scopes: Sequence[Scope]) -> tuple[Scope, ...]:
    orders = [scope.order for scope in scopes if scope.order is not None]
    if not orders:
        return tuple(scopes)
    return tuple(scope for scope in scopes if scope.order == min(orders))[:1]


def _best(name: str, scope: Scope) -> str | None:
    """The longest of a scope's domains that the name is in."""
    fitting = [domain for domain in scope.domains if is_below(name, domain)]
    return max(fitting, key=_labels, default=None)


def is_below(name: str, domain: str) -> bool:
    """Whether a name is a domain or in it."""
    plain, wanted = name.lower().rstrip("."), domain.lower().rstrip(".")
    return not wanted or plain == wanted or plain.endswith(f".{wanted}")


def _labels(domain: str) -> int:
    return len([label for label in domain.split(".") if label])
