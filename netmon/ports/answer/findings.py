"""What the binds of a port come to: each cause of a refusal as one finding, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from netmon.model.finding import Finding, FindingState
from netmon.ports.answer.causes import CauseKind
from netmon.ports.answer.ground import Ground, Refusal
from netmon.ports.answer.remarks import notes, reserve
from netmon.ports.answer.wording import counted, enumerated, owner_text, pairs_text, places_text
from netmon.ports.holder import holder_of

_OF_A_HOLDER = frozenset(
    {CauseKind.HELD, CauseKind.WILDCARD, CauseKind.SPECIFIC, CauseKind.OTHER_FAMILY, CauseKind.PRIVILEGED}
)
"""What need not be said where it is said who holds the port."""


def findings(ground: Ground) -> tuple[Finding, ...]:
    """Every judgement on a port: why it cannot be bound, then what else matters."""
    refusals = [one for one in ground.refusals() if not (ground.held and one.kind in _OF_A_HOLDER)]
    return (*(_MAKERS[one.kind](ground, one) for one in refusals), *notes(ground))


def _server(ground: Ground, refusal: Refusal) -> Finding:
    """A server elsewhere on the port is in the way of the address that was asked for."""
    check, why = _SERVER_WORDS[refusal.kind]
    owners = dict.fromkeys(holder_of(row.owner) for row in refusal.blockers)
    return Finding(
        check,
        FindingState.FAIL,
        f"A server on {pairs_text(refusal.blockers)} is in the way on {places_text(refusal.places)}.",
        f"{', '.join(refusal.errors)}; held by {enumerated(list(owners))}",
        why,
        "Bind another address, or stop what holds the port.",
        "bind(2), ip(7), ipv6(7) IPV6_V6ONLY",
    )


_SERVER_WORDS = {
    CauseKind.HELD: ("bind-held", "A port of one address goes to one server."),
    CauseKind.WILDCARD: ("bind-wildcard", "A server on every address has the port of each of them."),
    CauseKind.SPECIFIC: (
        "bind-specific",
        "A server on every address needs the port of each of them; one is taken.",
    ),
    CauseKind.OTHER_FAMILY: (
        "bind-other-family",
        "An IPv6 socket on :: that is not V6ONLY takes IPv4 too, so that it and an IPv4 socket exclude "
        "each other.",
    ),
}


def _bound(ground: Ground, refusal: Refusal) -> Finding:
    owner = refusal.blockers[0].owner
    unnamed = "" if owner.processes else f"; {owner_text(owner)}"
    return Finding(
        "bind-bound",
        FindingState.FAIL,
        f"A socket of {holder_of(owner)} is bound to {pairs_text(refusal.blockers)} but does not listen.",
        f"{', '.join(refusal.errors)} on {places_text(refusal.places)}{unnamed}",
        "Nobody can connect to it, and it keeps the port from everyone else"
        + (" who does not set SO_REUSEADDR." if refusal.reuse_helps else "."),
        "Stop the program that bound it: most likely one that is starting, or is stuck before listen().",
        "bind(2), listen(2)",
    )


def _outgoing(ground: Ground, refusal: Refusal) -> Finding:
    first = refusal.blockers[0]
    in_range = ground.ephemeral[0] <= ground.port <= ground.ephemeral[1]
    why = "It is the local end of a connection that was opened here"
    why += ", lent by the kernel from its ephemeral range" if in_range else ""
    who = holder_of(first.owner)
    end = f"End that connection of {who}"
    return Finding(
        "bind-ephemeral",
        FindingState.FAIL,
        f"{ground.name} is taken by an outgoing connection of {who} to {first.socket.remote}.",
        f"{', '.join(refusal.errors)} on {places_text(refusal.places)}; {pairs_text(refusal.blockers)}",
        why
        + "; no server can bind it before that is over"
        + (", unless it sets SO_REUSEADDR." if refusal.reuse_helps else "."),
        f"{end}. {reserve(ground)}" if ground.is_lent else f"{end}.",
        "ip(7) ip_local_port_range",
    )


def _connected(ground: Ground, refusal: Refusal) -> Finding:
    owners = dict.fromkeys(holder_of(row.owner) for row in refusal.blockers)
    return Finding(
        "bind-connected",
        FindingState.FAIL,
        f"{counted(len(refusal.blockers), 'connection')} on {ground.name} outlived the listener.",
        f"{', '.join(refusal.errors)} on {places_text(refusal.places)}; {pairs_text(refusal.blockers)}; "
        f"held by {enumerated(list(owners))}",
        "Nothing listens any more, but what was accepted keeps the port"
        + (" from servers that do not set SO_REUSEADDR." if refusal.reuse_helps else "."),
        "Set SO_REUSEADDR in the server before bind."
        if refusal.reuse_helps
        else "End these connections, or the processes that hold them.",
        "socket(7) SO_REUSEADDR",
    )


def _time_wait(ground: Ground, refusal: Refusal) -> Finding:
    number = len(refusal.blockers)
    evidence = f"{', '.join(refusal.errors)} on {places_text(refusal.places)}; {pairs_text(refusal.blockers)}"
    if refusal.reuse_helps:
        why = "without SO_REUSEADDR a bind is refused until then; with it, it works at once."
        fix = "Set SO_REUSEADDR in the server before bind, as most servers do; or wait a minute."
    else:
        why = (
            "a bind is refused until then, here even with SO_REUSEADDR, since the socket that closed "
            "had not set it."
        )
        fix = "Wait a minute; and set SO_REUSEADDR in the server, so that the next restart need not wait."
    return Finding(
        "bind-time-wait",
        FindingState.WARN,
        f"{counted(number, 'connection')} on {ground.name} that "
        f"{'is' if number == 1 else 'are'} over still {'waits' if number == 1 else 'wait'} in TIME_WAIT.",
        evidence,
        f"The kernel keeps such remains for at most 60 s; {why}",
        fix,
        "socket(7) SO_REUSEADDR, RFC 9293 section 3.6.1",
    )


def _privileged(ground: Ground, refusal: Refusal) -> Finding:
    who = "" if ground.uid is None else f" as uid {ground.uid}"
    start = ground.rules.unprivileged_start
    return Finding(
        "bind-privileged",
        FindingState.FAIL,
        f"{ground.port} is a privileged port: binding it takes CAP_NET_BIND_SERVICE.",
        f"{', '.join(refusal.errors)}{who}; net.ipv4.ip_unprivileged_port_start = {start}",
        f"Ports below {start} are kept for root and for programs that were given the capability.",
        "Give it to the server: AmbientCapabilities=CAP_NET_BIND_SERVICE in its unit, or "
        "setcap cap_net_bind_service=+ep PROGRAM.",
        "capabilities(7) CAP_NET_BIND_SERVICE, ip(7) ip_unprivileged_port_start",
    )


def _policy(ground: Ground, refusal: Refusal) -> Finding:
    return Finding(
        "bind-policy",
        FindingState.FAIL,
        f"Permission to bind {ground.name} was denied, although {ground.port} is not a privileged port.",
        f"{', '.join(refusal.errors)} on {places_text(refusal.places)}; "
        f"net.ipv4.ip_unprivileged_port_start = {ground.rules.unprivileged_start}",
        "Most likely a security policy forbids it: SELinux, AppArmor, seccomp, Landlock or a BPF program "
        "of the cgroup.",
        "Look for the denial in the kernel's log: journalctl -k -g denied",
        "bind(2) EACCES",
    )


def _no_address(ground: Ground, refusal: Refusal) -> Finding:
    places = places_text(refusal.places)
    return Finding(
        "bind-address",
        FindingState.FAIL,
        f"{places} is not an address of this machine.",
        f"{', '.join(refusal.errors)} on {places}",
        "A server can bind only addresses that the machine has at that moment.",
        "Bind 0.0.0.0 or ::, or give the address to an interface first (ip address add).",
        "bind(2) EADDRNOTAVAIL, ip(7) ip_nonlocal_bind",
    )


def _no_family(ground: Ground, refusal: Refusal) -> Finding:
    disabled = "; net.ipv6.conf.all.disable_ipv6 = 1" if ground.rules.ipv6_disabled else ""
    return Finding(
        "bind-no-ipv6",
        FindingState.INFO,
        f"IPv6 is off here: {places_text(refusal.places)} cannot be bound on any port.",
        f"{', '.join(refusal.errors)}{disabled}",
        "A server for this machine has to bind an IPv4 address, and `localhost` must mean 127.0.0.1.",
        "",
        "ipv6(7)",
    )


def _unknown(ground: Ground, refusal: Refusal) -> Finding:
    errors = ", ".join(refusal.errors)
    if "EADDRINUSE" in refusal.errors:
        return _unseen(ground, refusal)
    return Finding(
        "bind-unknown",
        FindingState.UNKNOWN,
        f"{ground.name} cannot be bound on {places_text(refusal.places)}.",
        errors,
        "The kernel gives no other reason than this error. A link-local address needs its interface, as "
        "in fe80::1%eth0.",
        "",
        "bind(2), ip(7), ipv6(7)",
    )


def _unseen(ground: Ground, refusal: Refusal) -> Finding:
    return Finding(
        "bind-unknown",
        FindingState.UNKNOWN,
        f"{ground.name} cannot be bound on {places_text(refusal.places)}, and nothing that can be seen "
        "here says why.",
        f"{', '.join(refusal.errors)}; no socket on that port was seen in this network namespace",
        "A socket that is bound but neither listens nor is connected is not shown by Linux before 6.8, nor "
        "by psutil; or it came and went between the reading and the bind.",
        "Ask again; if it stays so, look for a program that is stuck between bind() and listen().",
        "bind(2)",
    )


_MAKERS: dict[CauseKind, Callable[[Ground, Refusal], Finding]] = {
    CauseKind.HELD: _server,
    CauseKind.WILDCARD: _server,
    CauseKind.SPECIFIC: _server,
    CauseKind.OTHER_FAMILY: _server,
    CauseKind.BOUND: _bound,
    CauseKind.OUTGOING: _outgoing,
    CauseKind.CONNECTED: _connected,
    CauseKind.TIME_WAIT: _time_wait,
    CauseKind.PRIVILEGED: _privileged,
    CauseKind.POLICY: _policy,
    CauseKind.NO_ADDRESS: _no_address,
    CauseKind.NO_FAMILY: _no_family,
    CauseKind.UNKNOWN: _unknown,
}
