"""Records where they may not stand: SOA and DS away from their cut, NS of a wildcard, any below a DNAME."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.model.finding import Finding
from netmon.resolver.rules.names import ancestors, within
from netmon.resolver.rules.saying import fails
from netmon.resolver.rules.view import Entry, ZoneView


def judge(view: ZoneView) -> Iterator[Finding]:
    """Servers refuse a zone with any of them, or never give the record."""
    yield from _ds_at_the_apex(view.names.get(view.origin, {}).get("DS", []))
    for name, types in view.names.items():
        if name != view.origin and "SOA" in types and within(name, view.origin):
            yield _soa_below_the_apex(view, types["SOA"])
        if name != view.origin and "DS" in types and "NS" not in types and view.complete:
            yield from _ds_without_a_cut(view, types["DS"])
        if name.startswith("*.") and "NS" in types and within(name, view.origin):
            yield _ns_of_a_wildcard(types["NS"])
    yield from _below_dnames(view)


def _soa_below_the_apex(view: ZoneView, entries: list[Entry]) -> Finding:
    return fails(
        "soa-misplaced", entries, f"{entries[0].name} has an SOA, and the zone is {view.origin}",
        "A zone has one SOA, at its apex; servers refuse to load it.",
        "move what belongs to the zone below into a file of its own, or give the record the name @",
        "RFC 1035 section 5.2",
    )  # fmt: skip


def _ds_at_the_apex(entries: list[Entry]) -> Iterator[Finding]:
    if entries:
        yield fails(
            "ds-misplaced", entries, f"{entries[0].name} has a DS at its own apex",
            "A DS says which key the zone below a cut has: it stands in the parent zone, and servers refuse "
            "to load it here.",
            "take it out, and have the parent zone (the registrar) publish it",
            "RFC 4034 section 5",
        )  # fmt: skip


def _ds_without_a_cut(view: ZoneView, entries: list[Entry]) -> Iterator[Finding]:
    if within(entries[0].name, view.origin):
        yield fails(
            "ds-misplaced", entries, f"{entries[0].name} has a DS and no NS: it is no delegation",
            "A DS says which key the zone below a cut has; BIND refuses to load it where there is no cut.",
            "take it out, or delegate the name by NS records",
            "RFC 4035 section 2.4",
        )  # fmt: skip


def _ns_of_a_wildcard(entries: list[Entry]) -> Finding:
    return fails(
        "ns-wildcard", entries, f"{entries[0].name} delegates by a wildcard",
        "What that means is not defined; BIND refuses to load it, others answer each in their own way.",
        "delegate each name by itself",
        "RFC 4592 section 4.2",
    )  # fmt: skip


def _below_dnames(view: ZoneView) -> Iterator[Finding]:
    owners = {name: types["DNAME"][0] for name, types in view.names.items() if "DNAME" in types}
    below: dict[str, list[Entry]] = {}
    for entry in view.entries if owners else ():
        if entry.type not in ("NSEC3", "RRSIG") and within(entry.name, view.origin):
            for above in owners.keys() & set(ancestors(entry.name, view.origin)):
                below.setdefault(above, []).append(entry)
    for owner, entries in below.items():
        yield fails(
            "below-dname", [owners[owner], *entries],
            f"{entries[0].name} is below {owner}, whose DNAME leads all such names elsewhere",
            "The records below it are never found, and servers refuse to load the zone.",
            f"take the records below it out, or write them below {owners[owner].target}",
            "RFC 6672 section 2.4",
        )  # fmt: skip
