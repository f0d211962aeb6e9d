"""A zone as one server that the user named shows it, over whichever transport: the view for the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Answer
from netmon.resolver.ask import TIMEOUT_S, Replies, ask_servers
from netmon.resolver.edns import Wishes
from netmon.resolver.plain.each import Question, Reply
from netmon.resolver.questions import BadNameError, questions
from netmon.resolver.rules.live_servers import KINDS, lameness
from netmon.resolver.rules.live_targets import KINDS as TARGET_KINDS
from netmon.resolver.rules.live_targets import find, standing
from netmon.resolver.rules.live_transfer import ask_for_all, only, whole
from netmon.resolver.rules.live_zone import GatherError
from netmon.resolver.rules.names import within
from netmon.resolver.rules.view import Entry, ServerView, Standing, ZoneView
from netmon.resolver.server import Server
from netmon.resolver.system.configuration import configuration
from netmon.resolver.transfer.transferring import SCHEMES
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

_NAMES = 32
"""Names of the zone that are asked about, one after the other."""


def gather_from(
    server: Server,
    name: str,
    *,
    resolvers: Sequence[Endpoint] | None = None,
    timeout_s: float = TIMEOUT_S,
    ca_file: str | None = None,
) -> ZoneView:
    """The zone of a name: all of it where the server gives it, or else what bears on that name.

    Args:
        server: whom to ask; not `system`.
        name: as typed.
        resolvers: who is asked for what is not the zone's; None for those of this machine.
        timeout_s: for one question.
        ca_file: certificates to trust instead of the system's.

    Raises:
        GatherError: it is no name, or the server could not be asked, or has no such zone.
    """
    others = configuration().servers if resolvers is None else resolvers
    full = _full_name(name)
    asking = _Asking(server, timeout_s, ca_file)
    apex, seen = asking.apex(full)
    zone = _text(apex)
    attempts = ask_for_all(zone, [(str(server), server)] if server.scheme in SCHEMES else [], ca_file)
    if attempts and attempts[-1].zone is not None:
        return whole(attempts[-1], (seen,), others)
    entries = asking.entries(dict.fromkeys((apex, full)), zone)
    targets = [entry.target for entry in entries if entry.target not in ("", ".")]
    known = asking.standings([each for each in targets if within(each, zone)], zone)
    away = [
        each for each in (*targets, *(s.alias for s in known.values())) if each and not within(each, zone)
    ]
    known |= find(away, others) if others else {}
    what = "the apex" if apex == full else f"the apex and {_text(full)}"
    return ZoneView(zone, entries, known=known, servers=(seen,), seen=only(what, attempts))


def _full_name(name: str) -> dns.name.Name:
    try:
        types, (full, *_) = questions(name, ("SOA",), (), 1)
    except BadNameError as error:
        raise GatherError(str(error)) from None
    if types == ("PTR",):
        raise GatherError(f"bad name: {name} is an address, and the rules are about names")
    return full


def _text(name: dns.name.Name) -> str:
    return str(name.to_text()).lower()


class _Asking:
    """Questions to one server."""

    def __init__(self, server: Server, timeout_s: float, ca_file: str | None) -> None:
        self._server, self._timeout_s, self._ca_file = server, timeout_s, ca_file

    def apex(self, name: dns.name.Name) -> tuple[dns.name.Name, ServerView]:
        """The nearest name above `name`, or itself, that the server has an SOA of, and what it says there.

        Raises:
            GatherError: there is none, or no answer.
        """
        first = ""
        each = name
        while True:
            replies = self._ask(each, ("SOA", "NS"))
            soa = replies.said[0].answer
            if soa.rcode is None:
                raise GatherError(f"no answer: {self._server} {soa.error}")
            error = lameness(soa)
            if not error and any(r.type == "SOA" and r.name.lower() == _text(each) for r in soa.records):
                return each, self._view(replies)
            first = first or error
            if len(each) <= 1:
                raise GatherError(f"{self._server} serves no zone that {_text(name)} is in: it {first}")
            each = each.parent()

    def entries(self, names: Sequence[dns.name.Name] | dict[dns.name.Name, None], zone: str) -> list[Entry]:
        """The records of these names that are in the zone, each once."""
        found = {
            Entry(record.name.lower(), record.ttl, record.type, record.data, str(self._server)): None
            for name in names
            for said in self._ask(name, KINDS).said
            if "AA" in said.answer.flags
            for record in said.answer.records
            if within(record.name.lower(), zone)
        }
        return list(found)

    def standings(self, names: Sequence[str], zone: str) -> dict[str, Standing]:
        """How these names of the zone stand, and those in it that they are aliases of."""
        import dns.name

        known: dict[str, Standing] = {}
        wanted = list(dict.fromkeys(names))
        while wanted and len(known) < _NAMES:
            name = wanted.pop(0)
            replies = self._ask(dns.name.from_text(name), TARGET_KINDS)
            known[name] = standing(name, [_reply(replies, name, said.answer) for said in replies.said])
            alias = known[name].alias
            if within(alias, zone) and alias not in (*known, *wanted):
                wanted.append(alias)
        return known

    def _ask(self, name: dns.name.Name, kinds: Sequence[str]) -> Replies:
        (replies,) = ask_servers(
            name, kinds, (self._server,), Wishes(recursion=False), Deadline.after(self._timeout_s),
            ca_file=self._ca_file,
        )  # fmt: skip
        return replies

    def _view(self, replies: Replies) -> ServerView:
        soa, ns = (said.answer for said in replies.said)
        serial = next(int(r.data.split()[2]) for r in soa.records if r.type == "SOA")
        return ServerView(str(self._server), replies.address or "", True, "", serial, _names(ns))


def _reply(replies: Replies, name: str, answer: Answer) -> Reply:
    endpoint = Endpoint(replies.address or replies.server.host, replies.server.port)
    said = None if answer.rcode is None else answer
    return Reply(endpoint, Question(name, answer.type), said, answer.error)


def _names(answer: Answer) -> frozenset[str]:
    records = answer.records if "AA" in answer.flags else ()
    return frozenset(record.data.lower() for record in records if record.type == "NS")
