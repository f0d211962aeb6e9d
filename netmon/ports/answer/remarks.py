"""What is worth knowing of a port whether it can be bound or not: its range, other half, and namesakes."""

from __future__ import annotations

from collections.abc import Iterator, Set

from netmon.collectors.namespaces import ForeignListener
from netmon.model.finding import Finding, FindingState
from netmon.ports.answer.causes import CauseKind
from netmon.ports.answer.ground import Ground
from netmon.ports.answer.verdict import bindable
from netmon.ports.answer.wording import enumerated, places_text, process_text
from netmon.ports.bind_probe import Place


def notes(ground: Ground) -> Iterator[Finding]:
    """Everything but refused binds that a person who asks for this port should be told."""
    if ground.held:
        yield from _partly_free(ground)
        yield from _shared(ground)
    yield from _range(ground)
    if ground.elsewhere:
        yield _elsewhere(ground)


def _partly_free(ground: Ground) -> Iterator[Finding]:
    """Where a second server could have the port beside the first."""
    free = bindable(ground.binds, reuse=False)
    if ground.protocol == "tcp":
        free |= bindable(ground.binds, reuse=True)
    places = _in_order(free, ground)
    if places:
        yield Finding(
            "bind-partly-free",
            FindingState.INFO,
            f"{ground.name} is held, but can still be bound on {places_text(places)}.",
            "tried by a real bind",
            "A second server can have the rest of the port; which one `localhost` reaches then depends on "
            "the address that a program tries first.",
            "",
            "ip(7), ipv6(7) IPV6_V6ONLY",
        )


def _shared(ground: Ground) -> Iterator[Finding]:
    """Where a second UDP socket could have the very address of the first, which TCP never allows."""
    if ground.protocol != "udp":
        return
    shared = bindable(ground.binds, reuse=True) - bindable(ground.binds, reuse=False)
    if places := _in_order(shared, ground):
        yield Finding(
            "bind-shared",
            FindingState.INFO,
            f"Another program can bind {ground.name} too on {places_text(places)}, with SO_REUSEADDR: "
            "the holder has set it.",
            "tried by a real bind",
            "Of several on one address the kernel gives a datagram to one alone, most often to the last that "
            "was bound; only multicast goes to all of them.",
            "",
            "socket(7) SO_REUSEADDR",
        )


def _in_order(places: Set[Place], ground: Ground) -> list[Place]:
    """In the order in which they were tried."""
    return [place for place in dict.fromkeys(bind.attempt.place for bind in ground.binds) if place in places]


def _range(ground: Ground) -> Iterator[Finding]:
    first, last = ground.ephemeral
    if any(bind.cause and bind.cause.kind is CauseKind.OUTGOING for bind in ground.binds):
        return  # what became of it is said already
    if ground.is_lent:
        yield Finding(
            "ephemeral-range",
            FindingState.INFO,
            f"{ground.port} lies in this machine's ephemeral range, {first} to {last}.",
            f"net.ipv4.ip_local_port_range = {first} {last}",
            "Whenever no server holds it, the kernel may lend it to an outgoing connection, and a server "
            "that starts then is refused.",
            reserve(ground),
            "ip(7) ip_local_port_range, ip_local_reserved_ports",
        )
    elif ground.rules.is_reserved(ground.port):
        yield Finding(
            "port-reserved",
            FindingState.INFO,
            f"{ground.port} is reserved: the kernel never lends it to an outgoing connection.",
            f"it is in net.ipv4.ip_local_reserved_ports ({ground.rules.shown})",
            "A server can still bind it.",
            "",
            "ip(7) ip_local_reserved_ports",
        )


def reserve(ground: Ground) -> str:
    """How to keep the kernel from lending the port."""
    value = ground.rules.reserving(ground.port)
    return f"Reserve it: sysctl -w net.ipv4.ip_local_reserved_ports={value}"


def _elsewhere(ground: Ground) -> Finding:
    first = ground.elsewhere[0]
    whose = dict.fromkeys(_whose(one) for one in ground.elsewhere)
    lives = first.process or first.resident
    inside = f"ss -H{'u' if ground.protocol == 'udp' else 't'}ln sport = :{ground.port}"
    return Finding(
        "other-namespace",
        FindingState.INFO,
        f"Something listens on {ground.name} in another network namespace: {enumerated(list(whose))}.",
        enumerated([f"{one.local}, uid {one.uid}" for one in ground.elsewhere]),
        "Each namespace has ports of its own: it is not in the way of a bind here, and this machine's "
        "addresses lead to it only where a port is forwarded (docker run -p).",
        f"Look from inside: nsenter -t {lives.pid} -n {inside}" if lives else "",
        "network_namespaces(7)",
    )


def _whose(one: ForeignListener) -> str:
    if one.process is not None:
        unit = f", {one.process.unit}" if one.process.unit else ""
        return process_text(one.process) + unit
    if one.resident is None:
        return f"a process of uid {one.uid}"
    unit = f", {one.resident.unit}" if one.resident.unit else ""
    return f"a process of uid {one.uid} in that of {process_text(one.resident)}{unit}"
