"""The zone that a name is in and the zone's own name servers, by what resolvers say or by the delegations."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.answer import Answer
from netmon.resolver.ask import ask_servers
from netmon.resolver.edns import Wishes
from netmon.resolver.server import PORTS, Server
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.trace.hints import Hints
    from netmon.resolver.trace.steps import Trace

_PATIENCE_S = 1.5
"""How long one resolver is waited for before the next is asked."""
_ABOVE = 16
"""Names above the one that was asked at which the zone is looked for."""
_NAME_SERVERS = 13
_ADDRESSES = 20
_KNOWS = ("NOERROR", "NXDOMAIN")


class Authority(NamedTuple):
    """Who is authoritative for a name."""

    zone: str = ""
    """Empty where it was not found."""
    servers: tuple[Server, ...] = ()
    """Each name server at each of its addresses that can be reached from here."""
    basis: str = ""
    """How they were found."""
    notes: tuple[str, ...] = ()
    """Name servers that cannot be asked, and why; each one sentence."""
    error: str | None = None
    """Why there are none, in one sentence."""


class _UnknownError(Exception):
    """It could not be found; the text says why."""


class Resolvers:
    """The resolvers as one that answers: a dead one is waited for once."""

    def __init__(self, servers: Sequence[Server], deadline: Deadline, ca_file: str | None = None) -> None:
        """Ask nothing yet."""
        self._ca_file = ca_file
        self._servers = list(servers)
        self._deadline = deadline

    def answers(self, name: dns.name.Name, kinds: Sequence[str]) -> tuple[Answer, ...]:
        """What the first that knows says of a name.

        Raises:
            _UnknownError: none does.
        """
        why = "there is no resolver to ask"
        for server in tuple(self._servers):
            at = min(self._deadline.at, time.monotonic() + _PATIENCE_S)
            (replies,) = ask_servers(
                name, kinds, (server,), Wishes(), self._deadline._replace(at=at), ca_file=self._ca_file
            )
            found = tuple(said.answer for said in replies.said)
            if all(answer.rcode in _KNOWS for answer in found):
                return found
            why = f"{server} {next(a.error for a in found if a.rcode not in _KNOWS)}"
            if not replies.answered and len(self._servers) > 1:
                self._servers = [*(each for each in self._servers if each != server), server]
        raise _UnknownError(why)


def find_authority(
    name: dns.name.Name,
    resolvers: Sequence[Server],
    deadline: Deadline,
    hints: Hints | None = None,
    ca_file: str | None = None,
) -> Authority:
    """The zone's own servers; blocks until the deadline at most, and never raises.

    Args:
        name: fully qualified.
        resolvers: who is asked first.
        deadline: for everything together.
        hints: where a trace begins; with it no resolver is asked.
        ca_file: certificates of resolvers to trust instead of the system's.
    """
    if hints is not None:
        return _by_trace(name, hints, deadline, "")
    try:
        return _by_resolvers(name, Resolvers(resolvers, deadline, ca_file))
    except _UnknownError as error:
        from netmon.resolver.trace.hints import root_hints

        return _by_trace(name, root_hints(), deadline, str(error))


# By resolvers


def _by_resolvers(name: dns.name.Name, resolvers: Resolvers) -> Authority:
    from concurrent.futures import ThreadPoolExecutor

    import dns.name

    zone = _zone_of(name, resolvers)
    (answer,) = resolvers.answers(zone, ("NS",))
    names = list(dict.fromkeys(record.data for record in answer.records if record.type == "NS"))
    if not names:
        raise _UnknownError(answer.error or f"{clean(zone.to_text())} has no name servers")
    names = names[:_NAME_SERVERS]
    with ThreadPoolExecutor(len(names), thread_name_prefix="authority") as pool:
        found = pool.map(lambda each: _addresses(dns.name.from_text(each), resolvers), names)
        return _authority(clean(zone.to_text()), dict(zip(names, found, strict=True)), "by the resolvers")


def _zone_of(name: dns.name.Name, resolvers: Resolvers) -> dns.name.Name:
    """The nearest name, from `name` upwards, that has an SOA; what has none often names the zone with it."""
    import dns.name

    candidate = name
    for _ in range(_ABOVE):
        (answer,) = resolvers.answers(candidate, ("SOA",))
        said = [record for record in answer.records if record.type == "SOA"]
        is_alias = any(record.type in ("CNAME", "DNAME") for record in answer.records)
        if answer.soa is not None and not is_alias:
            said.append(answer.soa)
        for record in said:
            zone = dns.name.from_text(record.name)
            if candidate.is_subdomain(zone):
                return zone
        if candidate == dns.name.root:
            break
        candidate = candidate.parent()
    raise _UnknownError(f"no name above {clean(name.to_text())} has an SOA")


def _addresses(server: dns.name.Name, resolvers: Resolvers) -> tuple[str, ...]:
    try:
        answers = resolvers.answers(server, ("A", "AAAA"))
    except _UnknownError:
        return ()
    return tuple(r.data for answer in answers for r in answer.records if r.type in ("A", "AAAA"))


# By the delegations


def _by_trace(name: dns.name.Name, hints: Hints, deadline: Deadline, before: str) -> Authority:
    """The servers that the last delegation on the way to `name` names."""
    from netmon.resolver.trace.tracing import trace_all

    deadline = deadline.share(0.6)
    (trace,) = trace_all(name.to_text(), ("SOA",), hints, deadline)
    zone, known = _delegated(trace, clean(name.to_text()))
    if not zone:
        reason = trace.findings[0].summary if trace.findings else trace.detail
        because = f"{before}; and by a trace: " if before else ""
        return Authority(error=f"{because}{reason or 'the root refers to nobody'}")
    for server in [each for each, found in known.items() if not found]:
        traces = trace_all(server, ("A", "AAAA"), hints, deadline)
        known[server] = tuple(r.data for t in traces for r in t.records if r.type in ("A", "AAAA"))
    return _authority(zone, known, f"by the delegations from {hints.source}")


def _delegated(trace: Trace, name: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The zone that was reached last on the way to `name` itself, and its servers with their addresses."""
    own = [step for step in trace.steps if step.depth == 0 and step.name == name]
    cut = next((step.cut for step in reversed(own) if step.cut is not None), None)
    if cut is None:
        return "", {}
    pairs = [*cut.glue, *((s.name, s.address) for step in own for s in step.servers if s.address)]
    servers = cut.servers[:_NAME_SERVERS]
    found = {each: tuple(dict.fromkeys(a for owner, a in pairs if owner == each)) for each in servers}
    return cut.zone, found


# What both come to


def _authority(zone: str, addresses: Mapping[str, Sequence[str]], basis: str) -> Authority:
    notes, servers = [], dict[str, Server]()
    for name, address in _pairs(addresses):
        if not address:
            notes.append(f"{name} is not asked: no address of it was found")
        elif not has_way_to(address):
            notes.append(f"{name} is not asked at {address}: no way leads there from this machine")
        elif len(servers) < _ADDRESSES:
            servers.setdefault(address, Server("udp", address, PORTS["udp"], name=name))
    error = None if servers else f"none of the name servers of {zone} can be asked: {'; '.join(notes)}"
    return Authority(zone, tuple(servers.values()), basis, tuple(notes), error)


def _pairs(addresses: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    for name, found in addresses.items():
        for address in found or ("",):
            yield name, address


def has_way_to(address: str) -> bool:
    """Whether the kernel has a route there; no packet leaves."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((address, PORTS["udp"]))
    except OSError:
        return False
    return True
