"""Knot on a free port: an authoritative server that signs its zones itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.dnssec
import dns.message
import dns.name
import dns.query
import dns.rdatatype

from tests.resolver.daemon import answers, find, free_port, running
from tests.sockets import wait_for

NSID = "knot-1"
_CONFIG = """
server:
    listen: 127.0.0.1@{port}
    rundir: {home}
    nsid: {nsid}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {home}
log:
  - target: stderr
    any: info
policy:
  - id: own
    algorithm: ecdsap256sha256
    nsec3: on
zone:
  - domain: {zone}
    storage: {home}
    file: zone
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
    dnssec-signing: {signing}
    dnssec-policy: own
"""


@contextmanager
def knot(directory: Path, zone: str, text: str, *, signed: bool = True) -> Iterator[int]:
    """Serve a zone at a port of 127.0.0.1 until the end of the block."""
    program = find("knotd", "knot")
    home = directory / zone
    home.mkdir()
    (home / "zone").write_text(f"$ORIGIN {zone}.\n{text}")
    port = free_port()
    config = home / "knot.conf"
    signing = "on" if signed else "off"
    config.write_text(_CONFIG.format(port=port, home=home, zone=zone, nsid=NSID, signing=signing))
    with running([program, "-c", config], lambda: answers("127.0.0.1", port), home / "log"):
        if signed:
            wait_for(lambda: anchor(zone, port))
        yield port


def anchor(zone: str, port: int) -> str:
    """The trust anchor of a signed zone: the DS record of its key; empty while it has none yet."""
    query = dns.message.make_query(zone, "DNSKEY")
    reply = dns.query.udp(query, "127.0.0.1", port=port, timeout=2)
    keys = [key for rrset in reply.answer for key in rrset if rrset.rdtype == dns.rdatatype.DNSKEY]
    lines = [
        f"{zone}. IN DS {dns.dnssec.make_ds(dns.name.from_text(zone), key, 'SHA256')}"
        for key in keys
        if key.flags & 1  # SEP (RFC 4034 section 2.1.1)
    ]
    return "".join(f"{line}\n" for line in lines)
