"""`netmon dns` without its faces: which names are asked of which servers, and everything that came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.aliases.chain import Beyond
from netmon.resolver.aliases.pursuit import pursue
from netmon.resolver.ask import TIMEOUT_S, GivenUpError, Replies, ask_servers
from netmon.resolver.authority import Authority
from netmon.resolver.circle import Circle
from netmon.resolver.compare import Compared, compare
from netmon.resolver.edns import Wishes
from netmon.resolver.questions import questions
from netmon.resolver.server import Server
from netmon.resolver.system.application import Application, Asked, against
from netmon.resolver.system.scope_source import Asked as AskedScopes
from netmon.resolver.system.scope_source import Scoped, source_here
from netmon.resolver.system.search_list import Preview, preview
from netmon.resolver.system.servers import System, system
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.trace.hints import Hints

TYPES = ("A", "AAAA", "CNAME", "NS", "MX", "TXT", "SOA", "CAA", "HTTPS")
"""What is asked when nothing else is said."""


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
    order: Preview = Preview()
    """The names that are tried, and why in this order."""
    scoped: Scoped | None = None
    """The sets of servers of this machine; None where there is one only, or it was not asked."""
    waiting: tuple[Server, ...] = ()
    """Who has not answered yet; nobody once the enquiry is over."""
    authority: Authority | None = None
    """The zone and its own servers; None where they were not asked for."""
    beyond: tuple[Beyond, ...] = ()
    """What was said of alias targets that the replies left open, each asked on its own."""

    @property
    def answered(self) -> bool:
        """Whether any server knew, if only that there is nothing; one that fails or refers does not."""
        answers = [said.answer for each in self.replies for said in each.said]
        return any(a.rcode in ("NOERROR", "NXDOMAIN") and not a.referral for a in answers)

    @property
    def found(self) -> bool:
        """Whether any server has a record of any of the types."""
        return any(said.answer.rcode and not said.answer.error for each in self.replies for said in each.said)


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
    machine = System()
    kinds, names = questions(enquiry.text, enquiry.types, machine.search, machine.ndots)
    if wants_system:
        machine = system()
        kinds, names = questions(enquiry.text, enquiry.types, machine.search, machine.ndots)
    circle = Circle(enquiry.servers, machine, enquiry.hints, enquiry.ca_file)
    links = _asked_links(machine, enquiry.timeout_s) if wants_system else None
    program = Asked(enquiry.text.strip()) if wants_system and _wants_addresses(kinds) else None
    asking = _Asking(enquiry, tuple(dict.fromkeys(kinds)), circle, machine, on_progress)
    outcome = asking.first_that_exists(names, deadline)
    if program is not None:
        found = program.result(deadline)
        addresses = _addresses(outcome.replies, machine.servers)
        outcome = outcome._replace(application=against(found, enquiry.text.strip(), addresses))
    outcome = _with_system(outcome, names, machine, links, deadline)
    if deadline.given_up:
        raise GivenUpError("nobody waits for the answer any more")
    return outcome


class _Asking(NamedTuple):
    """Questions about one name after the other."""

    enquiry: Enquiry
    kinds: tuple[str, ...]
    circle: Circle
    machine: System
    on_progress: Callable[[Outcome], None] | None

    def first_that_exists(self, names: Sequence[dns.name.Name], deadline: Deadline) -> Outcome:
        """What is said of the first of `names` that exists to any server, or else of the one as typed."""
        before: list[Outcome] = []
        for left, name in zip(range(len(names), 0, -1), names, strict=True):
            # A dead server takes all the time there is: each name has its share of it.
            outcome = self._ask(name, _names(before), deadline.share(1 / left))
            if any(s.answer.rcode not in (None, "NXDOMAIN") for each in outcome.replies for s in each.said):
                break
            before.append(outcome)
        else:  # none exists: speak of the name as it was typed, the one without a suffix
            outcome = before.pop(min(range(len(names)), key=lambda at: len(names[at])))
            outcome = outcome._replace(tried=_names(before))
        guides = self.circle.resolvers if self.enquiry.wishes.recursion else ()
        ca_file = self.enquiry.ca_file
        beyond = pursue(outcome.name, outcome.replies, self.kinds, guides, deadline, ca_file)
        return outcome._replace(beyond=beyond) if beyond else outcome

    def _ask(self, name: dns.name.Name, before: tuple[str, ...], share: Deadline) -> Outcome:
        servers, authority = self.circle.around(name, share)
        arrived: list[Replies] = []

        def outcome(replies: tuple[Replies, ...], waiting: Sequence[Server] = ()) -> Outcome:
            return Outcome(
                clean(self.enquiry.text.strip(), 255),
                clean(name.to_text()),
                replies,
                before,
                compare(replies),
                notes=(*self.machine.notes, *_notes(authority)),
                waiting=tuple(waiting),
                authority=authority,
            )

        def on_replies(replies: Replies) -> None:
            arrived.append(replies)
            if self.on_progress is not None and len(arrived) < len(servers):
                in_order = sorted(arrived, key=lambda each: servers.index(each.server))
                heard = {each.server for each in arrived}
                waiting = [server for server in servers if server not in heard]
                self.on_progress(outcome(tuple(in_order), waiting))

        replies = ask_servers(
            name, self.kinds, servers, self.enquiry.wishes, share,
            ca_file=self.enquiry.ca_file, get=self.enquiry.get, on_replies=on_replies,
        )  # fmt: skip
        return outcome(replies)


def _names(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """What was asked about, each once: a search list may say the same twice."""
    return tuple(dict.fromkeys(each.name for each in outcomes))


def _notes(authority: Authority | None) -> tuple[str, ...]:
    """What is to be known of the zone's own servers."""
    if authority is None:
        return ()
    if authority.error:
        return (f"the zone's own servers could not be asked: {authority.error}",)
    return authority.notes


def _wants_addresses(kinds: Sequence[str]) -> bool:
    return "A" in kinds and "AAAA" in kinds


def _addresses(replies: Sequence[Replies], servers: Sequence[Server]) -> frozenset[str] | None:
    """What DNS says here: by the first server of this machine that answered for both families."""
    for each in replies:
        both = [said.answer for said in each.said if said.answer.type in ("A", "AAAA")]
        if each.server in servers and all(answer.rcode in ("NOERROR", "NXDOMAIN") for answer in both):
            return frozenset(r.data for answer in both for r in answer.records if r.type in ("A", "AAAA"))
    return None


def _with_system(
    outcome: Outcome,
    names: Sequence[dns.name.Name],
    machine: System,
    links: AskedScopes | None,
    deadline: Deadline,
) -> Outcome:
    """The outcome with what this machine makes of the name: how it is completed, and where it goes."""
    scoped = None if links is None else links.result(deadline)
    stubs = () if scoped is not None and scoped.scopes else machine.stubs
    return outcome._replace(
        notes=(*outcome.notes, *stubs), order=preview(names, machine.ndots), scoped=scoped
    )


def _asked_links(machine: System, timeout_s: float) -> AskedScopes | None:
    """Beside the question itself: it is a process."""
    source = source_here([server.host for server in machine.servers])
    return None if source is None else AskedScopes(source, timeout_s)
