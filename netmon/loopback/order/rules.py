"""The ten rules of RFC 6724 section 6, as the implementations apply them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.policy import Policy


class Rule(IntEnum):
    """The rules by their numbers."""

    USABLE = 1
    SCOPE = 2
    DEPRECATED = 3
    HOME = 4
    LABEL = 5
    PRECEDENCE = 6
    NATIVE = 7
    SMALLER_SCOPE = 8
    PREFIX = 9
    UNCHANGED = 10


class Method(NamedTuple):
    """How an implementation compares two destinations."""

    policy: Policy
    rules: frozenset[Rule] = frozenset(Rule)
    """Those that it applies."""
    prefix: Callable[[Candidate], int] = lambda candidate: candidate.common_bits
    """How many bits of prefix count for rule 9."""
    sorts_unusable: bool = True
    """Whether it goes on to the other rules when neither destination can be reached."""


class Ranked(NamedTuple):
    """A destination in its place."""

    candidate: Candidate
    rule: Rule | None
    """The rule that put it before the next one; None for the last."""


Compare = Callable[[Candidate, Candidate, Method], int]
"""Below zero: the first is preferred; above zero: the second is; zero: the rule does not tell."""


def sort_destinations(candidates: Sequence[Candidate], method: Method) -> list[Ranked]:
    """The destinations in the order of an implementation, each with the rule that decided.

    A merge sort that halves as glibc's qsort_r does: with some gai.conf the rules contradict themselves
    (A before B before C before A, since rule 9 compares within a family only), and then the result depends
    on who is compared with whom.
    """
    found = _merge_sort(tuple(candidates), method)
    rules = [compare(first, second, method)[1] for first, second in pairwise(found)]
    return [Ranked(*pair) for pair in zip(found, [*rules, None][: len(found)], strict=True)]


def is_sorted(candidates: Sequence[Candidate], method: Method) -> bool:
    """Whether the destinations stand in an order that an implementation may give them.

    It is enough to look at neighbours: a merge sort has compared each two that come out side by side, even
    where the rules contradict themselves.
    """
    return all(compare(first, second, method)[0] <= 0 for first, second in pairwise(candidates))


def compare(first: Candidate, second: Candidate, method: Method) -> tuple[int, Rule]:
    """Which of two destinations comes first (below zero: `first`), and the rule that says so."""
    for rule, prefers in _RULES.items():
        if rule in method.rules and (result := prefers(first, second, method)):
            return result, rule
        if rule is Rule.USABLE and first.source is None and not method.sorts_unusable:
            break
    return 0, Rule.UNCHANGED


def _merge_sort(items: tuple[Candidate, ...], method: Method) -> tuple[Candidate, ...]:
    if len(items) < 2:
        return items
    middle = len(items) // 2
    left, right = _merge_sort(items[:middle], method), _merge_sort(items[middle:], method)
    merged: list[Candidate] = []
    while left and right:
        if compare(left[0], right[0], method)[0] <= 0:
            merged.append(left[0])
            left = left[1:]
        else:
            merged.append(right[0])
            right = right[1:]
    return (*merged, *left, *right)


def _usable(first: Candidate, second: Candidate, method: Method) -> int:
    return _rather(first.source is not None, second.source is not None)


def _scope(first: Candidate, second: Candidate, method: Method) -> int:
    return _rather(_scopes_match(first, method.policy), _scopes_match(second, method.policy))


def _deprecated(first: Candidate, second: Candidate, method: Method) -> int:
    return _rather(not first.deprecated, not second.deprecated)


def _home(first: Candidate, second: Candidate, method: Method) -> int:
    return _rather(first.home, second.home)


def _label(first: Candidate, second: Candidate, method: Method) -> int:
    return _rather(_labels_match(first, method.policy), _labels_match(second, method.policy))


def _precedence(first: Candidate, second: Candidate, method: Method) -> int:
    return method.policy.precedence(second.address) - method.policy.precedence(first.address)


def _native(first: Candidate, second: Candidate, method: Method) -> int:
    return 0 if first.interface == second.interface else _rather(first.native, second.native)


def _smaller_scope(first: Candidate, second: Candidate, method: Method) -> int:
    return method.policy.scope(first.address) - method.policy.scope(second.address)


def _prefix(first: Candidate, second: Candidate, method: Method) -> int:
    return method.prefix(second) - method.prefix(first) if first.is_v4 == second.is_v4 else 0


_RULES: dict[Rule, Compare] = {
    Rule.USABLE: _usable,
    Rule.SCOPE: _scope,
    Rule.DEPRECATED: _deprecated,
    Rule.HOME: _home,
    Rule.LABEL: _label,
    Rule.PRECEDENCE: _precedence,
    Rule.NATIVE: _native,
    Rule.SMALLER_SCOPE: _smaller_scope,
    Rule.PREFIX: _prefix,
}
"""In the order in which they are asked. Past rule 1 both have a source or neither has: without one, what
depends on it is the same for both."""


def _rather(first: bool, second: bool) -> int:
    return second - first


def _scopes_match(candidate: Candidate, policy: Policy) -> bool:
    source = candidate.source
    return source is not None and policy.scope(candidate.address) == policy.scope(source)


def _labels_match(candidate: Candidate, policy: Policy) -> bool:
    source = candidate.source
    return source is not None and policy.label(candidate.address) == policy.label(source)
