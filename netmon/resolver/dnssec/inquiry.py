"""What the faces want to know: whether what a name, as it was typed, resolves to can be believed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.circle import servers_for
from netmon.resolver.dnssec.anchors import Anchor, root_anchor
from netmon.resolver.dnssec.fetching import Fetcher
from netmon.resolver.dnssec.validating import UNFIT, validate
from netmon.resolver.dnssec.verdict import Trust, TrustStep
from netmon.resolver.enquiry import TYPES, Enquiry
from netmon.resolver.questions import BadNameError, questions
from netmon.resolver.server import Server
from netmon.resolver.system.servers import System, system
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

TIMEOUT_S = 20.0
"""For everything together; a long name needs forty questions."""


class TrustWanted(NamedTuple):
    """What is to be validated."""

    text: str
    """A name, or an address for its PTR."""
    types: tuple[str, ...] = ()
    """One type; A where there is none, or where there are those that are asked for by themselves."""
    servers: tuple[Server, ...] = (Server("system"),)
    """Asked one after the other until one passes on signatures."""
    anchors: tuple[Anchor, ...] | None = None
    """None for the root's as they are built in."""
    timeout_s: float = TIMEOUT_S
    ca_file: str | None = None
    """Certificates to trust instead of the system's."""


def wanted(enquiry: Enquiry, name: str = "") -> TrustWanted:
    """What is to be validated of an enquiry: the first of its types.

    Args:
        enquiry: what was typed.
        name: the fully qualified name, where the servers have completed it.

    Raises:
        BadNameError: nothing can be asked.
    """
    kinds, (plain, *_) = questions(enquiry.text, enquiry.types[:1], (), 1)
    return TrustWanted(name or plain.to_text(), kinds, enquiry.servers, ca_file=enquiry.ca_file)


Validator = Callable[[TrustWanted, Callable[[TrustStep], None], Event], Trust]
"""What a face calls on a thread of its own."""


def trust_in(
    wanted: TrustWanted, on_step: Callable[[TrustStep], None] | None = None, stop: Event | None = None
) -> Trust:
    """Validate; blocks for `timeout_s` at most.

    Args:
        wanted: what to validate.
        on_step: called with each step as it is done.
        stop: set when nobody waits for it any more.

    Raises:
        BadNameError: nothing can be asked.
        NobodyError: there is nobody to ask.
    """
    _question(wanted, System())
    # The zone's own servers know nothing of the zones above it, through which the chain leads.
    resolvers = [server for server in wanted.servers if server.scheme != "authoritative"] or [
        Server("system")
    ]
    machine = system() if any(server.scheme == "system" for server in resolvers) else System()
    kind, names = _question(wanted, machine)
    servers = servers_for(resolvers, machine)
    ask = Fetcher(servers, Deadline.after(wanted.timeout_s, stop), ca_file=wanted.ca_file)
    anchors = (root_anchor(),) if wanted.anchors is None else wanted.anchors
    return validate(_first_that_exists(names, kind, ask), kind, ask, anchors, time.time(), on_step)


def _question(wanted: TrustWanted, machine: System) -> tuple[str, list[dns.name.Name]]:
    types = ("A",) if wanted.types in ((), TYPES) else wanted.types
    kinds, names = questions(wanted.text, types, machine.search, machine.ndots)
    if len(kinds) > 1:
        raise BadNameError(f"one type at a time is validated, not {' '.join(kinds)}")
    if kinds[0] in UNFIT:
        raise BadNameError(f"bad type: no signature covers {kinds[0]} as such, so it cannot be validated")
    return kinds[0], names


def _first_that_exists(names: Sequence[dns.name.Name], kind: str, ask: Fetcher) -> dns.name.Name:
    """Of the names of the search list; the one as it was typed where none exists."""
    if len(names) == 1:
        return names[0]
    return next((name for name in names if ask(name, kind).rcode != "NXDOMAIN"), min(names, key=len))
