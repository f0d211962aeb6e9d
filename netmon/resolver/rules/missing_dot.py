"""Names that the zone stands behind twice, or behind another domain: the dot at their end was forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.model.finding import Finding
from netmon.resolver.rules.names import joined, labels
from netmon.resolver.rules.saying import fails, line, target_line
from netmon.resolver.rules.view import Entry, Existence, ZoneView

_KINDS = ("CNAME", "DNAME", "NS", "MX", "SRV")

_TOP = frozenset(
    {"com", "net", "org", "info", "biz", "io", "dev", "app", "cloud", "co", "eu", "de", "uk", "fr", "nl",
     "ch", "at", "it", "es", "se", "no", "fi", "dk", "pl", "cz", "us", "ca", "au", "nz", "jp", "cn", "in",
     "br", "ru", "arpa", "edu", "gov"}
)  # fmt: skip
"""Top-level domains that no host is named after: only asked of targets that do not exist."""


def judge(view: ZoneView) -> Iterator[Finding]:
    """Every owner and target in the zone that lacks its dot."""
    for types in view.names.values():
        entry = next(iter(next(iter(types.values()))))
        if meant := doubled(entry.name, view.origin):
            yield _owner(view, entry, meant)
    for entry in view.of_type(*_KINDS):
        if meant := name_meant(view, entry.target):
            yield _target(view, entry, meant)


def name_meant(view: ZoneView, target: str) -> str:
    """The name that was meant by a target whose dot is missing; empty if none is."""
    if view.standing(target).existence is Existence.EXISTS:
        return ""
    return doubled(target, view.origin) or _foreign(view, target)


def doubled(name: str, origin: str) -> str:
    """`name` without the zone that stands behind it once too often; empty if it does not."""
    parts, zone = labels(name), labels(origin)
    # In a zone of one label, `test.test.` is an ordinary name.
    if len(zone) < 2 or parts[-2 * len(zone) :] != (*zone, *zone):
        return ""
    return joined(parts[: -len(zone)])


def _foreign(view: ZoneView, target: str) -> str:
    """A name of another domain with the zone behind it: `ghs.example.net.example.com.`."""
    parts, zone = labels(target), labels(view.origin)
    front = parts[: len(parts) - len(zone)]
    if parts[len(front) :] != zone or len(front) < 2 or front[-1] not in _TOP:
        return ""
    return joined(front) if view.standing(target).existence is Existence.ABSENT else ""


def _owner(view: ZoneView, entry: Entry, meant: str) -> Finding:
    return fails(
        "missing-dot",
        [entry],
        f"{entry.name} has the zone in it twice: a dot is missing behind {meant.rstrip('.')}",
        f"The zone is put behind every name without a dot at its end, so {meant} has no such record.",
        line(view, meant, entry.type, entry.data if len(entry.data) < 100 else "…", entry.ttl),
        "RFC 1035 section 5.1",
    )


def _target(view: ZoneView, entry: Entry, meant: str) -> Finding:
    return fails(
        "missing-dot",
        [entry],
        f"the {entry.type} of {entry.name} points at {entry.target}: a dot is missing behind "
        f"{meant.rstrip('.')}",
        "The zone is put behind every name without a dot at its end; what comes of it does not exist.",
        target_line(view, entry, meant),
        "RFC 1035 section 5.1",
    )
