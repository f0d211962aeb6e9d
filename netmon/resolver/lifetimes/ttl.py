"""How long answers live: the TTL in the zone, what caches have left of it, and until when old ones last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.answer import Answer

if TYPE_CHECKING:
    from netmon.resolver.ask import Replies
    from netmon.resolver.enquiry import Outcome

_STALE = 3
"""The extended error of an answer that is kept beyond its time (RFC 8914 section 4.4)."""


class Moment(NamedTuple):
    """The same moment on two clocks, so that a deadline on one can be told on the other."""

    monotonic: float
    wall: datetime

    def clock(self, monotonic: float) -> datetime:
        """When a moment of the monotonic clock is."""
        return self.wall + timedelta(seconds=monotonic - self.monotonic)

    def told(self, monotonic: float) -> str:
        """The time of day here, with the date where it is another day."""
        at, now = self.clock(monotonic).astimezone(), self.wall.astimezone()
        return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M:%S}"


class Holding(NamedTuple):
    """What one resolver has of one record set."""

    server: str
    data: tuple[str, ...]
    """Empty for an absence."""
    left: int | None
    """Seconds, when it arrived; None for an absence without an SOA, which may not be kept."""
    received_at: float
    """Monotonic."""
    differs: bool | None
    """From what the zone's own servers say; None where that is not known."""
    stale: bool = False
    """Whether the resolver says itself that the answer has outlived its time (RFC 8767)."""
    ms: float | None = None

    @property
    def expires_at(self) -> float:
        """When it has to be forgotten, on the monotonic clock."""
        return self.received_at + (self.left or 0)


class Lifetime(NamedTuple):
    """One record set (or its absence) at its source and in the caches."""

    name: str
    type: str
    data: tuple[str, ...]
    """What the zone's own servers say now; empty for an absence."""
    configured: int | None
    """The TTL there; of an absence the time that it may be remembered for. None where it is not known."""
    held: tuple[Holding, ...]
    reason: str = ""
    """Why `configured` is not known, in one sentence."""

    @property
    def old(self) -> tuple[Holding, ...]:
        """What differs and can be an old answer: none that its resolver has just been given."""
        return tuple(each for each in self.held if each.differs and not self.is_fresh(each))

    def is_fresh(self, holding: Holding) -> bool:
        """Whether a resolver has all the time left that the zone gives: it was asked for just now."""
        return self.configured is not None and holding.left == self.configured and self.configured > 0

    def old_until(self) -> float | None:
        """When the last of the old answers seen here has to be forgotten, monotonic; None without one."""
        return max((each.expires_at for each in self.old), default=None)

    def worst_after(self) -> int | None:
        """Seconds for which a cache that was not asked may keep what it got a moment ago."""
        lefts = [each.left for each in self.held if each.left is not None]
        return None if self.configured is None else max([self.configured, *lefts])


def lifetimes(outcome: Outcome) -> tuple[Lifetime, ...]:
    """Every record set of the answers; none where no server of the zone was asked."""
    own = [each for each in outcome.replies if each.server.name]
    if not own:
        return ()
    others = [each for each in outcome.replies if not each.server.name]
    keys = dict.fromkeys(key for each in (*own, *others) for key in _keys(each, outcome.name))
    return tuple(_lifetime(key, own, others) for key in keys)


def _keys(replies: Replies, name: str) -> Iterator[tuple[str, str]]:
    """Owner and type of every record set, and of what is absent at the name itself."""
    for said in replies.said:
        answer = said.answer
        yield from ((record.name.lower(), record.type) for record in answer.records if record.type != "RRSIG")
        if not answer.records and answer.rcode in ("NOERROR", "NXDOMAIN"):
            yield name.lower(), answer.type


class _Seen(NamedTuple):
    data: tuple[str, ...]
    ttl: int | None
    answer: Answer
    stale: bool = False


def _lifetime(key: tuple[str, str], own: Sequence[Replies], others: Sequence[Replies]) -> Lifetime:
    authoritative = [seen for each in own if (seen := _seen(each, key, authority=True)) is not None]
    if authoritative:
        votes = Counter(frozenset(seen.data) for seen in authoritative)
        now = tuple(sorted(votes.most_common(1)[0][0]))
        ttls = [seen.ttl for seen in authoritative if seen.ttl is not None and set(seen.data) == set(now)]
        configured, reason = max(ttls, default=None), ""
        if configured is None:
            reason = "it is an absence without an SOA, which is not to be remembered (RFC 2308 section 5)"
    else:
        now, configured, reason = (), None, "no server of its own zone was asked"
    held = []
    for each in others:
        seen = _seen(each, key, authority=False)
        if seen is not None:
            differs = {d.lower() for d in seen.data} != {d.lower() for d in now} if authoritative else None
            received = seen.answer.received_at or 0.0
            held.append(
                Holding(str(each.server), seen.data, seen.ttl, received, differs, seen.stale, seen.answer.ms)
            )
    return Lifetime(key[0], key[1], now, configured, tuple(held), reason)


def _seen(replies: Replies, key: tuple[str, str], *, authority: bool) -> _Seen | None:
    """What one server says of a record set; None where it says nothing of it."""
    absent = None
    for said in replies.said:
        answer = said.answer
        if answer.rcode not in ("NOERROR", "NXDOMAIN") or (authority and "AA" not in answer.flags):
            continue
        records = [r for r in answer.records if (r.name.lower(), r.type) == key]
        stale = any(each.code == _STALE for each in said.extras.ede)
        if records:
            return _Seen(tuple(sorted(r.data for r in records)), min(r.ttl for r in records), answer, stale)
        is_alias = any(r.name.lower() == key[0] and r.type in ("CNAME", "DNAME") for r in answer.records)
        if answer.type == key[1] and (not answer.records or is_alias):
            absent = absent or _Seen((), _negative(answer), answer, stale)
    return absent


def _negative(answer: Answer) -> int | None:
    """How long an absence may be remembered: the SOA's own TTL or its last field (RFC 2308 section 5)."""
    if answer.soa is None:
        return None
    minimum = answer.soa.data.split()[-1]
    return min(answer.soa.ttl, int(minimum)) if minimum.isdigit() else answer.soa.ttl


def seconds_text(seconds: float) -> str:
    """A length of time in its two largest units: `2 min 5 s`, `1 d 3 h`."""
    left = max(0, round(seconds))
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
