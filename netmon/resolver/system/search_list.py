"""How a short name is completed: which names are tried in which order and why, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean

if TYPE_CHECKING:
    import dns.name

_MANY = 3
"""From so many names before the one that was meant on it is a warning, as in Kubernetes by default."""
_FAMILIES = 2
"""A and AAAA: what programs ask of each name."""


class Candidate(NamedTuple):
    """A name that is tried."""

    name: str
    """Fully qualified."""
    suffix: str | None
    """What of the search list it was completed with; None for the name as it was typed."""
    why: str
    """Why it is tried, in one phrase."""


class Preview(NamedTuple):
    """In which order a name is tried, as glibc does it (resolv.conf(5))."""

    candidates: tuple[Candidate, ...] = ()
    dots: int = 0
    """In the name as it was typed."""
    ndots: int = 1
    """With at least so many dots a name is tried as it stands first."""
    musl: str | None = None
    """What musl (Alpine) does otherwise; None where it does the same."""

    @property
    def before(self) -> tuple[Candidate, ...]:
        """What is tried before the name as it was typed."""
        at = next((at for at, each in enumerate(self.candidates) if each.suffix is None), 0)
        return self.candidates[:at]

    def completed(self, name: str) -> Candidate | None:
        """The candidate that a fully qualified name is, if the search list completed it."""
        return next((each for each in self.candidates if each.name == name and each.suffix is not None), None)


def preview(names: Sequence[dns.name.Name], ndots: int) -> Preview:
    """Why these names are tried in this order.

    Args:
        names: as `questions` gives them; the shortest is the name as it was typed.
        ndots: of resolv.conf.
    """
    plain = min(names, key=len)
    dots = len(plain) - 2  # a name of n labels has n - 1 dots, and the root is a label, too
    if len(names) == 1:
        only = Candidate(clean(plain.to_text()), None, "as it stands: nothing completes it")
        return Preview((only,), dots, ndots)
    return Preview(tuple(_candidates(names, plain, dots, ndots)), dots, ndots, _musl(dots, ndots))


def _candidates(
    names: Sequence[dns.name.Name], plain: dns.name.Name, dots: int, ndots: int
) -> Iterator[Candidate]:
    import dns.name

    order = f"{_dots(dots)}, {'fewer than' if dots < ndots else 'and'} ndots:{ndots}"
    for at, name in enumerate(names):
        suffix = None if name == plain else clean(dns.name.Name(name.labels[len(plain) - 1 :]).to_text())
        why = "as it stands" if suffix is None else f"completed with {suffix}"
        yield Candidate(clean(name.to_text()), suffix, why if at else f"{why}: {order}")


def _dots(count: int) -> str:
    return "1 dot" if count == 1 else f"{count} dots"


def _musl(dots: int, ndots: int) -> str | None:
    """Where musl parts from glibc (name_from_dns_search in musl's src/network/lookup_name.c)."""
    if dots < ndots:
        return None
    return (
        f"musl (Alpine) never completes a name with {ndots} or more dots: there it is asked as it stands only"
    )


def findings(order: Preview, final: str) -> tuple[Finding, ...]:
    """What a dotted name costs that is completed before it is asked as it stands.

    Args:
        order: in which the names are tried.
        final: the fully qualified name that was answered.
    """
    if order.dots < 1 or not order.before:
        return ()
    done = order.completed(final)
    return (_cost(order) if done is None else _completed(order, done),)


def _cost(order: Preview) -> Finding:
    count = len(order.before)
    others = "1 other name" if count == 1 else f"{count} other names"
    plain = order.candidates[count].name
    return Finding(
        "dns-search",
        FindingState.WARN if count >= _MANY else FindingState.INFO,
        f"{plain} is asked as it stands only after {others}.",
        f"ndots:{order.ndots}, and the name has {_dots(order.dots)}; before it: "
        + ", ".join(each.name for each in order.before),
        f"Each program here that wants its addresses asks {count * _FAMILIES} questions more (A and AAAA), "
        "and whoever serves those domains learns of it or may answer instead.",
        f"End the name in a dot where programs allow it, or set ndots:{order.dots} (Kubernetes: dnsConfig).",
        "RFC 1535; resolv.conf(5)",
    )


def _completed(order: Preview, done: Candidate) -> Finding:
    return Finding(
        "dns-search",
        FindingState.INFO,
        f"{done.name} was answered, not the name as it was typed.",
        f"ndots:{order.ndots}, and the name has {_dots(order.dots)}; the search list has {done.suffix}",
        "Where a name of that spelling exists elsewhere, programs here do not get there.",
        "End the name in a dot to have it as it stands.",
        "RFC 1535; resolv.conf(5)",
    )
