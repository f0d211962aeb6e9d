"""The null MX, `0 .`: a domain that takes no mail says so with it, and with nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.model.finding import Finding
from netmon.resolver.rules.saying import fails, line, warns
from netmon.resolver.rules.view import Entry, ZoneView


def judge(view: ZoneView) -> Iterator[Finding]:
    """Every name with an MX whose target is the root."""
    for types in view.names.values():
        entries = types.get("MX", [])
        null = [entry for entry in entries if entry.target == "."]
        others = [entry for entry in entries if entry.target != "."]
        if null and others:
            yield _beside(view, null, others)
        elif null and null[0].data.split()[0] != "0":
            yield _preference(view, null)


def _beside(view: ZoneView, null: list[Entry], others: list[Entry]) -> Finding:
    name = null[0].name
    return fails(
        "null-mx",
        [*null, *others],
        f"{name} says that it takes no mail (null MX), and names mail servers too",
        "A domain with a null MX must have no other MX: some senders return mail at once, others deliver it.",
        f"remove {line(view, name, 'MX', null[0].data)}, or keep only {line(view, name, 'MX', '0 .')}",
        "RFC 7505 section 3",
    )


def _preference(view: ZoneView, null: list[Entry]) -> Finding:
    name = null[0].name
    return warns(
        "null-mx",
        null,
        f"the null MX of {name} has another preference than 0",
        "Senders that go by the letter do not take it for one, and look for the address of the root.",
        line(view, name, "MX", "0 .", null[0].ttl),
        "RFC 7505 section 3",
    )
