"""The judgements on localhost: do its addresses work, does the name lead to them, who is not found there?"""

from __future__ import annotations

from collections.abc import Sequence

from netmon.loopback.listeners import Answers, PortVerdict
from netmon.loopback.localhost import V4, V6, Localhost
from netmon.loopback.probing import Outcome, Probe
from netmon.model.endpoint import Scope, scope_of
from netmon.model.finding import Finding, FindingState
from netmon.model.units import format_rtt

_NAMED = 5
"""How many listeners a sentence names before it counts the rest."""


def findings(seen: Localhost) -> tuple[Finding, ...]:
    """The judgements `lo-v4`, `lo-v6` and `gai-localhost` on what was seen."""
    return _lo_v4(seen.probe(V4)), _lo_v6(seen.probe(V6), seen.kernel_v6), _gai_localhost(seen)


def _lo_v4(v4: Probe) -> Finding:
    reference = "RFC 1122 section 3.2.1.3"
    if v4.works:
        return Finding("lo-v4", FindingState.OK, _carries(v4), _seen(v4), reference=reference)
    down = v4.outcome in (Outcome.NOT_HERE, Outcome.UNREACHABLE)
    return Finding(
        "lo-v4",
        FindingState.FAIL,
        f"{V4} does not carry a connection: {v4.outcome}",
        _seen(v4),
        why="Every program that talks to another on this machine over IPv4 fails.",
        fix="Bring loopback up: ip link set lo up" if down else "Look for firewall rules on lo.",
        reference=reference,
    )


def _lo_v6(v6: Probe, kernel_v6: bool | None) -> Finding:
    reference = "RFC 4291 section 2.5.3"
    if v6.works:
        return Finding("lo-v6", FindingState.OK, _carries(v6), _seen(v6), reference=reference)
    if not kernel_v6 and v6.outcome in (Outcome.NOT_HERE, Outcome.NO_FAMILY, Outcome.UNREACHABLE):
        return Finding(
            "lo-v6",
            FindingState.WARN,
            f"{V6} does not exist here: IPv6 is switched off, or loopback is down",
            _seen(v6),
            why="Servers that listen on ::1 alone cannot start; clients that try ::1 first lose a step.",
            fix="Switch it on: sysctl net.ipv6.conf.lo.disable_ipv6=0",
            reference=reference,
        )
    return Finding(
        "lo-v6",
        FindingState.FAIL,
        f"{V6} does not carry a connection: {v6.outcome}",
        _seen(v6),
        why="The address is there, so programs try it, and fail.",
        fix="Look for firewall rules on lo.",
        reference=reference,
    )


def _gai_localhost(seen: Localhost) -> Finding:
    state, summary, why, fix = _judge_localhost(seen)
    shown = (", ".join(r.addresses) or f"nothing ({r.error})" for r in (seen.plain, seen.addrconfig))
    evidence = "getaddrinfo gives {}; with AI_ADDRCONFIG {}".format(*shown)
    reference = "RFC 6761 section 6.3, getaddrinfo(3)"
    return Finding("gai-localhost", state, summary, evidence, why, fix, reference)


def _judge_localhost(seen: Localhost) -> tuple[FindingState, str, str, str]:
    """The state, summary, why and fix of `gai-localhost`."""
    plain, narrowed = seen.plain.addresses, seen.addrconfig.addresses
    hosts = "Give localhost the lines `127.0.0.1 localhost` and `::1 localhost` in the hosts file."
    if not plain:
        why = "Programs cannot reach this machine by the name they all use for it."
        return FindingState.FAIL, f"localhost does not resolve: {seen.plain.error}", why, hosts
    if outside := [a for a in (*plain, *narrowed) if scope_of(a) is not Scope.LOOPBACK]:
        why = "What is meant to stay on this machine may leave it."
        return FindingState.FAIL, f"localhost leads to {outside[0]}, which is no loopback address", why, hosts
    dead = [a for a in seen.order if not seen.works(a)]
    if len(dead) == len(seen.order):
        why = "No program reaches another one here by the name localhost."
        return FindingState.FAIL, f"localhost is {_listed(plain)}, and nothing carries a connection", why, ""
    if dead:
        why = "Programs that try every address waste a step on it."
        if dead[0] == plain[0]:
            why = "Programs that try only the first address fail."
        fix = f"Remove the line `{dead[0]} localhost` from the hosts file, or switch the address on."
        return FindingState.WARN, f"localhost lists {dead[0]}, which carries no connection here", why, fix
    if len({*plain}) < len(plain) or len({*narrowed}) < len(narrowed):
        why = "Programs that try every address try the same one twice before they give up."
        return FindingState.WARN, "localhost lists an address twice", why, ""
    if narrowed[:1] != plain[:1]:
        first = narrowed[0] if narrowed else "nothing"
        why = "Which server a program reaches depends on how the program asks."
        return FindingState.WARN, f"localhost is {plain[0]} first, but {first} with AI_ADDRCONFIG", why, hosts
    if unnamed := [a for a in (V4, V6) if a not in plain and seen.works(a)]:
        why = f"A server that listens on {unnamed[0]} alone is not found by the name localhost."
        summary = f"localhost is {_listed(plain)}; {unnamed[0]} works but is not named"
        return FindingState.INFO, summary, why, hosts
    return FindingState.OK, f"localhost is {_listed(plain)}", "", ""


def _carries(probe: Probe) -> str:
    return f"{probe.address} carries a connection ({format_rtt(probe.connect_us)})"


def _seen(probe: Probe) -> str:
    result = f"{probe.outcome}, {probe.detail}" if probe.detail else f"{probe.outcome}"
    return f"bound a listener to {probe.address} and connected to it: {result}"


def _listed(addresses: Sequence[str]) -> str:
    if len(addresses) == 1:
        return f"{addresses[0]} alone"
    return f"{addresses[0]} first, then {', '.join(addresses[1:])}"


def listener_family(order: Sequence[str], verdicts: Sequence[PortVerdict]) -> Finding:
    """The judgement `listener-family`: is every server here found where localhost leads first?"""
    check, reference = "listener-family", "RFC 6724 section 6, ipv6(7) IPV6_V6ONLY"
    if not order:
        return Finding(check, FindingState.UNKNOWN, "localhost has no loopback address to judge listeners by")
    if not verdicts:
        return Finding(check, FindingState.OK, "nothing listens on TCP here", reference=reference)
    amiss = [verdict for verdict in verdicts if verdict.amiss]
    unknown = sum(verdict.answers is Answers.UNKNOWN for verdict in verdicts)
    where = f"{order[0]}, localhost's first address"
    if amiss:
        named = "; ".join(map(str, amiss[:_NAMED]))
        return Finding(
            check,
            FindingState.WARN,
            f"{len(amiss)} of {len(verdicts)} ports {_do(len(amiss))} not answer {where}",
            named + (f"; and {len(amiss) - _NAMED} more" if len(amiss) > _NAMED else ""),
            why="Programs that try only the first address are refused; the others lose a step.",
            fix=f"Let the server listen on {order[0]} too, or call it by the address it listens on.",
            reference=reference,
        )
    covered = sum(verdict.answers is Answers.COVERED for verdict in verdicts)
    state = FindingState.UNKNOWN if unknown else FindingState.OK
    summary = f"{covered} of {len(verdicts)} ports answer {where}"
    rest = len(verdicts) - covered - unknown
    evidence = f"{rest} answer no address of localhost, {unknown} do not tell which families they take"
    return Finding(check, state, summary, evidence, reference=reference)


def _do(count: int) -> str:
    return "does" if count == 1 else "do"
