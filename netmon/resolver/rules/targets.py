"""Where aliases, mail and delegations lead: to a name that is there, is no alias, and has an address."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.model.finding import Finding
from netmon.resolver.rules.address_target import address_meant
from netmon.resolver.rules.cname import way_from
from netmon.resolver.rules.missing_dot import name_meant
from netmon.resolver.rules.names import within
from netmon.resolver.rules.saying import cannot_tell, fails, line, target_line
from netmon.resolver.rules.view import Entry, Existence, Standing, ZoneView

_POINTS = ("CNAME", "DNAME", "MX", "NS", "SRV")
_HOSTS = {"MX": "mail", "NS": "name server", "SRV": "service"}
"""Types whose target must have an address, and what is found there."""
_NO_ALIAS = {
    "MX": "RFC 2181 section 10.3, RFC 5321 section 5.1",
    "NS": "RFC 2181 section 10.3",
    "SRV": "RFC 2782",
}


def judge(view: ZoneView) -> Iterator[Finding]:
    """Every target in the zone; those that nobody looked up are told together."""
    unseen: list[Entry] = []
    for entry in view.of_type(*_POINTS):
        if _is_else_judged(view, entry):
            continue
        if _is_glue_missing(view, entry):
            yield _missing_glue(view, entry)
            continue
        if _is_elsewhere(view, entry.target):
            unseen.append(entry)
            continue
        finding = _judge(view, entry)
        if finding is not None:
            yield finding
    if unseen:
        yield _not_looked_up(view, unseen)


def _is_elsewhere(view: ZoneView, target: str) -> bool:
    """Whether only other servers could say whether a name exists, and nobody asked them."""
    if target in view.known or target in view.names:
        return False
    return not within(target, view.origin) or (view.complete and bool(view.cut_above(target)))


def _is_else_judged(view: ZoneView, entry: Entry) -> bool:
    """Whether the target is none, or wrong in a way that another rule tells."""
    return entry.target in ("", ".") or bool(
        address_meant(view, entry.target) or name_meant(view, entry.target)
    )


def _judge(view: ZoneView, entry: Entry) -> Finding | None:
    standing = view.standing(entry.target)
    if entry.type in _NO_ALIAS and standing.alias:
        return _alias(view, entry, standing.alias)
    if entry.type == "CNAME" and standing.alias:
        standing = _end(view, entry, standing)
    if standing.existence is Existence.ABSENT:
        return _dangling(view, entry, standing)
    if standing.existence is Existence.UNKNOWN:
        return _unknown(entry, standing)
    if entry.type in _HOSTS and not standing.addresses:
        return _missing_address(view, entry)
    return None


def _end(view: ZoneView, entry: Entry, standing: Standing) -> Standing:
    """How the end of a chain of aliases stands; a loop has a rule of its own, and the next alias is judged
    at its own name where that is in the zone."""
    if entry.target in view.names:
        return standing
    way, loops = way_from(view, entry)
    return standing if loops else view.standing(way[-1])


def _is_glue_missing(view: ZoneView, entry: Entry) -> bool:
    """Whether the name server is below what it serves, and so cannot be found without an address here."""
    return (
        entry.type == "NS"
        and view.complete
        and entry.name != view.origin
        and within(entry.target, entry.name)
        and not view.names.get(entry.target, {}).keys() & {"A", "AAAA", "CNAME"}
    )


def _missing_glue(view: ZoneView, entry: Entry) -> Finding:
    return fails(
        "missing-glue",
        [entry],
        f"{entry.name} is delegated to {entry.target}, which is below it, and its address (glue) is missing",
        "To ask it for its own address one would have to know that address: nobody finds this name server.",
        line(view, entry.target, "A", "…"),
        "RFC 1034 section 4.2.1",
    )


def _alias(view: ZoneView, entry: Entry, alias: str) -> Finding:
    lost = {
        "MX": "Mail servers may refuse to deliver there, and rewrite addresses by it.",
        "NS": "Resolvers need not follow it: for many of them this name server does not exist.",
    }.get(entry.type, "Clients need not follow it.")
    return fails(
        f"{entry.type.lower()}-to-cname",
        [entry, *view.names.get(entry.target, {}).get("CNAME", ())],
        f"the {entry.type} of {entry.name} points at {entry.target}, which is an alias of {alias}",
        lost,
        _without_alias(view, entry, alias),
        _NO_ALIAS[entry.type],
    )


def _without_alias(view: ZoneView, entry: Entry, alias: str) -> str:
    """The line with the alias's target, or where that is an address, the address in place of the alias."""
    address = address_meant(view, alias)
    if not address:
        return target_line(view, entry, alias)
    return line(view, entry.target, "AAAA" if ":" in address else "A", address)


def _dangling(view: ZoneView, entry: Entry, standing: Standing) -> Finding:
    outside = not within(entry.target, view.origin)
    danger = (
        " Whoever registers or claims that name answers for yours."
        if outside
        else " Clients get an error that does not name the reason."
    )
    return fails(
        "dangling",
        [entry],
        f"the {entry.type} of {entry.name} points at {entry.target}, and nothing is there",
        f"It leads to a name that does not exist ({standing.reason}).{danger}",
        f"remove it, or bring {entry.target} back"
        if outside
        else f"remove it, or add {line(view, entry.target, 'A', '…')}",
        "RFC 1912 section 2.4" if entry.type == "CNAME" else "RFC 1912 section 2",
    )


def _unknown(entry: Entry, standing: Standing) -> Finding:
    return cannot_tell(
        "dangling",
        [entry],
        f"cannot tell whether {entry.target}, the target of the {entry.type} of {entry.name}, exists: "
        f"{standing.reason}",
        "What cannot be told is not thereby safe.",
        "",
        "",
    )


def _missing_address(view: ZoneView, entry: Entry) -> Finding:
    return fails(
        "missing-address",
        [entry],
        f"the {entry.type} of {entry.name} points at {entry.target}, which has no address",
        f"Without an A or AAAA record this {_HOSTS[entry.type]} cannot be reached.",
        line(view, entry.target, "A", "…"),
        "RFC 5321 section 5.1" if entry.type == "MX" else "RFC 1912 section 2.8",
    )


def _not_looked_up(view: ZoneView, entries: list[Entry]) -> Finding:
    names = list(dict.fromkeys(entry.target for entry in entries))
    few = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    reason = "there are too many to look up" if view.servers else "nobody is asked about a file"
    return cannot_tell(
        "dangling",
        entries,
        f"cannot tell whether targets outside the zone exist ({reason}): {few}",
        "A target that is gone takes its name with it, or gives it to whoever registers it next.",
        f"ask with: netmon dns {entries[0].name} --lint",
        "",
    )
