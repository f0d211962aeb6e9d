"""What `localhost` means on this machine, whether it carries connections, and who does not listen there.

Nothing leaves the machine: only loopback addresses are connected to, and only after a listener of our own
was bound there. The one thing outside our hands is where getaddrinfo looks `localhost` up.
"""

from __future__ import annotations

import errno
import os
import socket
import statistics
import struct
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from netmon.model.connection import Connection
from netmon.model.endpoint import Endpoint, Scope, scope_of
from netmon.model.finding import Finding, FindingState
from netmon.model.process import Owner
from netmon.model.socket import SocketRecord, SocketState
from netmon.model.text import clean
from netmon.model.units import format_rtt

V4 = "127.0.0.1"
V6 = "::1"
CONNECT_S = 1.0
RESOLVE_S = 5.0
_REPEATS = 3
"""Connections per address; their median is reported, as the first one pays for cold caches."""
_NAMED = 5
"""How many listeners a sentence names before it counts the rest."""
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""`struct linger`: on, and no time to linger."""


class Outcome(StrEnum):
    """What came of one connection."""

    CARRIES = "carries a connection"
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"
    NOT_HERE = "not an address of this machine"
    NO_FAMILY = "the address family is switched off"
    NOT_LOOPBACK = "not a loopback address, so not tried"
    FAILED = "failed"


class Probe(NamedTuple):
    """Whether one address carries a connection from this machine to itself."""

    address: str
    outcome: Outcome
    connect_us: int | None = None
    """Median time to connect; None when it does not."""
    detail: str = ""
    """The system's words for a failure."""

    @property
    def works(self) -> bool:
        """Whether a connection went through."""
        return self.outcome is Outcome.CARRIES


class Resolution(NamedTuple):
    """What getaddrinfo makes of a name, in its order."""

    addresses: tuple[str, ...] = ()
    error: str | None = None
    """Why there are none."""


@dataclass(frozen=True)
class Localhost:
    """Everything that `examine` saw."""

    plain: Resolution
    """As most programs ask: any family, stream sockets."""
    addrconfig: Resolution
    """As programs ask that pass AI_ADDRCONFIG."""
    probes: tuple[Probe, ...]
    """One for each distinct address of localhost, in its order; 127.0.0.1 and ::1 in any case."""
    kernel_v6: bool | None
    """Whether the kernel has ::1 on an interface; None where it does not say."""

    def works(self, address: str) -> bool:
        """Whether `address` was tried and carries a connection."""
        return any(probe.address == address and probe.works for probe in self.probes)

    def probe(self, address: str) -> Probe:
        """The probe of an address.

        Raises:
            KeyError: it was not probed.
        """
        return {probe.address: probe for probe in self.probes}[address]

    @property
    def order(self) -> tuple[str, ...]:
        """The distinct loopback addresses of localhost, in the order that most programs try them."""
        return tuple(a for a in dict.fromkeys(self.plain.addresses) if scope_of(a) is Scope.LOOPBACK)


_ERRNO = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.ECONNRESET: Outcome.REFUSED,
    errno.ETIMEDOUT: Outcome.TIMED_OUT,
    errno.ENETUNREACH: Outcome.UNREACHABLE,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.EACCES: Outcome.FORBIDDEN,
    errno.EPERM: Outcome.FORBIDDEN,
    errno.EADDRNOTAVAIL: Outcome.NOT_HERE,
    errno.EAFNOSUPPORT: Outcome.NO_FAMILY,
}


def examine(name: str = "localhost") -> Localhost:
    """Resolve `name` both ways and try every address; blocks, for seconds at worst: call it in a thread."""
    plain = resolve(name)
    addrconfig = resolve(name, socket.AI_ADDRCONFIG)
    addresses = dict.fromkeys((*plain.addresses, *addrconfig.addresses, V4, V6))
    return Localhost(plain, addrconfig, tuple(probe(address) for address in addresses), _kernel_v6())


def resolve(name: str, flags: int = 0, timeout_s: float = RESOLVE_S) -> Resolution:
    """`name` as getaddrinfo gives it for a stream socket of any family."""
    results: list[Resolution] = []

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(name, 0, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, flags)
            results.append(Resolution(tuple(str(info[4][0]).partition("%")[0] for info in infos)))
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            results.append(Resolution(error=clean(reason)))

    # getaddrinfo knows no deadline: a daemon thread may be left behind without holding up the exit.
    thread = Thread(target=ask, name="getaddrinfo", daemon=True)
    thread.start()
    thread.join(timeout_s)
    return results[0] if results else Resolution(error=f"no answer within {timeout_s:g} s")


def probe(address: str, timeout_s: float = CONNECT_S) -> Probe:
    """Listen on `address` and connect to it, a few times."""
    if scope_of(address) is not Scope.LOOPBACK:
        return Probe(address, Outcome.NOT_LOOPBACK)
    deadline = time.monotonic() + timeout_s
    times: list[int] = []
    try:
        with socket.socket(_family(address), socket.SOCK_STREAM) as listener:
            listener.bind((address, 0))
            listener.listen(_REPEATS)
            port = listener.getsockname()[1]
            for _ in range(_REPEATS):
                attempt = connect(address, port, max(0.001, deadline - time.monotonic()))
                if attempt.connect_us is None:
                    return attempt
                times.append(attempt.connect_us)
    except OSError as error:
        return _failed(address, error)
    return Probe(address, Outcome.CARRIES, int(statistics.median(times)))


def connect(address: str, port: int, timeout_s: float = CONNECT_S) -> Probe:
    """Connect once to a loopback address and hang up."""
    try:
        with socket.socket(_family(address), socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout_s)
            # Reset at the end: a check that leaves TIME_WAIT sockets behind would show up in netmon itself.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            started = time.perf_counter_ns()
            sock.connect((address, port))
            return Probe(address, Outcome.CARRIES, (time.perf_counter_ns() - started) // 1000)
    except OSError as error:
        return _failed(address, error)


def _failed(address: str, error: OSError) -> Probe:
    timed_out = isinstance(error, TimeoutError)
    outcome = Outcome.TIMED_OUT if timed_out else _ERRNO.get(error.errno or 0, Outcome.FAILED)
    return Probe(address, outcome, detail=clean(error.strerror or str(error)))


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _kernel_v6() -> bool | None:
    try:
        lines = Path("/proc/net/if_inet6").read_text().splitlines()
    except FileNotFoundError:
        # Linux without IPv6 has no such file; other systems have no /proc/net at all.
        return False if Path("/proc/net").is_dir() else None
    except OSError:
        return None
    return any(line.startswith("0" * 31 + "1 ") for line in lines)


def findings(seen: Localhost) -> tuple[Finding, ...]:
    """The judgements `lo-v4`, `lo-v6` and `gai-localhost` on what was seen."""
    return _lo_v4(seen.probe(V4)), _lo_v6(seen.probe(V6), seen.kernel_v6), _gai_localhost(seen)


def _lo_v4(v4: Probe) -> Finding:
    reference = "RFC 1122 section 3.2.1.3"
    if v4.works:
        return Finding("lo-v4", FindingState.OK, _carries(v4), _seen(v4), reference=reference)
    down = v4.outcome in (Outcome.NOT_HERE, Outcome.UNREACHABLE)
    return Finding(
        "lo-v4",
        FindingState.FAIL,
        f"{V4} does not carry a connection: {v4.outcome}",
        _seen(v4),
        why="Every program that talks to another on this machine over IPv4 fails.",
        fix="Bring loopback up: ip link set lo up" if down else "Look for firewall rules on lo.",
        reference=reference,
    )


def _lo_v6(v6: Probe, kernel_v6: bool | None) -> Finding:
    reference = "RFC 4291 section 2.5.3"
    if v6.works:
        return Finding("lo-v6", FindingState.OK, _carries(v6), _seen(v6), reference=reference)
    if not kernel_v6 and v6.outcome in (Outcome.NOT_HERE, Outcome.NO_FAMILY, Outcome.UNREACHABLE):
        return Finding(
            "lo-v6",
            FindingState.WARN,
            f"{V6} does not exist here: IPv6 is switched off, or loopback is down",
            _seen(v6),
            why="Servers that listen on ::1 alone cannot start; clients that try ::1 first lose a step.",
            fix="Switch it on: sysctl net.ipv6.conf.lo.disable_ipv6=0",
            reference=reference,
        )
    return Finding(
        "lo-v6",
        FindingState.FAIL,
        f"{V6} does not carry a connection: {v6.outcome}",
        _seen(v6),
        why="The address is there, so programs try it, and fail.",
        fix="Look for firewall rules on lo.",
        reference=reference,
    )


def _gai_localhost(seen: Localhost) -> Finding:
    state, summary, why, fix = _judge_localhost(seen)
    shown = (", ".join(r.addresses) or f"nothing ({r.error})" for r in (seen.plain, seen.addrconfig))
    evidence = "getaddrinfo gives {}; with AI_ADDRCONFIG {}".format(*shown)
    reference = "RFC 6761 section 6.3, getaddrinfo(3)"
    return Finding("gai-localhost", state, summary, evidence, why, fix, reference)


def _judge_localhost(seen: Localhost) -> tuple[FindingState, str, str, str]:
    """The state, summary, why and fix of `gai-localhost`."""
    plain, narrowed = seen.plain.addresses, seen.addrconfig.addresses
    hosts = "Give localhost the lines `127.0.0.1 localhost` and `::1 localhost` in the hosts file."
    if not plain:
        why = "Programs cannot reach this machine by the name they all use for it."
        return FindingState.FAIL, f"localhost does not resolve: {seen.plain.error}", why, hosts
    if outside := [a for a in (*plain, *narrowed) if scope_of(a) is not Scope.LOOPBACK]:
        why = "What is meant to stay on this machine may leave it."
        return FindingState.FAIL, f"localhost leads to {outside[0]}, which is no loopback address", why, hosts
    dead = [a for a in seen.order if not seen.works(a)]
    if len(dead) == len(seen.order):
        why = "No program reaches another one here by the name localhost."
        return FindingState.FAIL, f"localhost is {_listed(plain)}, and nothing carries a connection", why, ""
    if dead:
        why = "Programs that try every address waste a step on it."
        if dead[0] == plain[0]:
            why = "Programs that try only the first address fail."
        fix = f"Remove the line `{dead[0]} localhost` from the hosts file, or switch the address on."
        return FindingState.WARN, f"localhost lists {dead[0]}, which carries no connection here", why, fix
    if len({*plain}) < len(plain) or len({*narrowed}) < len(narrowed):
        why = "Programs that try every address try the same one twice before they give up."
        return FindingState.WARN, "localhost lists an address twice", why, ""
    if narrowed[:1] != plain[:1]:
        first = narrowed[0] if narrowed else "nothing"
        why = "Which server a program reaches depends on how the program asks."
        return FindingState.WARN, f"localhost is {plain[0]} first, but {first} with AI_ADDRCONFIG", why, hosts
    if unnamed := [a for a in (V4, V6) if a not in plain and seen.works(a)]:
        why = f"A server that listens on {unnamed[0]} alone is not found by the name localhost."
        summary = f"localhost is {_listed(plain)}; {unnamed[0]} works but is not named"
        return FindingState.INFO, summary, why, hosts
    return FindingState.OK, f"localhost is {_listed(plain)}", "", ""


def _carries(probe: Probe) -> str:
    return f"{probe.address} carries a connection ({format_rtt(probe.connect_us)})"


def _seen(probe: Probe) -> str:
    result = f"{probe.outcome}, {probe.detail}" if probe.detail else f"{probe.outcome}"
    return f"bound a listener to {probe.address} and connected to it: {result}"


def _listed(addresses: Sequence[str]) -> str:
    if len(addresses) == 1:
        return f"{addresses[0]} alone"
    return f"{addresses[0]} first, then {', '.join(addresses[1:])}"


class Answers(StrEnum):
    """How a listening port stands to the addresses of localhost."""

    COVERED = "covered"
    FIRST_REFUSED = "first family refused, the other works"
    NOT_NAMED = "localhost does not name its address"
    NO_LOOPBACK = "answers no address of localhost"
    UNKNOWN = "unknown: the socket does not tell whether it takes IPv4 too"


class PortVerdict(NamedTuple):
    """One TCP port that something listens on, all its sockets together."""

    port: int
    binds: tuple[Endpoint, ...]
    owners: tuple[Owner, ...]
    answers: Answers
    works: tuple[str, ...]
    """Which of 127.0.0.1, ::1 and the addresses of localhost it answers for certain."""

    @property
    def amiss(self) -> bool:
        """Whether it answers on loopback, but not where localhost leads first."""
        return self.answers in (Answers.FIRST_REFUSED, Answers.NOT_NAMED)

    def __str__(self) -> str:
        return f"{', '.join(dict.fromkeys(map(holder, self.owners)))} on {', '.join(map(str, self.binds))}"


def judge_listeners(order: Sequence[str], listeners: Iterable[Connection]) -> tuple[PortVerdict, ...]:
    """What each listening TCP port answers when called by the addresses of localhost, by port.

    UDP is left out: a socket that is bound to no peer may be a client as well as a server.
    """
    ports: defaultdict[int, list[Connection]] = defaultdict(list)
    for listener in listeners:
        if listener.socket.protocol == "tcp" and listener.socket.state is SocketState.LISTEN:
            ports[listener.socket.local.port].append(listener)
    return tuple(_judge_port(order, port, sockets) for port, sockets in sorted(ports.items()))


def _judge_port(order: Sequence[str], port: int, sockets: Sequence[Connection]) -> PortVerdict:
    reach = {a: _any([_reaches(s.socket, a) for s in sockets]) for a in dict.fromkeys((*order, V4, V6))}
    first = reach[order[0]] if order else None
    if first is None:
        answers = Answers.UNKNOWN
    elif first:
        answers = Answers.COVERED
    elif any(reach[a] for a in order):
        answers = Answers.FIRST_REFUSED
    elif any(reach.values()):
        answers = Answers.NOT_NAMED
    else:
        answers = Answers.UNKNOWN if None in reach.values() else Answers.NO_LOOPBACK
    works = tuple(a for a, reached in reach.items() if reached)
    binds, owners = tuple(s.socket.local for s in sockets), tuple(s.owner for s in sockets)
    return PortVerdict(port, binds, owners, answers, works)


def _reaches(record: SocketRecord, address: str) -> bool | None:
    """Whether a connection to loopback `address` arrives at the listener; None if it does not tell."""
    if record.interface not in (None, "lo", "lo0"):
        return False
    bound = record.local.address
    if bound == "::":
        return True if ":" in address else None if record.v6only is None else not record.v6only
    return bound == address or (bound == "0.0.0.0" and ":" not in address)


def _any(values: Sequence[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def holder(owner: Owner) -> str:
    """Who holds a socket in a few words: `node (4711)`, a unit, a user."""
    if owner.process is not None:
        return f"{clean(owner.process.name)} ({owner.process.pid})"
    who = owner.unit or owner.user or (f"uid {owner.uid}" if owner.uid is not None else None)
    return clean(who or owner.explain() or "an unknown process")


def listener_family(order: Sequence[str], verdicts: Sequence[PortVerdict]) -> Finding:
    """The judgement `listener-family`: is every server here found where localhost leads first?"""
    check, reference = "listener-family", "RFC 6724 section 6, ipv6(7) IPV6_V6ONLY"
    if not order:
        return Finding(check, FindingState.UNKNOWN, "localhost has no loopback address to judge listeners by")
    if not verdicts:
        return Finding(check, FindingState.OK, "nothing listens on TCP here", reference=reference)
    amiss = [verdict for verdict in verdicts if verdict.amiss]
    unknown = sum(verdict.answers is Answers.UNKNOWN for verdict in verdicts)
    where = f"{order[0]}, localhost's first address"
    if amiss:
        named = "; ".join(map(str, amiss[:_NAMED]))
        return Finding(
            check,
            FindingState.WARN,
            f"{len(amiss)} of {len(verdicts)} ports {_do(len(amiss))} not answer {where}",
            named + (f"; and {len(amiss) - _NAMED} more" if len(amiss) > _NAMED else ""),
            why="Programs that try only the first address are refused; the others lose a step.",
            fix=f"Let the server listen on {order[0]} too, or call it by the address it listens on.",
            reference=reference,
        )
    covered = sum(verdict.answers is Answers.COVERED for verdict in verdicts)
    state = FindingState.UNKNOWN if unknown else FindingState.OK
    summary = f"{covered} of {len(verdicts)} ports answer {where}"
    rest = len(verdicts) - covered - unknown
    evidence = f"{rest} answer no address of localhost, {unknown} do not tell which families they take"
    return Finding(check, state, summary, evidence, reference=reference)


def _do(count: int) -> str:
    return "does" if count == 1 else "do"
