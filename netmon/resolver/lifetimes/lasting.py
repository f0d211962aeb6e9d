"""Until when old answers may last, in words: who has which, and what the zone's own servers say instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netmon.resolver.lifetimes.ttl import Holding, Lifetime, Moment, seconds_text


def old_until(lives: Sequence[Lifetime], moment: Moment) -> str | None:
    """The time of day at which the last old answer has to be forgotten; None where none is left."""
    ends = [end for life in lives if (end := life.old_until()) is not None and end > moment.monotonic]
    return moment.told(max(ends)) if ends else None


def old_answers(lives: Sequence[Lifetime], moment: Moment) -> Iterator[str]:
    """A sentence for each old answer that its resolver has not yet had to forget.

    Args:
        lives: `ttl.lifetimes` of an outcome.
        moment: now.
    """
    for life in lives:
        for held in life.old:
            if held.expires_at > moment.monotonic:
                yield _sentence(life, held, moment)


def _sentence(life: Lifetime, held: Holding, moment: Moment) -> str:
    name, worst = life.name.rstrip(".") or ".", life.worst_after()
    old = f"an old answer ({_data(held.data)})" if held.data else "that there is none"
    elsewhere = "" if worst is None else f"; other caches forget it {seconds_text(worst)} after the change"
    return (
        f"{held.server} may say until {moment.told(held.expires_at)} {old} for the {life.type} of {name}: "
        f"the zone says {_data(life.data)}{elsewhere}"
    )


def _data(data: Sequence[str]) -> str:
    return ", ".join(data) or "nothing"
