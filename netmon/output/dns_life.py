"""The chain of aliases and the lives of answers, as `netmon dns` shows them to people and to programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netmon.output.layout import wrap
from netmon.output.rows import timestamp
from netmon.resolver.aliases.chain import Chain, End, Link, chain_of
from netmon.resolver.aliases.findings import chain_findings
from netmon.resolver.enquiry import Outcome
from netmon.resolver.lifetimes.findings import ttl_findings
from netmon.resolver.lifetimes.ttl import Lifetime, Moment, lifetimes, seconds_text

_ENDS = {
    End.NO_SUCH_NAME: "does not exist",
    End.NO_DATA: "has none of the types",
    End.LOOP: "comes again: a loop",
    End.TOO_LONG: "and no end of it",
    End.OPEN: "not known what it has",
}


def chain_lines(outcome: Outcome, width: int) -> Iterator[str]:
    """The chain, a line for each link; none where the name is no alias."""
    chain = chain_of(outcome)
    if not chain.links:
        return
    yield ""
    yield f"CHAIN  {len(chain.links)} alias{'es' if len(chain.links) > 1 else ''}" + (
        "" if chain.effective is None else f", good for {seconds_text(chain.effective)} as a whole"
    )
    for link in chain.links:
        yield from wrap(f"{link.name}  {link.type}  {ttl_words(link)}", width, first="  ", rest="    ")
    if chain.end is End.ANSWER:
        for link in chain.last:
            yield from wrap(
                f"{link.name}  {link.type} {link.data}  {ttl_words(link)}", width, first="  ", rest="    "
            )
    else:
        yield from wrap(f"{chain.target}  {_ENDS[chain.end]}", width, first="  ", rest="    ")
    for finding in chain_findings(chain):
        yield from wrap(f"{finding.state}: {finding.summary}", width, first="  ", rest="    ")


def ttl_words(link: Link) -> str:
    """What is left of a TTL and what it was, as far as each is known."""
    if link.left is None:
        return f"{link.ttl} s" if link.ttl is not None else "TTL not known"
    return f"{link.left} s left" + (f" of {link.ttl}" if link.ttl is not None else "")


def lifetime_lines(outcome: Outcome, width: int, moment: Moment) -> Iterator[str]:
    """The TTL at the source beside what caches have left; only where the zone's own servers were asked."""
    found = [each for each in lifetimes(outcome) if each.data or any(h.data for h in each.held)]
    absent = next((e for e in lifetimes(outcome) if e not in found and e.configured is not None), None)
    if not found and absent is None:
        return
    yield ""
    authority = outcome.authority
    known = (
        f"  in {authority.zone}, whose servers were found {authority.basis}" if authority is not None else ""
    )
    yield from wrap(f"LIFE{known}", width, rest="  ")
    for each in found:
        yield from wrap(_life(each, moment), width, first="  ", rest="    ")
    if absent is not None:
        what = f"that a type is absent may be remembered for {seconds_text(absent.configured or 0)} (SOA)"
        yield from wrap(what, width, first="  ", rest="    ")
    for finding in ttl_findings(outcome):
        yield from wrap(
            f"{finding.state}: {finding.summary} {finding.evidence}", width, first="  ", rest="    "
        )


def _life(each: Lifetime, moment: Moment) -> str:
    ttl = each.reason if each.configured is None else f"TTL {each.configured}"
    parts = [f"{each.name} {each.type}: {ttl}"]
    parts += [
        f"{held.server} {'has it' if held.left is None else f'{held.left} s left'}"
        + (" (differs)" if held.differs else "")
        for held in each.held
    ]
    text = ", ".join(parts)
    until = each.old_until()
    worst = each.worst_after()
    if until is not None:
        text += f"; old answers may last until {moment.told(until)}"
    if worst is not None:
        word = "elsewhere at worst until" if until is not None else "a change now shows everywhere by"
        text += f"; {word} {moment.told(moment.monotonic + worst)}"
    return text


def chain_row(chain: Chain) -> dict[str, Any] | None:
    """The chain for programs; None where the name is no alias."""
    if not chain.links:
        return None
    return {
        "links": [link._asdict() for link in chain.links],
        "last": [link._asdict() for link in chain.last],
        "end": chain.end.value,
        "target": chain.target,
        "detail": chain.detail or None,
        "effective_ttl": chain.effective,
    }


def lifetime_row(each: Lifetime, moment: Moment | None) -> dict[str, Any]:
    """One life for programs; the moments are null where the clock is not known."""
    until, worst = each.old_until(), each.worst_after()
    return {
        "name": each.name,
        "type": each.type,
        "data": list(each.data),
        "configured_ttl": each.configured,
        "configured_reason": each.reason or None,
        "held": [
            {
                "server": held.server,
                "data": list(held.data),
                "ttl_left": held.left,
                "differs": held.differs,
                "stale": held.stale,
            }
            for held in each.held
        ],
        "old_until": None if moment is None or until is None else timestamp(moment.clock(until)),
        "worst_until": None
        if moment is None or worst is None
        else timestamp(moment.clock(moment.monotonic + worst)),
    }
