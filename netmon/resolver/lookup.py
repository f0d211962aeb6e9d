"""Asks the resolvers of this machine (or others) for a name, all types at once, within one deadline.

dnspython costs 100 ms to import, so each function imports what it needs of it: call them off the UI
thread. Queries go out one by one over sockets of our own rather than through `dns.resolver`, whose
exceptions do not say which server failed in which way.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Answer, Configuration, Lookup, Transport, read, response

if TYPE_CHECKING:
    import dns.message
    import dns.name

TYPES = ("A", "AAAA", "CNAME", "NS")
TIMEOUT_S = 5.0
TRY_S = 2.0
"""How long one server may stay silent before the next is asked."""

_SLICE_S = 0.1
"""How soon a wait notices that it was cancelled."""
_PAYLOAD = 1232
"""The UDP answer we accept: what crosses every path unfragmented (DNS flag day 2020)."""
_TEXT_LIMIT = 1024
"""A name of 255 octets, each escaped as `\\DDD`, is shorter than this."""


class BadNameError(ValueError):
    """The text is no name that could be asked for."""


class _NoAnswerError(Exception):
    """One server gave no usable answer; the text completes a sentence that its address begins."""

    def __init__(self, what: str, *, again: bool) -> None:
        super().__init__(what)
        self.again = again
        """Whether asking it again could help."""


@dataclass(frozen=True)
class _Budget:
    """The time that is left for everything."""

    deadline: float
    """Monotonic."""
    stop: Event

    def left(self) -> float:
        return 0.0 if self.stop.is_set() else max(0.0, self.deadline - time.monotonic())


def configuration(path: str = "/etc/resolv.conf") -> Configuration:
    """The servers and search list of this machine (on Windows from the registry); never raises."""
    import dns.exception
    import dns.inet
    import dns.resolver

    try:
        system = dns.resolver.Resolver(path)
    except dns.resolver.NoResolverConfiguration as error:
        what = "cannot be opened" if str(error).startswith("cannot open") else "names none"
        return Configuration(source=path, error=f"no nameservers: {path} {what}")
    except (dns.exception.DNSException, ValueError, OSError) as error:
        return Configuration(source=path, error=f"{path} could not be understood: {clean(str(error))}")
    addresses = [address for address in map(str, system.nameservers) if dns.inet.is_address(address)]
    suffixes = system.search or [system.domain]
    return Configuration(
        servers=tuple(Endpoint(address, system.port) for address in addresses),
        search=tuple(clean(suffix.to_text()) for suffix in suffixes if len(suffix) > 1),
        ndots=1 if system.ndots is None else system.ndots,
        source=path,
    )


def lookup(
    name: str,
    types: Sequence[str] = TYPES,
    timeout_s: float = TIMEOUT_S,
    servers: Sequence[Endpoint] | None = None,
    *,
    search: Sequence[str] | None = None,
    stop: Event | None = None,
) -> Lookup:
    """Everything that `servers` say of `name`; blocks for at most about `timeout_s` seconds.

    Args:
        name: a name (IDN too), or an address, which asks for its PTR whatever `types` are.
        types: asked at the same time; the first name of the search list that exists answers all.
        timeout_s: for everything together.
        servers: asked in order until one answers; None for those of this machine.
        search: suffixes for short names; None for those of this machine, or none beside `servers`.
        stop: set it to give up early.
    """
    asked = clean(name.strip(), 255)
    system = Configuration(tuple(servers)) if servers is not None else configuration()
    if system.error is not None:
        return Lookup(asked, None, error=system.error)
    try:
        kinds, names = _questions(name, types, system.search if search is None else search, system.ndots)
    except BadNameError as error:
        return Lookup(asked, None, servers=system.servers, error=str(error))
    if not system.servers:
        return Lookup(asked, None, error="no nameservers: there is nobody to ask")
    budget = _Budget(time.monotonic() + timeout_s, stop or Event())
    final, results = _search(names, kinds, system.servers, budget)
    tried = tuple(other for other in results if other != final)
    return Lookup(asked, final, results[final], system.servers, tried)


def _search(
    names: Sequence[dns.name.Name], kinds: Sequence[str], servers: Sequence[Endpoint], budget: _Budget
) -> tuple[str, dict[str, tuple[Answer, ...]]]:
    """The first of `names` that exists for any type, and the answers for each that was asked."""
    results: dict[str, tuple[Answer, ...]] = {}
    with ThreadPoolExecutor(max_workers=max(1, len(kinds)), thread_name_prefix="lookup") as pool:
        for name in names:
            jobs = [pool.submit(_ask, name, kind, servers, budget) for kind in kinds]
            answers = results[clean(name.to_text())] = tuple(job.result() for job in jobs)
            if any(answer.rcode != "NXDOMAIN" for answer in answers):
                return clean(name.to_text()), results
    # None exists: speak of the name as it was typed, the one without a suffix.
    return clean(min(names, key=len).to_text()), results


def _questions(
    text: str, types: Sequence[str], search: Sequence[str], ndots: int
) -> tuple[tuple[str, ...], list[dns.name.Name]]:
    """The types to ask for and the fully qualified names to try, in order.

    Raises:
        BadNameError: nothing can be asked.
    """
    import dns.name
    import dns.reversename

    try:
        # Brackets as in a URL; a zone says which link, which no PTR depends on.
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        name = _parse(text)
    else:
        return ("PTR",), [dns.reversename.from_address(str(address))]
    suffixes = [dns.name.from_text(suffix) for suffix in search]
    return tuple(map(_known_type, types)), _candidates(name, suffixes, ndots)


def _known_type(kind: str) -> str:
    """The type in its usual spelling (`TYPE65` is HTTPS).

    Raises:
        BadNameError: there is none, or it is no type that a lookup can ask for (a transfer, an option).
    """
    import dns.exception
    import dns.rdatatype

    try:
        number = dns.rdatatype.from_text(kind)
    except (dns.exception.DNSException, ValueError):
        raise BadNameError(f"bad type: there is no record type called {clean(kind, 20)}") from None
    if dns.rdatatype.is_metatype(number) and number != dns.rdatatype.ANY:
        raise BadNameError(f"bad type: {clean(kind, 20)} is not a type that names have records of")
    return dns.rdatatype.to_text(number)


def _parse(text: str) -> dns.name.Name:
    """`text` as a name; relative unless it ends in a dot. Names in other scripts become IDNA 2003.

    Raises:
        BadNameError: it is none.
    """
    import dns.exception
    import dns.name

    text = text.strip()
    if not text:
        raise BadNameError("bad name: it is empty")
    if "://" in text:
        raise BadNameError("bad name: this is a URL; only its host can be looked up")
    if len(text) > _TEXT_LIMIT:
        raise BadNameError("bad name: it is longer than the 255 octets of a DNS name")
    if any(c.isspace() or not c.isprintable() for c in text):
        raise BadNameError("bad name: it contains white space or control characters")
    try:
        name = dns.name.from_text(text, origin=None)
        # Says at once whether it is too long once the root is behind it.
        return name if name.is_absolute() else name.concatenate(dns.name.root).relativize(dns.name.root)
    except (dns.exception.DNSException, ValueError) as error:
        reason = clean(str(error)).rstrip(".")
        raise BadNameError(f"bad name: {reason[:1].lower()}{reason[1:]}") from None


def _candidates(name: dns.name.Name, suffixes: Sequence[dns.name.Name], ndots: int) -> list[dns.name.Name]:
    """The names that resolv.conf(5) says to try for `name`, in order."""
    import dns.name

    if name.is_absolute():
        return [name]
    plain = name.concatenate(dns.name.root)
    longer = []
    for suffix in suffixes:
        try:
            longer.append(name.concatenate(suffix))
        except dns.name.NameTooLong:
            continue
    return [plain, *longer] if len(name) - 1 >= ndots else [*longer, plain]


def _ask(name: dns.name.Name, kind: str, servers: Sequence[Endpoint], budget: _Budget) -> Answer:
    """Ask each server in turn, silent ones again, until one knows or the time is up."""
    waiting = list(servers)
    failures: dict[Endpoint, str] = {}
    worse: Answer | None = None
    while waiting and budget.left():
        server = waiting.pop(0)
        try:
            answer = _ask_one(name, kind, server, budget)
        except _NoAnswerError as error:
            failures[server] = str(error)
            if error.again:
                waiting.append(server)
            continue
        if answer.rcode in ("NOERROR", "NXDOMAIN"):
            return answer
        worse = worse or answer
    if worse is not None:
        return worse
    if not failures:
        return Answer(kind, error="not asked: the time was up before a server could be")
    return Answer(kind, error="no answer: " + ", ".join(f"{who} {what}" for who, what in failures.items()))


def _ask_one(name: dns.name.Name, kind: str, server: Endpoint, budget: _Budget) -> Answer:
    import dns.flags
    import dns.message
    import dns.rcode

    started = time.monotonic()
    transport: Transport = "udp"
    for edns in (0, False):
        query = dns.message.make_query(name, kind, use_edns=edns, payload=_PAYLOAD)
        transport = "udp"
        message = _over_udp(query, server, budget)
        if message.flags & dns.flags.TC:
            transport = "tcp"
            message = _over_tcp(query, server, budget)
        # Servers from before EDNS answer so (RFC 6891 section 7): ask them in their own words.
        if message.rcode() not in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
            break
    now = time.monotonic()
    answer = read(message, kind, clean(name.to_text()))
    ms = (now - started) * 1000
    return answer._replace(ms=ms, server=server, transport=transport, received_at=now)


def _over_udp(query: dns.message.Message, server: Endpoint, budget: _Budget) -> dns.message.Message:
    """The first response to `query`; whatever else arrives is passed over, as it may be forged."""
    expires = time.monotonic() + min(TRY_S, budget.left())
    garbage = False
    try:
        # Connected, so that the kernel drops other senders and tells of a port that nobody serves.
        with _connected(server) as sock:
            sock.send(query.to_wire())
            while (left := expires - time.monotonic()) > 0 and budget.left():
                sock.settimeout(min(left, _SLICE_S))
                try:
                    wire = sock.recv(65535)
                except TimeoutError:
                    continue
                if (message := response(query, wire)) is not None:
                    return message
                garbage = True
    except ConnectionRefusedError:
        raise _NoAnswerError("refused: nothing serves that port", again=False) from None
    except OSError as error:
        raise _NoAnswerError(
            f"cannot be reached ({clean(error.strerror or str(error))})", again=False
        ) from None
    if garbage:
        raise _NoAnswerError("sent only garbage", again=True)
    raise _NoAnswerError("was silent", again=True)


def _connected(server: Endpoint) -> socket.socket:
    import dns.inet

    family = dns.inet.af_for_address(server.address)
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.connect(dns.inet.low_level_address_tuple((server.address, server.port), family))
    except OSError:
        sock.close()
        raise
    return sock


def _over_tcp(query: dns.message.Message, server: Endpoint, budget: _Budget) -> dns.message.Message:
    import dns.exception
    import dns.query

    begun = "cut its UDP answer short and then"
    try:
        return dns.query.tcp(query, server.address, timeout=min(TRY_S, budget.left()), port=server.port)
    except dns.exception.Timeout:
        raise _NoAnswerError(f"{begun} was silent over TCP", again=True) from None
    except ConnectionRefusedError:
        raise _NoAnswerError(f"{begun} refused TCP", again=False) from None
    except (OSError, EOFError):
        raise _NoAnswerError(f"{begun} hung up over TCP", again=False) from None
    except (dns.exception.DNSException, ValueError):
        raise _NoAnswerError(f"{begun} sent garbage over TCP", again=False) from None
