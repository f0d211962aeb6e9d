"""What a zone must have to be one: its SOA, and name servers at addresses that the world can reach."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.model.endpoint import Scope, scope_of
from netmon.model.finding import Finding
from netmon.resolver.rules.names import labels, within
from netmon.resolver.rules.saying import fails, line, listed, warns
from netmon.resolver.rules.view import Entry, ZoneView

_INNER = ("home.arpa.", "internal.", "local.", "localhost.", "test.", "lan.", "home.", "corp.", "intranet.",
          "10.in-addr.arpa.", "168.192.in-addr.arpa.", "127.in-addr.arpa.", "d.f.ip6.arpa.")  # fmt: skip
"""Zones that are served inside a network only (RFC 6761, RFC 6762, RFC 8375, RFC 6303, and custom)."""


def judge(view: ZoneView) -> Iterator[Finding]:
    """The apex of the zone, and the addresses of its name servers and of those it delegates to."""
    apex = view.names.get(view.origin, {})
    if view.complete:
        yield from _missing(view, "SOA" in apex, "NS" in apex)
    if len(apex.get("SOA", ())) > 1:
        yield _soa_twice(apex["SOA"])
    if not _is_inner(view.origin):
        yield from _private(view)


def _missing(view: ZoneView, has_soa: bool, has_ns: bool) -> Iterator[Finding]:
    for kind, is_there in (("SOA", has_soa), ("NS", has_ns)):
        if not is_there:
            yield fails(
                f"{kind.lower()}-missing",
                view.entries[:1],
                f"the zone {view.origin} has no {kind} at its apex",
                "Servers refuse to load it.",
                line(view, view.origin, kind, "…"),
                "RFC 1035 section 5.2",
            )


def _soa_twice(entries: list[Entry]) -> Finding:
    return fails(
        "soa-twice",
        entries,
        f"{entries[0].name} has {len(entries)} SOA records",
        "A zone has one; servers refuse to load it.",
        "keep the one with the higher serial",
        "RFC 1035 section 5.2",
    )


def _is_inner(origin: str) -> bool:
    private_16 = [f"{second}.172.in-addr.arpa." for second in range(16, 32)]
    return any(within(origin, zone) for zone in (*_INNER, *private_16)) or len(labels(origin)) == 0


def _private(view: ZoneView) -> Iterator[Finding]:
    """The name servers at addresses that only a private network has."""
    first: dict[str, Entry] = {}
    for entry in view.of_type("NS"):
        first.setdefault(entry.target, entry)
    for entry in first.values():
        addresses = view.standing(entry.target).addresses
        private = [address for address in addresses if _is_private(address)]
        if private:
            yield _finding(view, entry, private, is_all=len(private) == len(addresses))


def _is_private(address: str) -> bool:
    try:
        return scope_of(address) is not Scope.GLOBAL
    except ValueError:
        return False


def _finding(view: ZoneView, entry: Entry, private: list[str], *, is_all: bool) -> Finding:
    some = set(private)
    where = [
        found for kind in ("A", "AAAA") for found in view.names.get(entry.target, {}).get(kind, ())
        if found.data in some
    ]  # fmt: skip
    kind = "AAAA" if ":" in private[0] else "A"
    lost = "nobody outside can ask it" if is_all else "whoever tries that address from outside waits in vain"
    return warns(
        "private-ns-address",
        [entry, *where],
        f"{entry.target}, a name server of {entry.name}, has the private address {listed(private)}",
        f"If the zone is public, {lost}; or asks whoever has that address in his own network.",
        f"a public address: {line(view, entry.target, kind, '…')}",
        "RFC 1918 section 5" if kind == "A" else "RFC 4193 section 4.4",
    )
