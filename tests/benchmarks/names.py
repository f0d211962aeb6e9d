"""Thousands of names of a local unbound, 50 at a time: netmon's asking against dnspython alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from netmon.model.endpoint import Endpoint
from netmon.resolver.edns import PAYLOAD
from netmon.resolver.enquiry import Enquiry, enquire
from netmon.resolver.server import Server
from tests.benchmarks.contest import compete, in_process, ratio
from tests.benchmarks.table import Row, Target
from tests.sockets import wait_for

AT_A_TIME = 50
_TIMEOUT_S = 5.0
_ALIKE = 1.15
"""At most so many times what dnspython alone takes."""
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_NETMON, _QUERY, _RESOLVER = "netmon's asking", "dns.query.udp", "dns.resolver.resolve"
_Told = tuple[str, tuple[str, ...], list[tuple[object, ...]]]
"""Result, flags, and records with owner, TTL, type and data, in words."""


def name_rows(count: int, rounds: int) -> list[Row]:
    """Addresses of so many names: judged by dnspython's bare queries, its resolver for the record."""
    what = f"{_NETMON} / {{}}, {count:,} names, {AT_A_TIME} at a time"
    program = shutil.which("unbound", path=_PATH)
    if program is None:
        return [Row(what.format(_QUERY), None, raw="unbound: not installed")]
    names = [f"n{number}.wide.test." for number in range(count)]
    with _unbound(program, names) as server:
        each = {_NETMON: _by_netmon(server), _QUERY: _by_query(server), _RESOLVER: _by_resolver(server)}
        costs = compete({name: in_process(_all(ask, names)) for name, ask in each.items()}, rounds)
    return [
        Row(
            what.format(rival),
            ratio(costs, _NETMON, rival),
            target=target,
            raw=f"{costs[_NETMON].text()} against {costs[rival].text()}",
        )
        for rival, target in ((_QUERY, Target(_ALIKE)), (_RESOLVER, None))
    ]


def _all(ask: Callable[[str], _Told], names: list[str]) -> Callable[[], None]:
    """Ask for every name; whoever leaves something out has not done the same as the others."""

    def run() -> None:
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            found = list(pool.map(ask, names))
        for number, (name, told) in enumerate(zip(names, found, strict=True)):
            assert told == ("NOERROR", ("QR", "AA", "RD", "RA"), [(name, 60, "A", _address(number))]), told

    return run


def _by_netmon(server: Endpoint) -> Callable[[str], _Told]:
    asked = Server("udp", server.address, server.port)

    def ask(name: str) -> _Told:
        (replies,) = enquire(Enquiry(name, ("A",), (asked,), timeout_s=_TIMEOUT_S)).replies
        answer = replies.said[0].answer
        return str(answer.rcode), answer.flags, [tuple(record) for record in answer.records]

    return ask


def _by_query(server: Endpoint) -> Callable[[str], _Told]:
    def ask(name: str) -> _Told:
        query = dns.message.make_query(name, "A", use_edns=0, payload=PAYLOAD)
        return _told(dns.query.udp(query, server.address, port=server.port, timeout=_TIMEOUT_S))

    return ask


def _by_resolver(server: Endpoint) -> Callable[[str], _Told]:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [server.address], server.port, _TIMEOUT_S
    resolver.use_edns(0, payload=PAYLOAD)

    def ask(name: str) -> _Told:
        return _told(resolver.resolve(name, "A").response)

    return ask


def _told(message: dns.message.Message) -> _Told:
    """What netmon's answer holds of a message: all that is to be shown."""
    records: list[tuple[object, ...]] = [
        (rrset.name.to_text(), rrset.ttl, dns.rdatatype.to_text(rrset.rdtype), rdata.to_text())
        for rrset in message.answer
        for rdata in rrset
    ]
    return dns.rcode.to_text(message.rcode()), tuple(dns.flags.to_text(message.flags).split()), records


def _address(number: int) -> str:
    return f"10.0.{number >> 8}.{number & 255}"


@contextmanager
def _unbound(program: str, names: list[str]) -> Iterator[Endpoint]:
    """A server that knows the names by heart."""
    with tempfile.TemporaryDirectory(prefix="netmon-names-") as place:
        server = Endpoint("127.0.0.1", _free_port())
        config = Path(place) / "unbound.conf"
        config.write_text(_config(server, names, place))
        with subprocess.Popen(
            [program, "-d", "-p", "-c", str(config)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                wait_for(lambda: _answers(server, process))
                yield server
            finally:
                process.kill()


def _config(server: Endpoint, names: list[str], directory: str) -> str:
    data = "\n".join(f'local-data: "{name} 60 A {_address(at)}"' for at, name in enumerate(names))
    return f"""
server:
  chroot: ""
  username: ""
  directory: "{directory}"
  pidfile: ""
  use-syslog: no
  verbosity: 0
  num-threads: 1
  interface: {server.address}@{server.port}
  local-zone: wide.test. static
{data}
remote-control:
  control-enable: no
"""


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _answers(server: Endpoint, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "unbound has ended"
    outcome = enquire(Enquiry("n0.wide.test.", ("A",), (Server("udp", *server),), timeout_s=0.5))
    return outcome.found
