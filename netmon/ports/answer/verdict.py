"""In one word: held, free, or what stands between a port that nobody holds and a server."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from netmon.ports.answer.causes import Bind, CauseKind
from netmon.ports.bind_probe import Place


class Verdict(StrEnum):
    """What became of a port that was asked for."""

    HELD = "held"
    """Something listens on it, or takes datagrams there."""
    FREE = "free"
    """It can be bound wherever this machine has an address."""
    REUSE = "reuse"
    """It can, but somewhere only with SO_REUSEADDR."""
    PARTLY = "partly"
    """It can be bound somewhere."""
    BLOCKED = "blocked"
    """It can be bound nowhere."""


def verdict_of(held: bool, binds: Sequence[Bind]) -> Verdict:
    """What the attempts to bind a port come to.

    Args:
        held: whether something holds it.
        binds: all attempts.
    """
    if held:
        return Verdict.HELD
    # That IPv6 is off keeps nobody from having the port on what addresses there are.
    usable = [bind for bind in binds if bind.cause is None or bind.cause.kind is not CauseKind.NO_FAMILY]
    places = {bind.attempt.place for bind in usable}
    at_once, at_all = bindable(usable, reuse=False), bindable(usable, reuse=True)
    if places and places == at_once:
        return Verdict.FREE
    if places and places == at_once | at_all:
        return Verdict.REUSE
    return Verdict.PARTLY if at_once | at_all else Verdict.BLOCKED


def bindable(binds: Sequence[Bind], *, reuse: bool) -> set[Place]:
    """Where a bind succeeded, with or without SO_REUSEADDR."""
    return {
        bind.attempt.place for bind in binds if bind.attempt.can_bind and bind.attempt.reuse_address is reuse
    }
