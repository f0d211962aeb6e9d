"""`netmon dns` without its faces: which names are asked of which servers, and everything that came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.application import Application, Asked, against
from netmon.resolver.ask import TIMEOUT_S, GivenUpError, Replies, ask_servers
from netmon.resolver.compare import Compared, compare
from netmon.resolver.edns import Wishes
from netmon.resolver.questions import questions
from netmon.resolver.server import Server
from netmon.resolver.system import System, system
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

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
    waiting: tuple[Server, ...] = ()
    """Who has not answered yet; nobody once the enquiry is over."""

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


def enquire(
    enquiry: Enquiry, *, stop: Event | None = None, on_progress: Callable[[Outcome], None] | None = None
) -> Outcome:
    """Ask; blocks for about `timeout_s`.

    Args:
        enquiry: what is to be asked.
        stop: set to give up early.
        on_progress: called on this thread each time a server has said everything, with all there is by then.

    Raises:
        BadNameError: nothing can be asked.
        NobodyError: there is nobody to ask.
        GivenUpError: `stop` was set.
    """
    deadline = Deadline.after(enquiry.timeout_s, stop)
    wants_system = any(server.scheme == "system" for server in enquiry.servers)
    # Every name and type is checked first: what is wrong with them is to be said wherever they would go.
    questions(enquiry.text, enquiry.types, (), 1)
    machine = system() if wants_system else System()
    kinds, names = questions(enquiry.text, enquiry.types, machine.search, machine.ndots)
    servers = servers_for(enquiry.servers, machine)
    program = Asked(enquiry.text.strip()) if wants_system and _wants_addresses(kinds) else None
    asking = _Asking(enquiry, tuple(dict.fromkeys(kinds)), servers, machine, on_progress)
    outcome = asking.first_that_exists(names, deadline)
    if program is not None:
        found = program.result(deadline)
        addresses = _addresses(outcome.replies, machine.servers)
        outcome = outcome._replace(application=against(found, enquiry.text.strip(), addresses))
    if deadline.given_up:
        raise GivenUpError("nobody waits for the answer any more")
    return outcome


def servers_for(wanted: Sequence[Server], machine: System) -> tuple[Server, ...]:
    """Each server once, those of the machine in the place of `system`.

    Raises:
        NobodyError: there is none, or there are too many.
    """
    servers: dict[Server, None] = {}
    for server in wanted:
        servers.update(dict.fromkeys(machine.servers if server.scheme == "system" else (server,)))
    if not servers:
        raise NobodyError(machine.error or "no nameservers: there is nobody to ask")
    if len(servers) > MOST_SERVERS:
        raise NobodyError(f"{len(servers)} servers are too many: at most {MOST_SERVERS} are asked at once")
    return tuple(servers)


class _Asking(NamedTuple):
    """Questions to the same servers about one name after the other."""

    enquiry: Enquiry
    kinds: tuple[str, ...]
    servers: tuple[Server, ...]
    machine: System
    on_progress: Callable[[Outcome], None] | None

    def first_that_exists(self, names: Sequence[dns.name.Name], deadline: Deadline) -> Outcome:
        """What is said of the first of `names` that exists to any server, or else of the one as typed."""
        results: dict[dns.name.Name, tuple[Replies, ...]] = {}
        for left, name in zip(range(len(names), 0, -1), names, strict=True):
            # A dead server takes all the time there is: each name has its share of it.
            results[name] = self._ask(name, tuple(results), deadline.share(1 / left))
            if any(s.answer.rcode not in (None, "NXDOMAIN") for each in results[name] for s in each.said):
                break
        else:  # none exists: speak of the name as it was typed, the one without a suffix
            name = min(names, key=len)
        return self._outcome(name, tuple(other for other in results if other != name), results[name])

    def _ask(
        self, name: dns.name.Name, before: Sequence[dns.name.Name], share: Deadline
    ) -> tuple[Replies, ...]:
        arrived: list[Replies] = []

        def on_replies(replies: Replies) -> None:
            arrived.append(replies)
            if self.on_progress is not None and len(arrived) < len(self.servers):
                in_order = sorted(arrived, key=lambda each: self.servers.index(each.server))
                self.on_progress(self._outcome(name, before, tuple(in_order)))

        return ask_servers(
            name, self.kinds, self.servers, self.enquiry.wishes, share,
            ca_file=self.enquiry.ca_file, get=self.enquiry.get, on_replies=on_replies,
        )  # fmt: skip

    def _outcome(
        self, name: dns.name.Name, others: Sequence[dns.name.Name], replies: tuple[Replies, ...]
    ) -> Outcome:
        said = {each.server for each in replies}
        return Outcome(
            clean(self.enquiry.text.strip(), 255),
            clean(name.to_text()),
            replies,
            tuple(clean(other.to_text()) for other in others),
            compare(replies),
            notes=self.machine.notes,
            waiting=tuple(server for server in self.servers if server not in said),
        )


def _wants_addresses(kinds: Sequence[str]) -> bool:
    return "A" in kinds and "AAAA" in kinds


def _addresses(replies: Sequence[Replies], servers: Sequence[Server]) -> frozenset[str] | None:
    """What DNS says here: by the first server of this machine that answered for both families."""
    for each in replies:
        both = [said.answer for said in each.said if said.answer.type in ("A", "AAAA")]
        if each.server in servers and all(answer.rcode in ("NOERROR", "NXDOMAIN") for answer in both):
            return frozenset(r.data for answer in both for r in answer.records if r.type in ("A", "AAAA"))
    return None
