"""A record in words: all of its data, who has it, and for how long each still keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from netmon.engine.explain import Explanation, Fact
from netmon.resolver.enquiry import Outcome
from netmon.resolver.union import Row
from netmon.resolver.watch import key_of


def explain_record(row: Row, outcome: Outcome, now: float) -> Explanation:
    """Everything that is known of a record at monotonic time `now`."""
    record, left = row.record, row.left(now)
    sentences = [f"{record.name} {record.type}"]
    if not row.servers:
        sentences.append("No server gives it any more.")
    elif row.expires_at is None:
        sentences.append(f"The zone's own servers give it, to be kept for {timedelta(seconds=record.ttl)}.")
    elif left or not record.ttl:
        sentences.append(
            f"Some cache must forget it in {timedelta(seconds=left)}; others may keep it longer."
        )
    else:
        sentences.append("Its time is over: whoever is asked now asks anew.")
    facts = (Fact("data", record.data, ""), *_holders(row, outcome, now))
    return Explanation(tuple(sentences), facts, row.key)


def _holders(row: Row, outcome: Outcome, now: float) -> Iterator[Fact]:
    for replies in outcome.replies:
        for said in replies.said:
            found = next((each for each in said.answer.records if key_of(each) == row.key), None)
            if found is not None:
                if replies.server.name:
                    yield Fact(
                        str(replies.server), f"{found.ttl} s in the zone", f"asked for {said.answer.type}"
                    )
                    continue
                since = 0.0 if said.answer.received_at is None else now - said.answer.received_at
                left = max(0.0, found.ttl - since)
                yield Fact(
                    str(replies.server),
                    f"{left:.0f} s of {found.ttl} s left",
                    f"asked for {said.answer.type}",
                )
