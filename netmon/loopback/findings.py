"""The judgements on localhost: do its addresses work, does the name lead to them, who is not found there?"""

from __future__ import annotations

from collections.abc import Sequence

from netmon.loopback.listeners import Answers, PortVerdict, holder
from netmon.loopback.localhost import V4, V6, Localhost
from netmon.loopback.probing import Outcome, Probe
from netmon.model.endpoint import Endpoint, Scope, scope_of
from netmon.model.finding import Finding, FindingState
from netmon.model.units import format_rtt

_NAMED = 5
"""How many listeners a sentence names before it counts the rest."""

_UP = "Bring loopback up: ip link set lo up"


def findings(seen: Localhost) -> tuple[Finding, ...]:
    """The judgements `lo-v4`, `lo-v6` and `gai-localhost` on what was seen."""
    return _lo_v4(seen.probe(V4)), _lo_v6(seen), _gai_localhost(seen)


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
        fix=_UP if down else "Look for firewall rules on lo.",
        reference=reference,
    )


def _lo_v6(seen: Localhost) -> Finding:
    v6 = seen.probe(V6)
    reference = "RFC 4291 section 2.5.3"
    if v6.works:
        return Finding("lo-v6", FindingState.OK, _carries(v6), _seen(v6), reference=reference)
    if not seen.kernel_v6 and v6.outcome in (Outcome.NOT_HERE, Outcome.NO_FAMILY, Outcome.UNREACHABLE):
        # Without loopback there is no ::1 either, whatever the switches of IPv6 say.
        up = seen.works(V4)
        return Finding(
            "lo-v6",
            FindingState.WARN,
            f"{V6} does not exist here: {'IPv6 is switched off' if up else 'loopback is down'}",
            _seen(v6),
            why="Servers that listen on ::1 alone cannot start; clients that try ::1 first lose a step.",
            fix="Switch it on: sysctl net.ipv6.conf.lo.disable_ipv6=0" if up else _UP,
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
    if other := [again for again in seen.repeats if again.addresses != plain]:
        then = ", ".join(other[0].addresses) or f"nothing ({other[0].error})"
        why = "Which server a program reaches changes from one moment to the next."
        return FindingState.WARN, f"localhost is {_listed(plain)}, and a moment later {then}", why, hosts
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


def listener_family(
    order: Sequence[str], verdicts: Sequence[PortVerdict], fallback_us: int | None = None
) -> Finding:
    """The judgement `listener-family`: is every server here found where localhost leads first?

    Args:
        order: The addresses of localhost, in its order.
        verdicts: How each listening port stands to them.
        fallback_us: What a refused first address costs here, as measured; None if it was not.
    """
    check, reference = "listener-family", "RFC 6724 section 6, ipv6(7) IPV6_V6ONLY"
    if not order:
        return Finding(check, FindingState.UNKNOWN, "localhost has no loopback address to judge listeners by")
    if not verdicts:
        return Finding(check, FindingState.OK, "nothing listens on TCP here", reference=reference)
    if amiss := [verdict for verdict in verdicts if verdict.amiss]:
        return _amiss(order, verdicts, amiss, fallback_us)
    covered = sum(verdict.answers is Answers.COVERED for verdict in verdicts)
    unknown = sum(verdict.answers is Answers.UNKNOWN for verdict in verdicts)
    state = FindingState.UNKNOWN if unknown else FindingState.OK
    summary = f"{covered} of {len(verdicts)} ports answer {order[0]}, localhost's first address"
    rest = len(verdicts) - covered - unknown
    evidence = f"{rest} answer no address of localhost, {unknown} do not tell which families they take"
    return Finding(check, state, summary, evidence, reference=reference)


def _amiss(
    order: Sequence[str], verdicts: Sequence[PortVerdict], amiss: Sequence[PortVerdict], cost: int | None
) -> Finding:
    """Some listeners are not where localhost leads first; those it does not lead to at all come first."""
    lost = [verdict for verdict in amiss if verdict.answers is Answers.NOT_NAMED]
    ranked = [*lost, *(verdict for verdict in amiss if verdict not in lost)]
    shown = "; ".join(_missed(order, verdict) for verdict in ranked[:_NAMED])
    more = f"; and {len(amiss) - _NAMED} more" if len(amiss) > _NAMED else ""
    lead = ranked[0]
    like_it = f" ({len(amiss) - 1} more like it)" if len(amiss) > 1 else ""
    time = f"; a refused first address costs {format_rtt(cost)} here" if cost is not None else ""
    return Finding(
        "listener-family",
        FindingState.FAIL if lost else FindingState.WARN,
        _missed(order, lead) + like_it,
        f"{len(amiss)} of {len(verdicts)} ports do not answer {order[0]}: {shown}{more}{time}",
        why=why_missed(lead),
        fix=let_listen(order, lead),
        reference="RFC 6724 section 6, ipv6(7) IPV6_V6ONLY",
    )


_WHY_LOST = "No program reaches it by the name localhost: all of them are refused."
_WHY_SECOND = (
    "curl, Python, Go and browsers are refused once and then find it; BusyBox wget, Node before 20 and "
    "other programs that try only the first address fail."
)


def _missed(order: Sequence[str], verdict: PortVerdict) -> str:
    """`node (4711) listens on [::1]:5173 only; 127.0.0.1:5173 is refused`."""
    where = ", ".join(map(str, verdict.binds))
    return f"{_who(verdict)} listens on {where} only; {Endpoint(order[0], verdict.port)} is refused"


def _who(verdict: PortVerdict) -> str:
    return ", ".join(dict.fromkeys(map(holder, verdict.owners)))


def why_missed(verdict: PortVerdict) -> str:
    """What becomes of programs that call a listener as localhost which its first address misses."""
    return _WHY_LOST if verdict.answers is Answers.NOT_NAMED else _WHY_SECOND


def let_listen(order: Sequence[str], verdict: PortVerdict) -> str:
    """The step that lets everybody find such a listener."""
    called = Endpoint(verdict.works[0], verdict.port) if verdict.works else verdict.binds[0]
    return f"Let {_who(verdict)} listen on {order[0]} too, or call it as {called}."
