"""A tree of zones signed by BIND's dnssec-signzone, sound and broken ones, for a server to serve."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.resolver.daemon import find
from tests.resolver.rules.nsd import free_port, nsd

_SOA = "{zone} 300 IN SOA ns.test. h.test. 1 3600 600 86400 300\n{zone} 300 IN NS ns.test.\n"
_NSEC3 = ("-3", "-", "-H", "0")
LEAVES = {
    "nsec.test.": """www A 192.0.2.1
alias CNAME www.n3.test.
toplain CNAME www.plain.test.
tobad CNAME www.expired.test.
loop CNAME loop2
loop2 CNAME loop
*.wild A 192.0.2.2
a.ent A 192.0.2.3
old DNAME n3.test.
""",
    "n3.test.": "www A 192.0.2.4\n*.wild TXT star\n",
    "optout.test.": "www A 192.0.2.5\nunsigned NS ns.test.\n",
    "expired.test.": "www A 192.0.2.6\n",
    "future.test.": "www A 192.0.2.7\n",
    "otherkey.test.": "www A 192.0.2.8\n",
    "forged.test.": "www A 192.0.2.9\n",
    "bare.test.": "www A 192.0.2.10\n",
    "unknown.test.": "www A 192.0.2.11\n",
    "denies.test.": "www A 192.0.2.12\n",
    "rsa.test.": "www A 192.0.2.14\n",
}
"""Each zone of the second level and what is in it."""

_OPTIONS = {
    "n3.test.": _NSEC3,
    "optout.test.": (*_NSEC3, "-A"),
    "expired.test.": ("-s", "20200101000000", "-e", "20200201000000"),
    "future.test.": ("-s", "+864000", "-e", "+1864000"),
}


class Signed(NamedTuple):
    """A zone file with signatures, and what its parent must say."""

    text: str
    ds: str


def tree(directory: Path) -> tuple[dict[str, str], str]:
    """Zone files by zone, and the DS of the root as an anchor file."""
    zones = {"plain.test.": _SOA.format(zone="plain.test.") + "www.plain.test. A 192.0.2.20\n"}
    delegations = "plain.test. NS ns.test.\n"
    for zone, text in LEAVES.items():
        body = f"{_SOA.format(zone=zone)}$ORIGIN {zone}\n{text}"
        signed = sign(directory, zone, body, *_OPTIONS.get(zone, ()))
        zones[zone] = _spoiled(zone, signed.text)
        delegations += f"{zone} NS ns.test.\n{_ds(zone, signed.ds)}"
    test = sign(directory, "test.", f"{_SOA.format(zone='test.')}ns.test. A 127.0.0.1\n{delegations}")
    root = sign(directory, ".", f"{_SOA.format(zone='.')}test. NS ns.test.\n{test.ds}")
    return {**zones, "test.": test.text, ".": root.text}, root.ds


def sign(directory: Path, zone: str, body: str, *options: str, algorithm: str = "ECDSAP256SHA256") -> Signed:
    """Sign a zone with a KSK and a ZSK of its own."""
    home = directory / f"sign-{zone}x"
    home.mkdir()
    if zone == "rsa.test.":
        algorithm = "RSASHA256"
    keys = [
        _run(home, "dnssec-keygen", "-q", "-a", algorithm, *more, zone).strip()
        for more in (("-f", "KSK"), ())
    ]
    text = body + "".join((home / f"{key}.key").read_text() for key in keys)
    (home / "zone").write_text(f"$TTL 300\n{text}")
    _run(home, "dnssec-signzone", "-q", "-P", "-o", zone, *options, "-f", "signed", "zone", *keys)
    ds = _run(home, "dnssec-dsfromkey", "-2", f"{keys[0]}.key")
    return Signed((home / "signed").read_text(), ds)


def _ds(zone: str, ds: str) -> str:
    if zone == "otherkey.test.":
        return re.sub(r"[0-9A-F]{60,}", "AB" * 32, ds)
    return re.sub(r"DS (\d+) 13 2", r"DS \1 200 2", ds) if zone == "unknown.test." else ds


def _spoiled(zone: str, text: str) -> str:
    if zone == "forged.test.":
        return text.replace("192.0.2.9", "192.0.2.99")
    if zone == "bare.test.":
        return _without(text, zone, lambda kind, covers: kind == "RRSIG" and covers != "DNSKEY")
    if zone == "denies.test.":
        return _without(text, zone, lambda kind, covers: "NSEC" in (kind, covers))
    return text


def _without(text: str, zone: str, is_out: Callable[[str, str], bool]) -> str:
    """Without the records of which `is_out` says so by type and covered type."""
    import dns.rdatatype
    import dns.zone

    read = dns.zone.from_text(text, zone, relativize=False)
    for name, node in read.nodes.items():
        for each in list(node.rdatasets):
            if is_out(dns.rdatatype.to_text(each.rdtype), dns.rdatatype.to_text(each.covers)):
                read.delete_rdataset(name, each.rdtype, each.covers)
    return read.to_text(relativize=False)


def _run(home: Path, program: str, *arguments: str) -> str:
    done = subprocess.run(
        [find(program, "bind9-utils"), *arguments],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Served(NamedTuple):
    """The tree as it is served."""

    server: str
    anchor: Path

    @property
    def port(self) -> int:
        """Of nsd on 127.0.0.1."""
        return int(self.server.rpartition(":")[2])


@contextmanager
def served(directory: Path) -> Iterator[Served]:
    """Let nsd serve the whole tree until the end of the block."""
    zones, anchor = tree(directory)
    path = directory / "anchor"
    path.write_text(anchor)
    port = free_port()
    with nsd(directory, "127.0.0.1", port, zones):
        yield Served(f"127.0.0.1:{port}", path)
