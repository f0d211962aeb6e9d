"""Whether the zone above delegates to the servers that the zone itself names, at their addresses."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules.names import within
from netmon.resolver.rules.saying import line
from netmon.resolver.rules.view import ParentView, ZoneView


def judge(view: ZoneView) -> Iterator[Finding]:
    """What the parent says against what the zone says; nothing where nobody asked the parent."""
    parent = view.parent
    if parent is None:
        return
    if parent.unknown:
        yield _unknown(view, parent)
        return
    if not parent.servers:
        yield _undelegated(view, parent)
        return
    own = _own_servers(view)
    if own and own != set(parent.servers):
        yield _set_differs(view, parent, own)
    if parent.missing:
        yield _missing(view, parent)
    for server in parent.servers:
        yield from _glue(view, parent, server)


def _unknown(view: ZoneView, parent: ParentView) -> Finding:
    return Finding(
        "delegation",
        FindingState.UNKNOWN,
        f"cannot tell how {view.origin} is delegated: {parent.unknown}",
        parent.unknown,
        "Glue and name servers at the parent are seen by nobody who asks only resolvers; they may be wrong.",
        "",
        "RFC 1034 section 4.2.2",
    )


def _undelegated(view: ZoneView, parent: ParentView) -> Finding:
    return Finding(
        "delegation",
        FindingState.INFO,
        f"{view.origin} is not delegated: it is served to those who ask here, and not known to {parent.zone}",
        f"{parent.source} says that there is no such name",
        "For a zone of an inner network that is as it should be; a public zone would be found by nobody.",
        "",
        "RFC 1034 section 4.2.1",
    )


def _own_servers(view: ZoneView) -> set[str]:
    """The NS set by the zone's own servers; nothing where none of them answered."""
    return {name for server in view.servers if server.authoritative for name in server.servers}


def _set_differs(view: ZoneView, parent: ParentView, own: set[str]) -> Finding:
    there, here = set(parent.servers) - own, own - set(parent.servers)
    told = [
        f"{where}: {', '.join(sorted(names))}"
        for where, names in (("only at the parent", there), ("only in the zone", here))
        if names
    ]
    steps = [
        *(f"add {line(view, view.origin, 'NS', name)}" for name in sorted(there)[:1]),
        *(f"register {name} with {parent.zone}" for name in sorted(here)[:1]),
    ]
    return Finding(
        "parent-ns-differs",
        FindingState.WARN if there < set(parent.servers) else FindingState.FAIL,
        f"{parent.zone} delegates {view.origin} to other name servers than the zone names",
        f"{'; '.join(told)} (by {parent.source} and by the zone's servers)",
        "Resolvers begin with the parent's and go on with the zone's own: what is only here is found late, "
        "and what is only there is asked although the zone does not know it.",
        f"{' or remove it; '.join(steps)} or remove it",
        "RFC 1034 section 4.2.2",
    )


def _missing(view: ZoneView, parent: ParentView) -> Finding:
    names = ", ".join(parent.missing)
    return Finding(
        "missing-glue",
        FindingState.FAIL if len(parent.missing) == len(parent.servers) else FindingState.WARN,
        f"{parent.zone} delegates {view.origin} to {names} and gives no address (glue) for it",
        f"the referral of {parent.source}",
        "To ask it for its own address one would have to know that address: nobody finds this name server "
        "by the delegation.",
        f"register the address of {parent.missing[0]} with {parent.zone}",
        "RFC 9471 section 2.1",
    )


def _glue(view: ZoneView, parent: ParentView, server: str) -> Iterator[Finding]:
    """The addresses at the parent against those in the zone, for a server whose name is in the zone."""
    glue, own = set(parent.addresses(server)), set(view.standing(server).addresses)
    if not within(server, view.origin) or not glue or not own or glue <= own:
        return
    yield Finding(
        "glue-differs",
        FindingState.WARN if glue & own else FindingState.FAIL,
        f"{parent.zone} gives {', '.join(sorted(glue - own))} as the address of {server}, "
        "which is not what the zone says",
        f"glue of {parent.source}: {', '.join(sorted(glue))}; in the zone: {', '.join(sorted(own))}",
        "Whoever follows the delegation asks an address at which the server is no more, or never was.",
        f"register {', '.join(sorted(own))} as the address of {server} with {parent.zone}",
        "RFC 1034 section 4.2.2",
    )
