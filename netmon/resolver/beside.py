"""Puts what the zone's own servers say beside the answers of resolvers that are there already."""

from __future__ import annotations

from threading import Event

from netmon.resolver.ask import TIMEOUT_S, ask_servers
from netmon.resolver.authority import find_authority
from netmon.resolver.compare import compare
from netmon.resolver.edns import Wishes
from netmon.resolver.enquiry import Outcome
from netmon.resolver.transport.exchange import Deadline


def with_authority(outcome: Outcome, *, stop: Event | None = None, timeout_s: float = TIMEOUT_S) -> Outcome:
    """The outcome with the zone's own servers behind the others; the same where they were asked already.

    Args:
        outcome: what resolvers said; those are asked for the zone, too.
        stop: set to give up early.
        timeout_s: for everything together.

    Raises:
        GivenUpError: `stop` was set.
    """
    import dns.name

    if outcome.authority is not None or not outcome.replies:
        return outcome
    deadline = Deadline.after(timeout_s, stop)
    name = dns.name.from_text(outcome.name)
    others = tuple(each.server for each in outcome.replies)
    authority = find_authority(name, others, deadline.share(0.6))
    kinds = tuple(said.answer.type for said in outcome.replies[0].said)
    replies = (*outcome.replies, *ask_servers(name, kinds, authority.servers, Wishes(), deadline))
    return outcome._replace(replies=replies, compared=compare(replies), authority=authority)
