"""`netmon dns` without its faces: which names are asked of which servers, and everything that came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.application import Application, Asked, against
from netmon.resolver.ask import TIMEOUT_S, Replies, ask_servers
from netmon.resolver.authority import Authority, find_authority
from netmon.resolver.compare import Compared, compare
from netmon.resolver.edns import Wishes
from netmon.resolver.pursuit import pursue
from netmon.resolver.questions import questions
from netmon.resolver.server import Server
from netmon.resolver.system import System, system
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.trace.hints import Hints

TYPES = ("A", "AAAA", "CNAME", "NS", "MX", "TXT", "SOA", "CAA", "HTTPS")
"""What is asked when nothing else is said."""
MOST_SERVERS = 32


class Enquiry(NamedTuple):
    """What is to be asked."""

    text: str
    """A name, or an address for its PTR."""
    types: tuple[str, ...] = TYPES
    servers: tuple[Server, ...] = (Server("system"),)
    wishes: Wishes = Wishes()
    timeout_s: float = TIMEOUT_S
    """For everything together."""
    ca_file: str | None = None
    """Certificates to trust instead of the system's."""
    get: bool = False
    """Over HTTPS: GET instead of POST."""
    hints: Hints | None = None
    """Where to begin to look for the zone's own servers; None to ask the resolvers for them."""


class Outcome(NamedTuple):
    """What came of it."""

    asked: str
    """What was typed, safe to print."""
    name: str
    """The fully qualified name that the replies are about."""
    replies: tuple[Replies, ...]
    tried: tuple[str, ...] = ()
    """Other names of the search list that were asked before and do not exist."""
    compared: tuple[Compared, ...] = ()
    application: Application | None = None
    """None where it was not asked: the system is not among the servers, or no address was wanted."""
    notes: tuple[str, ...] = ()
    """What is to be known of the servers of this machine."""
    authority: Authority | None = None
    """The zone and its own servers; None where they were not asked for."""
    beyond: tuple[Replies, ...] = ()
    """What was said of alias targets that the replies left open, each asked on its own."""

    @property
    def answered(self) -> bool:
        """Whether any server knew, if only that there is nothing; one that fails or refuses does not."""
        return any(s.answer.rcode in ("NOERROR", "NXDOMAIN") for each in self.replies for s in each.said)

    @property
    def found(self) -> bool:
        """Whether any server has a record of any of the types."""
        return any(said.answer.rcode and not said.answer.error for each in self.replies for said in each.said)


class NobodyError(Exception):
    """There is no server to ask; the message is one line that says why."""


def enquire(enquiry: Enquiry) -> Outcome:
    """Ask; blocks for about `timeout_s`.

    Raises:
        BadNameError: nothing can be asked.
        NobodyError: there is nobody to ask.
    """
    deadline = Deadline.after(enquiry.timeout_s)
    wants = {server.scheme for server in enquiry.servers}
    wants_system = "system" in wants
    # Every name and type is checked first: what is wrong with them is to be said wherever they would go.
    questions(enquiry.text, enquiry.types, (), 1)
    machine = system() if wants_system else System()
    kinds, names = questions(enquiry.text, enquiry.types, machine.search, machine.ndots)
    circle = _Circle(enquiry.servers, machine, enquiry.hints)
    program = Asked(enquiry.text.strip()) if wants_system and _wants_addresses(kinds) else None
    kinds = tuple(dict.fromkeys(kinds))
    name, tried, (replies, authority) = _first_that_exists(names, kinds, circle, enquiry, deadline)
    guides = circle.resolvers if enquiry.wishes.recursion else ()
    beyond = pursue(clean(name.to_text()), replies, kinds, guides, deadline)
    application = None
    if program is not None:
        found = program.result(deadline.at - time.monotonic())
        application = against(found, enquiry.text.strip(), _addresses(replies, machine.servers))
    asked = clean(enquiry.text.strip(), 255)
    notes = (*machine.notes, *_notes(authority))
    return Outcome(
        asked, clean(name.to_text()), replies, tried, compare(replies), application, notes, authority, beyond
    )


def _notes(authority: Authority | None) -> tuple[str, ...]:
    if authority is None:
        return ()
    missing = (f"the zone's own servers could not be asked: {authority.error}",) if authority.error else ()
    return (*missing, *(() if missing else authority.notes))


class _Circle:
    """Whom to ask, as far as it depends on the name."""

    def __init__(self, wanted: Sequence[Server], machine: System, hints: Hints | None) -> None:
        self._wanted, self._machine, self._hints = wanted, machine, hints
        self._wants_own = any(server.scheme == "authoritative" for server in wanted)
        others = _servers([s for s in wanted if s.scheme != "authoritative"], machine, (), self._wants_own)
        self.resolvers = others if others or not self._wants_own or hints is not None else system().servers
        """Who can tell of other names, too."""

    def around(self, name: dns.name.Name, deadline: Deadline) -> tuple[tuple[Server, ...], Authority | None]:
        """Every server to ask about `name`, and who is authoritative for it, where that is wanted."""
        if not self._wants_own:
            return self.resolvers, None
        now = time.monotonic()
        share = Deadline(now + max(0.0, deadline.at - now) / 2)
        authority = find_authority(name, self.resolvers, share, self._hints)
        try:
            return _servers(self._wanted, self._machine, authority.servers, False), authority
        except NobodyError:
            raise NobodyError(authority.error or "there is nobody to ask") from None


def _servers(
    wanted: Sequence[Server], machine: System, own: Sequence[Server], may_be_none: bool
) -> tuple[Server, ...]:
    """Each server once, those of the machine in the place of `system`, the zone's own in theirs."""
    stand_in: dict[str, Sequence[Server]] = {"system": machine.servers, "authoritative": own}
    servers: dict[Server, None] = {}
    for server in wanted:
        servers.update(dict.fromkeys(stand_in.get(server.scheme, (server,))))
    if not servers and not may_be_none:
        raise NobodyError(machine.error or "no nameservers: there is nobody to ask")
    if len(servers) > MOST_SERVERS:
        raise NobodyError(f"{len(servers)} servers are too many: at most {MOST_SERVERS} are asked at once")
    return tuple(servers)


def _first_that_exists(
    names: Sequence[dns.name.Name],
    kinds: Sequence[str],
    circle: _Circle,
    enquiry: Enquiry,
    deadline: Deadline,
) -> tuple[dns.name.Name, tuple[str, ...], tuple[tuple[Replies, ...], Authority | None]]:
    """The first of `names` that exists to any server, the others that were tried, and what was said."""
    results: dict[dns.name.Name, tuple[tuple[Replies, ...], Authority | None]] = {}
    for left, name in zip(range(len(names), 0, -1), names, strict=True):
        # A dead server takes all the time there is: each name has its share of it.
        now = time.monotonic()
        share = Deadline(now + max(0.0, deadline.at - now) / left)
        servers, authority = circle.around(name, share)
        replies = ask_servers(
            name, kinds, servers, enquiry.wishes, share, ca_file=enquiry.ca_file, get=enquiry.get
        )
        results[name] = replies, authority
        if any(said.answer.rcode not in (None, "NXDOMAIN") for each in replies for said in each.said):
            break
    else:  # none exists: speak of the name as it was typed, the one without a suffix
        name = min(names, key=len)
    tried = tuple(clean(other.to_text()) for other in results if other != name)
    return name, tried, results[name]


def _wants_addresses(kinds: Sequence[str]) -> bool:
    return "A" in kinds and "AAAA" in kinds


def _addresses(replies: Sequence[Replies], servers: Sequence[Server]) -> frozenset[str] | None:
    """What DNS says here: by the first server of this machine that answered for both families."""
    for each in replies:
        both = [said.answer for said in each.said if said.answer.type in ("A", "AAAA")]
        if each.server in servers and all(answer.rcode in ("NOERROR", "NXDOMAIN") for answer in both):
            return frozenset(r.data for answer in both for r in answer.records if r.type in ("A", "AAAA"))
    return None
