"""A chain of aliases and the story of a name as lines: what the view Chain shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from textual.content import Content

from netmon.resolver.aliases.chain import Chain, End, Link
from netmon.resolver.story import StepState, StoryStep
from netmon.tui.widgets.fit import printable

_MARKS = {
    StepState.KNOWN: ("✓", "$text-success"),
    StepState.FAILED: ("✕", "$text-error"),
    StepState.UNKNOWN: ("?", "$text-muted"),
}
_ENDS = {
    End.NO_SUCH_NAME: "does not exist",
    End.NO_DATA: "has none of the types that were asked for",
    End.LOOP: "comes again: a loop",
    End.TOO_LONG: "and so on without an end",
    End.OPEN: "what it has is not known",
}


def chain_lines(chain: Chain, age_s: float) -> Iterator[Content]:
    """Downwards, each name beneath the one that leads to it.

    Args:
        chain: the chain.
        age_s: seconds since the answers came from which its TTLs count.
    """
    left = None if chain.effective is None else _ticked(chain.effective, age_s)
    yield Content.assemble(
        (printable(chain.name), "bold"), "" if left is None else f"   good for {left} s as a whole"
    )
    for link in chain.links:
        yield Content(f"  │ {link.type}  {_ttl(link, age_s)}")
        yield Content(f"  ▼ {printable(link.data)}")
    for link in chain.last:
        yield Content(f"    {link.type}  {printable(link.data)}  {_ttl(link, age_s)}")
    if chain.end is not End.ANSWER:
        detail = f": {chain.detail}" if chain.detail else ""
        yield Content(printable(f"    {_ENDS[chain.end]}{detail}"))


def _ticked(seconds: int, age_s: float) -> int:
    return max(0, math.ceil(seconds - age_s))


def _ttl(link: Link, age_s: float) -> str:
    if link.left is None:
        return f"TTL {link.ttl}" if link.ttl is not None else "TTL not known"
    whole = f" of {link.ttl}" if link.ttl is not None else ""
    return f"{_ticked(link.left, age_s)} s left{whole}"


def story_lines(steps: Sequence[StoryStep]) -> Iterator[Content]:
    """Each step, and beneath it on what it rests."""
    for number, step in enumerate(steps, 1):
        symbol, style = _MARKS[step.state]
        yield Content.assemble(
            (f"{symbol} ", style), (f"{number} {step.title}: ", "bold"), printable(step.sentence)
        )
        if step.basis:
            yield Content.assemble("    ", (printable(step.basis), "$text-muted"))
