"""What is wrong with a chain of aliases: loops, more links than resolvers follow, and dead ends."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.model.finding import Finding, FindingState
from netmon.resolver.aliases.chain import LONG, LONGEST, Chain, End


def chain_findings(chain: Chain) -> Iterator[Finding]:
    """The findings about one chain; none where the name is no alias."""
    if not chain.links:
        return
    way = " → ".join([chain.name, *(link.data for link in chain.links)])
    if chain.end is End.LOOP:
        yield Finding(
            "dns-chain-loop", FindingState.FAIL, f"The aliases go round: {chain.target} comes again.", way,
            "No resolver can follow it: it gives up, and nobody gets an address.",
            "Let one of these names have address records of its own.", "RFC 1034 section 3.6.2",
        )  # fmt: skip
    elif chain.end is End.TOO_LONG or len(chain.links) > LONG:
        state = FindingState.FAIL if chain.end is End.TOO_LONG else FindingState.WARN
        more = "more than " if chain.end is End.TOO_LONG else ""
        count = LONGEST if chain.end is End.TOO_LONG else len(chain.links)
        yield Finding(
            "dns-chain-long", state, f"{chain.name} is an alias {more}{count} times over.", way,
            f"Resolvers give up: unbound after {LONG} aliases, BIND after 11 or {LONGEST} by its version.",
            "Let the name be an alias of the last one at once.", "RFC 1034 section 3.6.2",
        )  # fmt: skip
    yield from _dead_end(chain, way)


def _dead_end(chain: Chain, way: str) -> Iterator[Finding]:
    alias = chain.links[-1].name
    if chain.end is End.NO_SUCH_NAME:
        yield Finding(
            "dns-chain-dangling", FindingState.FAIL,
            f"{alias} is an alias of {chain.target}, which does not exist.",
            way, "Nobody gets anything; and whoever can register the target decides where the name leads.",
            f"Take the alias of {alias} away, or make the target.", "RFC 1034 section 3.6.2",
        )  # fmt: skip
    elif chain.end is End.NO_DATA:
        wants = "A" in chain.kinds or "AAAA" in chain.kinds
        yield Finding(
            "dns-chain-no-data", FindingState.WARN if wants else FindingState.INFO,
            f"{alias} is an alias of {chain.target}, which has no {' or '.join(chain.kinds)} record.", way,
            "What an alias does not have cannot be added at the alias: it has to be at the target.",
            reference="RFC 1034 section 3.6.2",
        )  # fmt: skip
    elif chain.end is End.OPEN:
        yield Finding(
            "dns-chain-open", FindingState.UNKNOWN,
            f"What {chain.target} has, to which {alias} leads, is not known.",
            chain.detail, "The chain could not be followed to its end.", reference="RFC 1034 section 3.6.2",
        )  # fmt: skip
