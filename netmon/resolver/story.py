"""How a name resolved, in order and with its values: delegation, name server, cache, address, connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from netmon.resolver.aliases.chain import chain_of
from netmon.resolver.ask import Replies
from netmon.resolver.contacts import Contact
from netmon.resolver.enquiry import Outcome
from netmon.resolver.lifetimes.ttl import Holding, Lifetime, Moment, seconds_text
from netmon.resolver.trace.steps import Trace

_SHOWN = 4
"""Servers and addresses that a sentence names."""


class StepState(StrEnum):
    """What is known of a step."""

    KNOWN = "known"
    FAILED = "failed"
    """It is known that the name does not get further than this."""
    UNKNOWN = "unknown"
    """The sentence says why."""


class StoryStep(NamedTuple):
    """One step of the way from the registrar to a connection."""

    title: str
    sentence: str
    basis: str
    """How it is known; empty where it is not."""
    state: StepState = StepState.KNOWN


def story(
    outcome: Outcome,
    trace: Trace | None,
    lives: Sequence[Lifetime],
    contacts: Sequence[Contact] | None,
    moment: Moment,
) -> tuple[StoryStep, ...]:
    """The five steps, each with its values or with the reason why they are not known.

    Args:
        outcome: what the resolvers said, and the zone's own servers.
        trace: from the root; None where it was not made.
        lives: `ttl.lifetimes` of the outcome.
        contacts: connections now; None where they are not known.
        moment: for the times of day.
    """
    return (
        _delegation(outcome, trace),
        _name_server(outcome, lives),
        _cache(outcome, lives, moment),
        _address(outcome),
        _connection(outcome, contacts),
    )


def _delegation(outcome: Outcome, trace: Trace | None) -> StoryStep:
    title = "Delegation"
    own = [s for s in trace.steps if s.depth == 0 and s.name.lower() == outcome.name.lower()] if trace else []
    step = next((each for each in reversed(own) if each.cut is not None), None)
    if step is None or step.cut is None:
        if trace is None:
            why = "it was not traced from the root"
        else:
            why = trace.findings[0].summary if trace.findings else trace.detail or "no referral was seen"
        return StoryStep(
            title, f"The parent's delegation is not known: {why.rstrip('.')}.", "", StepState.UNKNOWN
        )
    cut = step.cut
    parent = "the root" if step.zone == "." else step.zone
    who = _some(cut.servers)
    text = (
        f"As registered, {parent} delegates {cut.zone} to {who}, "
        f"which may be cached for {seconds_text(cut.ttl)}."
    )
    by = f"referral of {step.result.name} ({step.result.address})" if step.result else "referral"
    return StoryStep(title, text, f"{by}, TTL {cut.ttl}")


def _name_server(outcome: Outcome, lives: Sequence[Lifetime]) -> StoryStep:
    title = "Name server"
    own = [each for each in outcome.replies if each.server.name]
    if not own:
        why = (
            outcome.authority.error
            if outcome.authority and outcome.authority.error
            else "they were not asked"
        )
        return StoryStep(
            title, f"What the zone's own servers say is not known: {why.rstrip('.')}.", "", StepState.UNKNOWN
        )
    answered = [each for each in own if each.answered]
    if not answered:
        why = next((s.answer.error for each in own for s in each.said if s.answer.error), "no answer")
        return StoryStep(
            title,
            f"None of the zone's servers answers, of {len(own)} that were asked.",
            f"{own[0].server} {why}",
            StepState.FAILED,
        )
    first = answered[0]
    name = outcome.name.lower()
    said = [
        f"{each.type} {_some(each.data)} (TTL {each.configured})"
        for each in lives
        if each.name == name and each.data
    ]
    what = "; ".join(said[:_SHOWN]) or "nothing of the types that were asked for"
    text = f"{first.server} says in {_ms(first)}: {what}."
    state = StepState.KNOWN if said else StepState.FAILED
    return StoryStep(
        title, text, f"{len(answered)} of {len(own)} servers of the zone answered, asked without RD", state
    )


def _cache(outcome: Outcome, lives: Sequence[Lifetime], moment: Moment) -> StoryStep:
    title = "Resolver's cache"
    resolvers = [each for each in outcome.replies if not each.server.name]
    if not resolvers:
        return StoryStep(title, "No resolver was asked.", "", StepState.UNKNOWN)
    first = next((each for each in resolvers if each.answered), None)
    if first is None:
        why = next((s.answer.error for s in resolvers[0].said if s.answer.error), "it gave no answer")
        return StoryStep(title, f"{resolvers[0].server} does not answer.", why or "", StepState.FAILED)
    return StoryStep(title, *_from_cache(first, lives, moment))


def _from_cache(replies: Replies, lives: Sequence[Lifetime], moment: Moment) -> tuple[str, str, StepState]:
    server = str(replies.server)
    pairs = [
        (life, held)
        for life in lives
        for held in life.held
        if held.server == server and held.left is not None
    ]
    pair = next(((life, held) for life, held in pairs if life.configured is not None), None)
    if pair is None:
        left = min((r.ttl for r in replies.records()), default=None)
        lasts = "" if left is None else f" with {left} s left"
        text = f"{server} answered in {_ms(replies)}{lasts}; whether from its cache is not known."
        return text, "the configured TTL is not known, so there is nothing to compare with", StepState.UNKNOWN
    return _compared(server, *pair, moment)


def _compared(server: str, life: Lifetime, held: Holding, moment: Moment) -> tuple[str, str, StepState]:
    what = f"the {life.type} of {life.name}" if held.data else f"that there is no {life.type}"
    until = moment.told(held.expires_at)
    ms = "" if held.ms is None else f" in {held.ms:.1f} ms"
    basis = f"{held.left} s left of {life.configured} s"
    if life.is_fresh(held):
        return (
            f"{server} said {what}{ms}, just fetched; it may keep it until {until}.",
            basis,
            StepState.KNOWN,
        )
    old = ", and it is not what the zone says now" if held.differs else ""
    text = f"{server} said {what}{ms} from its cache{old}; it has to forget it at {until}."
    if (held.left or 0) > (life.configured or 0):
        text = f"{server} said {what}{ms} and keeps it longer than the zone gives{old}: until {until}."
    return text, basis, StepState.KNOWN


def _address(outcome: Outcome) -> StoryStep:
    title = "Address"
    found = outcome.application
    if found is None:
        dns = addresses_of(outcome)
        if not dns:
            return StoryStep(title, "No address came of it.", "", StepState.UNKNOWN)
        why = "what programs here get was not asked: the system is not ticked, or one family was left out"
        return StoryStep(
            title, f"DNS gives {_some(dns)}; {why}.", "answers of the servers", StepState.UNKNOWN
        )
    if not found.addresses:
        return StoryStep(
            title, f"Programs here get no address: {found.error}.", "getaddrinfo", StepState.FAILED
        )
    rest = f", then {_some(found.addresses[1:])}" if len(found.addresses) > 1 else ""
    differs = f" That is not what DNS says; what differs: {found.source}." if found.differs else ""
    return StoryStep(
        title, f"Programs here try {found.addresses[0]} first{rest}.{differs}", "getaddrinfo, in its order"
    )


def _connection(outcome: Outcome, contacts: Sequence[Contact] | None) -> StoryStep:
    title = "Connection"
    if contacts is None:
        return StoryStep(
            title, "Whether this machine is connected to it is not known here.", "", StepState.UNKNOWN
        )
    wanted = set(addresses_of(outcome)) | set(outcome.application.addresses if outcome.application else ())
    found = [each for each in contacts if each.address in wanted]
    total = sum(each.connections for each in found)
    if not total:
        return StoryStep(
            title, "This machine has no connection to any of its addresses now.", "the kernel's sockets"
        )
    told = "; ".join(_contact(each) for each in found[:_SHOWN])
    plural = "" if total == 1 else "s"
    return StoryStep(
        title, f"This machine has {total} connection{plural} to it now: {told}.", "the kernel's sockets"
    )


def _contact(each: Contact) -> str:
    whose = each.process or "a process that is not known"
    return f"{each.connections} with {each.address} by {whose}"


def addresses_of(outcome: Outcome) -> tuple[str, ...]:
    """Those at the end of the chain, by the answers."""
    links = chain_of(outcome).last
    return tuple(address for link in links if link.type in ("A", "AAAA") for address in link.data.split(", "))


def _ms(replies: Replies) -> str:
    times: Iterator[float] = (s.answer.ms for s in replies.said if s.answer.ms is not None)
    return f"{min(times, default=replies.ms):.1f} ms"


def _some(texts: Sequence[str]) -> str:
    more = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
