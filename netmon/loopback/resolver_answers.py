"""What the resolvers' answers come to.

The checks `localhost-leak`, `resolver-family`, `dns-families` and `nat64`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netmon.loopback.asking import FAR, LOCAL, Ask, Heard
from netmon.model.endpoint import Endpoint, Scope, scope_of
from netmon.model.finding import Finding, FindingState
from netmon.resolver.answer import Answer
from netmon.resolver.plain.each import TIMEOUT_S, Question, Reply

RESOLUTION_DELAY_MS = 50.0
"""How long a client waits for AAAA once it has A (RFC 8305 section 3)."""

_SHOWN = 4


def resolver_findings(heard: Heard) -> tuple[Finding, ...]:
    """The four judgements."""
    return localhost_leak(heard), resolver_family(heard), dns_families(heard), nat64(heard)


def _not_judged(heard: Heard, check: str, needs: Ask, reference: str) -> Finding | None:
    """Why the check cannot be judged by what was heard, or None when it can."""
    if heard.asked is not Ask.ALL and heard.asked is not needs:
        what = f"not asked: --resolvers {needs.value} would ask the resolvers"
        return Finding(check, FindingState.UNKNOWN, what, reference=reference)
    if not heard.servers:
        what = "no resolver is configured, so there is none to ask"
        return Finding(check, FindingState.INFO, what, heard.error or "", reference=reference)
    return None


def _not_heard(heard: Heard, check: str, needs: Ask, reference: str) -> Finding | None:
    """As `_not_judged`, or that nobody answered, which `resolver-family` says with its grounds."""
    if unjudged := _not_judged(heard, check, needs, reference):
        return unjudged
    if any(reply.answer is not None for reply in heard.replies):
        return None
    what = "no resolver answers, so there is nothing to judge; see resolver-family"
    return Finding(check, FindingState.UNKNOWN, what, reference=reference)


def localhost_leak(heard: Heard) -> Finding:
    """The judgement `localhost-leak`: do the resolvers keep localhost at home?"""
    check, reference = "localhost-leak", "RFC 6761 section 6.3"
    if unjudged := _not_heard(heard, check, Ask.LOCALHOST, reference):
        return unjudged
    replies = heard.of(LOCAL)
    evidence = "; ".join(_summary(server, replies) for server in heard.servers)
    if lies := [(reply, a) for reply in replies for a in _addresses(reply) if not _is_loopback(a)]:
        reply, address = lies[0]
        return Finding(
            check,
            FindingState.FAIL,
            f"the resolver {reply.server.address} gives {reply.question.name} the address {address}",
            evidence,
            why="What programs mean for this machine goes to another one, with whatever they send.",
            fix="Use another resolver, and keep `files` first in the hosts line of /etc/nsswitch.conf.",
            reference=reference,
        )
    if odd := [reply for reply in replies if (_rcode(reply) or "NOERROR") not in ("NOERROR", "NXDOMAIN")]:
        return Finding(
            check,
            FindingState.WARN,
            f"the resolver {odd[0].server.address} answers {odd[0].question.name} with {_rcode(odd[0])}",
            evidence,
            why="It should know these names itself; where it fails, programs wait and ask again.",
            fix="Let the resolver answer localhost with loopback addresses, or with NXDOMAIN.",
            reference=reference,
        )
    if lost := [reply for reply in replies if reply.answer is None]:
        what = f"the resolver {lost[0].server.address} {lost[0].error}"
        return Finding(check, FindingState.UNKNOWN, what, evidence, reference=reference)
    what = "the resolvers keep localhost on this machine"
    return Finding(check, FindingState.OK, what, evidence, reference=reference)


def resolver_family(heard: Heard) -> Finding:
    """The judgement `resolver-family`: are the resolvers of each family reached?"""
    check, reference = "resolver-family", "RFC 3901 section 4, resolv.conf(5)"
    if unjudged := _not_judged(heard, check, Ask.LOCALHOST, reference):
        return unjudged
    evidence = "; ".join(f"{server.address} {_reached(heard.by(server))}" for server in heard.servers)
    unreached = [s for s in heard.servers if all(r.answer is None for r in heard.by(s))]
    if dead := [s for s in unreached if not any(r.silent for r in heard.by(s))]:
        return Finding(
            check,
            FindingState.WARN,
            f"the resolver {dead[0].address} {heard.by(dead[0])[0].error}",
            evidence,
            why="Each name that is asked of it costs a step, or fails where it is the only one.",
            fix=f"Take {dead[0].address} out of the resolver's configuration, or start it.",
            reference=reference,
        )
    if unreached:
        what = f"the resolver {unreached[0].address} {heard.by(unreached[0])[0].error} for {TIMEOUT_S:g} s"
        return Finding(check, FindingState.UNKNOWN, what, evidence, reference=reference)
    families = " and ".join(sorted({"IPv6" if ":" in s.address else "IPv4" for s in heard.servers}))
    what = f"every resolver answers, over {families}"
    return Finding(check, FindingState.OK, what, evidence, reference=reference)


def dns_families(heard: Heard) -> Finding:
    """The judgement `dns-families`: does asking for AAAA cost more than asking for A?"""
    check, reference = "dns-families", "RFC 8305 section 3, RFC 4074"
    if unjudged := _not_heard(heard, check, Ask.ALL, reference):
        return unjudged
    pairs = [_Pair(*(_to(heard.by(server), question) for question in FAR)) for server in heard.servers]
    evidence = "; ".join(f"{p.server}: A {_took(p.a)}, AAAA {_took(p.aaaa)}" for p in pairs)
    sound = [pair for pair in pairs if _rcode(pair.a) in ("NOERROR", "NXDOMAIN")]
    why = "Programs ask for both families and wait for the slower answer before they connect."
    for pair in sound:
        if _rcode(pair.aaaa) not in ("NOERROR", "NXDOMAIN"):
            what = f"the resolver {pair.server} answers A, but to AAAA: {_took(pair.aaaa)}"
            fix = "Use another resolver."
            return Finding(check, FindingState.FAIL, what, evidence, why, fix, reference)
    for pair in sound:
        late = _ms(pair.aaaa) - _ms(pair.a)
        if late > RESOLUTION_DELAY_MS:
            what = f"the resolver {pair.server} answers AAAA {late:.0f} ms later than A"
            fix = "Use another resolver."
            return Finding(check, FindingState.WARN, what, evidence, why, fix, reference)
    if not sound:
        what = "no resolver answers A, so AAAA cannot be compared with it"
        return Finding(check, FindingState.UNKNOWN, what, evidence, reference=reference)
    what = "the resolvers answer A and AAAA alike"
    return Finding(check, FindingState.OK, what, evidence, reference=reference)


class _Pair(NamedTuple):
    """What one resolver said of both families of one name."""

    a: Reply
    aaaa: Reply

    @property
    def server(self) -> str:
        """Its address."""
        return self.a.server.address


def nat64(heard: Heard) -> Finding:
    """The judgement `nat64`: do the resolvers make IPv6 addresses up for a translator?"""
    check, reference = "nat64", "RFC 7050 section 3"
    if unjudged := _not_heard(heard, check, Ask.ALL, reference):
        return unjudged
    replies = heard.of(FAR[1:])
    evidence = "; ".join(f"{r.server.address}: {', '.join(_addresses(r)) or _took(r)}" for r in replies)
    if made := [(r, a) for r in replies for a in _addresses(r)]:
        what = f"DNS64 is in use: {made[0][0].server.address} gives ipv4only.arpa the address {made[0][1]}"
        why = "IPv4 is reached through a translator; programs that use IPv4 addresses directly may fail."
        return Finding(check, FindingState.INFO, what, evidence, why, reference=reference)
    if all(reply.answer is None for reply in replies):
        what = f"the resolver {replies[0].server.address} {replies[0].error}"
        return Finding(check, FindingState.UNKNOWN, what, evidence, reference=reference)
    return Finding(check, FindingState.OK, "no DNS64 is in use", evidence, reference=reference)


def _to(replies: Sequence[Reply], question: Question) -> Reply:
    return next(reply for reply in replies if reply.question == question)


def _addresses(reply: Reply) -> list[str]:
    answer: Answer | None = reply.answer
    return [r.data for r in answer.records if r.type in ("A", "AAAA")] if answer else []


def _is_loopback(address: str) -> bool:
    try:
        return scope_of(address) is Scope.LOOPBACK
    except ValueError:
        return False


def _rcode(reply: Reply) -> str | None:
    return reply.answer.rcode if reply.answer else None


def _ms(reply: Reply) -> float:
    return (reply.answer.ms if reply.answer else None) or 0.0


def _took(reply: Reply) -> str:
    if reply.answer is None:
        return str(reply.error)
    return f"{reply.answer.rcode} in {_ms(reply):.0f} ms"


def _reached(replies: Sequence[Reply]) -> str:
    answered = [_ms(reply) for reply in replies if reply.answer is not None]
    return f"answered in {min(answered):.0f} ms" if answered else str(replies[0].error)


def _summary(server: Endpoint, replies: Sequence[Reply]) -> str:
    said = [
        f"{r.question.name} {r.question.type}: {', '.join(_addresses(r)) or _rcode(r) or r.error}"
        for r in replies
        if r.server == server
    ]
    return f"{server.address} says {', '.join(said[:_SHOWN])}"
