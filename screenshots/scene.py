"""A staged machine, `devbox`, as a collector would see it: invented names, addresses for documentation.

What an ordinary user could read is all there is: other users' processes are known by user and unit alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from math import cos
from typing import Literal

import dns.message

from netmon.loopback.checks import Examined
from netmon.loopback.findings import findings, listener_family
from netmon.loopback.listeners import judge_listeners
from netmon.loopback.localhost import Localhost
from netmon.loopback.probing import Outcome, Probe
from netmon.loopback.report import report
from netmon.loopback.resolving import Resolution
from netmon.model.connection import Connection
from netmon.model.endpoint import Endpoint
from netmon.model.finding import Finding, FindingState
from netmon.model.process import Owner, OwnerReason, Process
from netmon.model.snapshot import ClosedSocket, InterfaceCounters, Snapshot
from netmon.model.socket import Protocol, SocketRecord, SocketState, TcpInfo, Uncounted
from netmon.resolver.answer import Answer, read
from netmon.resolver.ask import Replies, Said
from netmon.resolver.enquiry import Outcome as DnsOutcome
from netmon.resolver.server import Server as DnsServer
from netmon.resolver.system.application import Application
from netmon.resolver.system.servers import System

HOST = "devbox"
NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
MONOTONIC = 500_000.0
"""The monotonic time of NOW."""
LIVE_S = 60
"""For so many seconds before NOW there is a snapshot every second; before, only where something opened."""
STARTED = -100_000.0
"""When netmon was started: all times are seconds from NOW."""
ACCOUNTED = 0.98
"""The share of the interface's bytes that belong to connections whose bytes are counted."""

HERE = "192.0.2.5"
HERE6 = "2001:db8::5"
ADDRESSES = {"127.0.0.1": "lo", "::1": "lo", HERE: "eth0", HERE6: "eth0", "fe80::5": "eth0"}
SERVICES = {
    22: "ssh", 53: "domain", 80: "http", 123: "ntp", 443: "https", 631: "ipp", 993: "imaps", 5353: "mdns",
    5432: "postgresql", 6379: "redis", 8080: "http-alt",
}  # fmt: skip
"""What this machine's services database has."""

# -- who there is


def _own(name: str, pid: int, age_s: float, command: str, parent: int, unit: str | None = None) -> Process:
    started = NOW.timestamp() - age_s
    return Process(pid, name, tuple(command.split()), 1000, "dev", started, parent, unit)


def _held(*processes: Process) -> Owner:
    return Owner(processes, uid=1000, user="dev", unit=processes[0].unit)


def _foreign(uid: int, user: str | None, unit: str) -> Owner:
    return Owner(reason=OwnerReason.OTHER_USER, uid=uid, user=user, unit=unit)


_DAY, _HOUR, _MINUTE = 86_400, 3600, 60
_SHELL = "tmux-spawn-7.scope"

NGINX = [
    _own("nginx", pid, 12 * _DAY, "nginx: worker process", 811, "nginx.service") for pid in range(812, 816)
]
NGINX_MASTER = _own("nginx", 811, 12 * _DAY, "nginx: master process", 1201, "nginx.service")
POSTGRES = [
    _own("postgres", pid, _DAY, "postgres: shop", 700, "postgresql.service") for pid in range(701, 704)
]
POSTMASTER = _own("postgres", 700, 12 * _DAY, "postgres -D data", 1201, "postgresql.service")
GUNICORN = [_own("gunicorn", pid, _DAY, "gunicorn shop:app", 989, "shop.service") for pid in range(990, 993)]
REDIS = _own("redis-server", 655, 12 * _DAY, "redis-server", 1201, "redis.service")
NODE = _own("node", 4402, 3 * _MINUTE, "node node_modules/.bin/vite", 4100, _SHELL)
PYTHON = _own("python3", 5120, _HOUR, "python3 -m report.server", 4100, _SHELL)
CURL = _own("curl", 4711, 8, "curl -LO https://downloads.example.net/disk.img", 4100, _SHELL)
GIT = _own("ssh", 4790, 2, "ssh git@git.example.net git-upload-pack", 4789, _SHELL)
SSH = _own("ssh", 3120, 3 * _HOUR, "ssh build.example.net", 4100, _SHELL)
FIREFOX = _own("firefox", 2210, 5 * _HOUR, "firefox", 1201, "firefox.scope")
MAIL = _own("thunderbird", 2301, 5 * _HOUR, "thunderbird", 1201, "thunderbird.scope")

SSHD = _foreign(0, "root", "ssh.service")
BACKUP = _foreign(33, None, "backup.service")
CHRONY = _foreign(112, "_chrony", "chrony.service")

_BASH = _own("bash", 4100, 5 * _HOUR, "-bash", 902, _SHELL)
_TMUX = _own("tmux: server", 902, 12 * _DAY, "tmux", 1, _SHELL)
_INIT = Process(1, "systemd", ("/sbin/init",), 0, "root", NOW.timestamp() - 12 * _DAY)

ANCESTORS: dict[int, tuple[Process, ...]] = {
    process.pid: (_BASH, _TMUX, _INIT) for process in (CURL, SSH, NODE, PYTHON)
}

# -- what they do

_numbers = count(1)


@dataclass(frozen=True)
class Flow:
    """One connection and how it fares."""

    local: Endpoint
    remote: Endpoint
    owner: Owner
    inbound: bool
    opened: float
    """Seconds from NOW; negative."""
    received: float = 0.0
    """Bytes per second at NOW."""
    sent: float = 0.0
    protocol: Protocol = "tcp"
    state: SocketState = SocketState.ESTABLISHED
    rtt_us: int = 11_800
    retransmits: int = 0
    swing: float = 0.3
    """The part of its rate that goes up and down, 0 to 1."""
    closed: float | None = None
    carried: tuple[int, int] = (0, 0)
    """Received and sent in all, for one that closed."""
    shut: float | None = None
    """When the peer finished sending, in seconds from NOW."""
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def local_and_remote(self) -> tuple[Endpoint, Endpoint]:
        """Both ends."""
        return self.local, self.remote

    def bytes_at(self, at: float) -> tuple[int, int]:
        """Received and sent until then."""
        if self.closed is not None:
            return self.carried if at > self.closed else (self.carried[0] // 2, 0)
        steady = 0.5 * max(0.0, min(at, -LIVE_S) - self.opened)
        said = 600 if self.state is SocketState.ESTABLISHED else 0  # to greet each other
        lively = sum(self._pace(second) for second in range(-LIVE_S + 1, int(at) + 1) if second > self.opened)
        return said + int(self.received * (steady + lively)), said + int(self.sent * (steady + lively))

    def _pace(self, second: int) -> float:
        """The rate of a second as a part of that at NOW."""
        return 1 - self.swing + self.swing * cos((0.19 + self.number % 7 / 40) * second)


@dataclass(frozen=True)
class Door:
    """One listening or unconnected socket."""

    local: Endpoint
    owner: Owner
    opened: float = STARTED
    protocol: Protocol = "tcp"
    v6only: bool | None = None
    waiting: int = 0
    """Connections in the accept queue, or bytes in the receive queue."""
    backlog: int = 128
    drops: int | None = None
    number: int = field(default_factory=lambda: next(_numbers))


def _end(text: str) -> Endpoint:
    address, _, port = text.rpartition(":")
    return Endpoint(address.strip("[]"), int(port))


def _in(
    remote: str, port: int, owner: Owner, age_s: float, received: float = 0, sent: float = 0, *,
    here: str = HERE, rtt_us: int = 11_800, swing: float = 0.3,
) -> Flow:  # fmt: skip
    return Flow(
        Endpoint(here, port), _end(remote), owner, True, -age_s, received, sent, rtt_us=rtt_us, swing=swing
    )


def _out(
    port: int, remote: str, owner: Owner, age_s: float, received: float = 0, sent: float = 0, *,
    here: str = HERE, rtt_us: int = 11_800, swing: float = 0.3, retransmits: int = 0,
    state: SocketState = SocketState.ESTABLISHED, protocol: Protocol = "tcp",
) -> Flow:  # fmt: skip
    return Flow(
        Endpoint(here, port), _end(remote), owner, False, -age_s, received, sent, protocol, state, rtt_us,
        retransmits, swing,
    )  # fmt: skip


def _pair(
    client: Process, server: Process, port: int, lent: int, age_s: float, asks: float, gives: float
) -> list[Flow]:
    """Both halves of a connection on this machine."""
    here, there = Endpoint("127.0.0.1", lent), Endpoint("127.0.0.1", port)
    number = next(_numbers) * 7  # one swing for both halves
    return [
        Flow(here, there, _held(client), False, -age_s, gives, asks, rtt_us=60, number=number + 100_000),
        Flow(there, here, _held(server), True, -age_s, asks, gives, rtt_us=60, number=number + 200_002),
    ]


def _closed(remote: str, owner: Owner, opened: float, closed: float, received: int, sent: int) -> Flow:
    return Flow(
        Endpoint(HERE, 443), _end(remote), owner, True, opened, closed=closed, carried=(received, sent)
    )


def _visitors() -> Iterator[Flow]:
    """Those who read the web site: many, and none of them much."""
    for index in range(17):
        address = f"203.0.113.{30 + 13 * index}" if index % 3 else f"198.51.100.{60 + 9 * index}"
        worker = _held(NGINX[index % 4])
        busy = index % 4 != 3
        yield _in(
            f"{address}:{49_300 + 811 * index % 9000}", 443, worker, 20 + 37 * index,
            (340 + 170 * (index * 5 % 11)) * busy, (4100 + 2900 * (index * 7 % 13)) * busy,
            rtt_us=9000 + 3700 * (index * 3 % 8),
        )  # fmt: skip


def _inbound() -> Iterator[Flow]:
    yield _in(
        "203.0.113.7:50122", 443, _held(NGINX[0]), 2 * _MINUTE + 9, 880e3, 190e3, rtt_us=24_300, swing=0.45
    )
    yield _in("203.0.113.24:49802", 443, _held(NGINX[1]), 47, 3.1e3, 148e3)
    yield _in("[2001:db8:40::17]:52344", 443, _held(NGINX[2]), 2.4, 1.9e3, 61e3, here=HERE6, rtt_us=31_000)
    yield _in("198.51.100.77:40112", 80, _held(NGINX[3]), 31, 310, 4.8e3)
    yield _in("198.51.100.20:40022", 22, SSHD, 3 * _HOUR + 11 * _MINUTE, 40, 120)
    yield from _visitors()
    yield _closed("203.0.113.9:50177", _held(NGINX[0]), -2.03, -1.94, 1_201, 14_210)
    yield _closed("203.0.113.118:50390", _held(NGINX[1]), -23.4, -20.2, 2_801, 48_300)


def _local() -> Iterator[Flow]:
    for index in range(3):
        age_s = _DAY + 4000 + 20 * index
        yield from _pair(
            GUNICORN[index],
            POSTGRES[index],
            5432,
            41_220 + 4 * index,
            age_s,
            2.1e3 / (index + 1),
            9e3 / (index + 1),
        )
    for index in range(2):
        yield from _pair(
            NGINX[index],
            GUNICORN[index],
            8000,
            53_870 + 6 * index,
            26 + 9 * index,
            2.6e3 / (index + 1),
            28e3 / (index + 1),
        )
    yield from _pair(GUNICORN[0], REDIS, 6379, 44_016, _DAY + 4000, 640, 1.1e3)


def _outbound() -> Iterator[Flow]:
    yield _out(50_000, "198.51.100.4:443", _held(CURL), 8, 2.9e6, 11e3, retransmits=3, swing=0.04)
    yield _out(
        50_312, "203.0.113.80:443", _held(FIREFOX), 14 * _MINUTE + 4, 80e3, 2e3, rtt_us=17_900, swing=0.5
    )
    yield _out(50_318, "203.0.113.80:443", _held(FIREFOX), 13 * _MINUTE + 20, rtt_us=17_400)
    yield _out(
        50_340, "[2001:db8:80::a]:443", _held(FIREFOX), 6 * _MINUTE, 1.4e3, 410, here=HERE6, rtt_us=15_200
    )
    yield _out(50_402, "198.51.100.143:443", _held(FIREFOX), 55, 12e3, 900, rtt_us=41_700)
    yield _out(49_210, "203.0.113.81:443", _held(FIREFOX), 13 * _MINUTE + 20, protocol="udp")
    yield _out(50_512, "198.51.100.23:22", _held(SSH), 2 * _HOUR + 48 * _MINUTE, 96, 64, rtt_us=28_000)
    yield _out(50_990, "[2001:db8:20::22]:22", _held(GIT), 2.2, 41e3, 5.2e3, here=HERE6, rtt_us=22_100)
    yield replace(
        _out(50_206, "203.0.113.25:993", _held(MAIL), 4 * _HOUR + 52 * _MINUTE, rtt_us=33_000), shut=-3.5
    )
    yield _out(50_208, "203.0.113.25:993", _held(MAIL), 4 * _HOUR + 51 * _MINUTE, 120, 40, rtt_us=33_000)
    yield _out(51_004, "203.0.113.99:443", _held(PYTHON), 1.6, state=SocketState.SYN_SENT)
    yield _out(50_044, "192.0.2.9:22", BACKUP, 2 * _HOUR + 5 * _MINUTE, 700, 41e3, rtt_us=610)
    yield _out(45_512, "192.0.2.123:123", CHRONY, 9 * _HOUR + 60, protocol="udp")


def _doors() -> Iterator[Door]:
    nginx, shop = _held(NGINX_MASTER, *NGINX), _held(*GUNICORN)
    resolved = _foreign(991, "systemd-resolve", "systemd-resolved.service")
    avahi, cups = _foreign(108, "avahi", "avahi-daemon.service"), _foreign(0, "root", "cups.service")
    yield Door(_end("0.0.0.0:22"), SSHD)
    yield Door(_end("[::]:22"), SSHD, v6only=True)
    yield Door(_end("127.0.0.53:53"), resolved, backlog=4096)
    yield Door(_end("127.0.0.53:53"), resolved, protocol="udp", backlog=0, drops=0)
    yield Door(_end("0.0.0.0:80"), nginx, backlog=511)
    yield Door(_end("[::]:80"), nginx, backlog=511, v6only=True)
    yield Door(_end("0.0.0.0:443"), nginx, backlog=511)
    yield Door(_end("[::]:443"), nginx, backlog=511, v6only=True)
    yield Door(_end("127.0.0.1:631"), cups)
    yield Door(_end("[::1]:631"), cups, v6only=True)
    yield Door(_end("[::1]:5173"), _held(NODE), -3 * _MINUTE, backlog=511, v6only=True)
    yield Door(_end("0.0.0.0:5353"), avahi, protocol="udp", backlog=0, waiting=2304, drops=17)
    yield Door(_end("127.0.0.1:5432"), _held(POSTMASTER), backlog=200)
    yield Door(_end("[::1]:5432"), _held(POSTMASTER), backlog=200, v6only=True)
    yield Door(_end("127.0.0.1:6379"), _held(REDIS), backlog=511)
    yield Door(_end("[::1]:6379"), _held(REDIS), backlog=511, v6only=True)
    yield Door(_end("127.0.0.1:8000"), shop, backlog=2048)
    yield Door(_end("[::]:8080"), _held(PYTHON), -_HOUR, waiting=97, v6only=False)


FLOWS = (*_inbound(), *_local(), *_outbound())
DOORS = tuple(_doors())

# -- how a collector sees it


def snapshots() -> list[Snapshot]:
    """What the collector read, from the start of netmon until NOW."""
    older = {flow.opened + 0.5 for flow in FLOWS if flow.opened < -LIVE_S}
    times = [STARTED, *sorted(older), *map(float, range(-LIVE_S, 1))]
    return [_snapshot(at, before) for before, at in zip([STARTED, *times], times, strict=False)]


def _snapshot(at: float, before: float) -> Snapshot:
    monotonic = MONOTONIC + at
    return Snapshot(
        taken_at=NOW + timedelta(seconds=at),
        monotonic=monotonic,
        began=monotonic - 0.003,
        source="sock_diag",
        sockets=[*_open_sockets(at), *(_door_record(door) for door in DOORS if door.opened <= at)],
        closed=[
            ClosedSocket(_last_record(flow), MONOTONIC + flow.closed)
            for flow in FLOWS
            if flow.closed is not None and before <= flow.closed < at
        ],
        reports_closed=True,
        interfaces={"eth0": _counters("eth0", at, ACCOUNTED), "lo": _counters("lo", at, 1.0)},
        addresses=ADDRESSES,
    )


def _counters(interface: str, at: float, accounted: float) -> InterfaceCounters:
    carried = [
        flow.bytes_at(at)
        for flow in FLOWS
        if ADDRESSES[flow.local.address] == interface and flow.opened <= at and flow.protocol == "tcp"
    ]
    received, sent = (sum(pair[side] for pair in carried) for side in (0, 1))
    return InterfaceCounters(int(received / accounted), int(sent / accounted))


def _open_sockets(at: float) -> Iterator[SocketRecord]:
    for flow in FLOWS:
        if flow.opened > at:
            continue
        if flow.closed is None or flow.closed > at:
            yield _record(flow, at)
        else:
            yield _time_wait(flow)


def _record(flow: Flow, at: float) -> SocketRecord:
    counted = flow.protocol == "tcp"
    return SocketRecord(
        key=flow.number,
        protocol=flow.protocol,
        family=_family(flow.local),
        local=flow.local,
        remote=flow.remote,
        state=SocketState.CLOSE_WAIT if flow.shut is not None and flow.shut < at else flow.state,
        owner=flow.owner,
        uid=flow.owner.uid,
        inode=90_000 + flow.number,
        cookie=0xA00 + flow.number,
        receive_queue=0,
        send_queue=0,
        drops=None if counted else 0,
        tcp=_tcp(flow, at) if counted else None,
        uncounted=None if counted else Uncounted.UDP,
    )


def _tcp(flow: Flow, at: float) -> TcpInfo:
    received, sent = flow.bytes_at(at)
    shaking = flow.state is SocketState.SYN_SENT
    last = max(flow.opened, at - 0.02) if received or sent else flow.opened
    just_opened = at - flow.opened < 1
    return TcpInfo(
        bytes_sent=sent,
        bytes_received=received,
        bytes_retransmitted=1448 * flow.retransmits,
        opener_excess=0 if flow.inbound or shaking else 1,
        unacked=1 if shaking else 0,
        rtt_us=None if shaking else flow.rtt_us,
        rtt_var_us=None if shaking else flow.rtt_us // 12,
        min_rtt_us=None if shaking else flow.rtt_us * 9 // 10,
        retransmits=1 if shaking else flow.retransmits,
        last_sent_at=MONOTONIC + (flow.opened if just_opened else last),
        last_received_at=MONOTONIC + (flow.opened if just_opened else last),
        busy_us=min(30_000, sent * 2),
        rwnd_limited_us=0,
        sndbuf_limited_us=0,
        delivery_rate=int(flow.sent) * 9,
    )


def _last_record(flow: Flow) -> SocketRecord:
    """The socket as its destroy event describes it."""
    assert flow.closed is not None
    record = _record(flow, flow.closed + 0.001)
    return record._replace(state=SocketState.CLOSED, owner=Owner(), uid=None, inode=None)


def _time_wait(flow: Flow) -> SocketRecord:
    """What the kernel keeps of a connection that this side closed first."""
    return _record(flow, 0.0)._replace(
        state=SocketState.TIME_WAIT,
        owner=Owner(reason=OwnerReason.TIME_WAIT),
        inode=None,
        uid=None,
        tcp=None,
        uncounted=Uncounted.TIME_WAIT,
    )


def _door_record(door: Door) -> SocketRecord:
    is_tcp = door.protocol == "tcp"
    return SocketRecord(
        key=door.number,
        protocol=door.protocol,
        family=_family(door.local),
        local=door.local,
        remote=None,
        state=SocketState.LISTEN if is_tcp else SocketState.UNCONNECTED,
        owner=door.owner,
        uid=door.owner.uid,
        inode=80_000 + door.number,
        cookie=0x100 + door.number,
        receive_queue=door.waiting,
        send_queue=door.backlog,
        v6only=door.v6only,
        drops=door.drops,
        uncounted=Uncounted.LISTENER if is_tcp else Uncounted.UDP,
    )


def _family(endpoint: Endpoint) -> Literal[4, 6]:
    return 6 if ":" in endpoint.address else 4


# -- what its resolver and its loopback say

RESOLVER = DnsServer("udp", "192.0.2.53", 53)
SYSTEM = System((RESOLVER,), ("example.net.",))
ASKED = "www.shop.example.net"
LOOKED_AT = 13.0
"""Seconds between the answers and the picture."""

_ALIASES = """
www.shop.example.net. 3600 IN CNAME shop.edge.example.net.
shop.edge.example.net. 300 IN CNAME pop7.edge.example.net.
"""
_RECORDS = {
    "A": "pop7.edge.example.net. 60 IN A 203.0.113.10\npop7.edge.example.net. 60 IN A 203.0.113.11",
    "AAAA": "pop7.edge.example.net. 60 IN AAAA 2001:db8:cd::10\n"
    "pop7.edge.example.net. 60 IN AAAA 2001:db8:cd::11",
    "CNAME": "",
    "NS": "",
}
_MS = {"A": 11.6, "AAAA": 12.2, "CNAME": 2.8, "NS": 14.4}


def answered(text: str) -> DnsOutcome:
    """What comes of asking for `ASKED`."""
    said = tuple(Said(_answer(kind, text)) for kind in _RECORDS)
    replies = Replies(RESOLVER, RESOLVER.host, said, max(_MS.values()))
    found = Application(("203.0.113.10", "203.0.113.11", "2001:db8:cd::10", "2001:db8:cd::11"), differs=False)
    return DnsOutcome(text, f"{text}.", (replies,), application=found)


def _answer(kind: str, name: str) -> Answer:
    aliases = _ALIASES.strip().splitlines()[: 1 if kind == "CNAME" else 2]
    lines = ["id 1", "opcode QUERY", "rcode NOERROR", "flags QR RD RA", ";QUESTION", f"{name}. IN {kind}"]
    message = dns.message.from_text("\n".join([*lines, ";ANSWER", *aliases, _RECORDS[kind]]))
    answer = read(message, kind, f"{name}.")
    return answer._replace(ms=_MS[kind], transport="udp", received_at=MONOTONIC - LOOKED_AT - 0.5)


def localhost() -> Localhost:
    """A machine whose loopback is in order, with 127.0.0.1 tried first."""
    both = Resolution(("127.0.0.1", "::1"))
    probes = Probe("127.0.0.1", Outcome.CARRIES, 58), Probe("::1", Outcome.CARRIES, 61)
    return Localhost(both, both, probes, kernel_v6=True)


_OK, _INFO = FindingState.OK, FindingState.INFO
_SOUND = (
    Finding("lo-up", _OK, "lo is up"),
    Finding("hosts-localhost", _OK, "the hosts file gives localhost both its addresses"),
    Finding("nss-order", _OK, "files are asked before dns"),
    Finding("localhost-leak", _OK, "the resolver keeps localhost on this machine"),
    Finding("gai-conf", _OK, "getaddrinfo orders addresses as its own table says"),
    Finding("sysctl", _OK, "IPv6 is on, on every interface"),
    Finding("bind-matrix", _OK, "each kind of listener serves what its address says"),
    Finding("split-brain", _OK, "no port is held by different programs on 127.0.0.1 and ::1"),
    Finding("src-select", _OK, "IPv6 leaves from the global address 2001:db8:7::5"),
    Finding("predict-order", _INFO, "a dual-stack name is tried over IPv6 first", "rule 6: precedence"),
)
"""What the checks say that do not depend on the listeners."""


def examined(listeners: Sequence[Connection] | None, **asked: object) -> Examined:
    """What the checks say of this machine, whatever is asked."""
    seen = localhost()
    ports = judge_listeners(seen.order, listeners or ())
    judged = (*findings(seen), *_SOUND, listener_family(seen.order, ports, 81))
    return Examined(seen, ports, 81, (), report(judged))
