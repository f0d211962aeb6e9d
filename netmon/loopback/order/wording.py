"""The rule that put one destination before another, in words."""

from __future__ import annotations

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.policy import SCOPE_NAMES, Policy, kind_of
from netmon.loopback.order.rules import Method, Ranked, Rule


def explain(first: Candidate, second: Candidate, rule: Rule, method: Method) -> str:
    """Why `first` comes before `second`: one clause with the rule's number, without a full stop."""
    return f"rule {rule.value}: {_reason(first, second, rule, method)}"


def explain_first(ranked: list[Ranked], method: Method) -> str:
    """Why the first destination comes before the second; empty where there is only one."""
    if len(ranked) < 2 or ranked[0].rule is None:
        return ""
    return explain(ranked[0].candidate, ranked[1].candidate, ranked[0].rule, method)


def _reason(first: Candidate, second: Candidate, rule: Rule, method: Method) -> str:
    a, b, policy = first.address, second.address, method.policy
    match rule:
        case Rule.USABLE:
            return f"there is no route to {b}, or no address to leave from"
        case Rule.SCOPE:
            source = second.source or ""
            return f"the source {source} is {_scope(policy, source)}, {b} is {_scope(policy, b)}"
        case Rule.DEPRECATED:
            return f"the source {second.source} for {b} is deprecated"
        case Rule.HOME:
            return f"the source {first.source} for {a} is a home address"
        case Rule.LABEL:
            return _labels(second, policy)
        case Rule.PRECEDENCE:
            return f"{a} has precedence {policy.precedence(a)}, {b} has {policy.precedence(b)}"
        case Rule.NATIVE:
            return f"{b} is reached through a tunnel, or by an interface that is not known"
        case Rule.SMALLER_SCOPE:
            return f"{a} is {_scope(policy, a)}, {b} is {_scope(policy, b)}"
        case Rule.PREFIX:
            shared = method.prefix(first), method.prefix(second)
            return f"{a} shares {shared[0]} bits of prefix with its source, {b} shares {shared[1]}"
    return "no rule tells them apart, so they stay in the order in which the name gave them"


def _labels(candidate: Candidate, policy: Policy) -> str:
    """`label of a ULA source differs`, with the figures."""
    source, address = candidate.source or "", candidate.address
    kinds = f"{kind_of(source)} source {source} is {policy.label(source)}"
    return f"label of the {kinds}, that of {address} is {policy.label(address)}"


def _scope(policy: Policy, address: str) -> str:
    number = policy.scope(address)
    return SCOPE_NAMES.get(number, f"of scope {number}")
