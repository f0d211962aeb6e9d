"""A tree of signed zones on real servers, with what may be right or wrong with them, and who judges that.

All on port 53 of a network namespace: the root, two top-level domains and their zones by nsd, one zone that
knot signs by itself, one server that lies, and beside them unbound, which validates from the tree's anchor.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import dns.dnssec
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.kernel.hosts import Host
from tests.resolver.daemon import answers, find, running
from tests.resolver.trace.tree import alone_on_a_host, misbehaving, nsd
from tests.resolver.unbound import unbound

ROOT, TLDS, ZONES, KNOT, LIAR, UNBOUND = (f"127.2.0.{n}" for n in (1, 2, 3, 4, 5, 53))

COMMON = """
www A 192.0.2.1
*.wild A 192.0.2.2
below.ent TXT "x"
"""

TRUTHS = {"gone.liar.test.": "zz.liar.test.", "www.liar3.test.": "zz.liar3.test."}
"""For these names the liar says what is true of others."""


class Signing(NamedTuple):
    """How a zone is signed, and what the one above it says of that."""

    algorithm: str = "ECDSAP256SHA256"
    flags: tuple[str, ...] = ()
    iterations: int | None = None
    """Of NSEC3, more than BIND would make."""
    starts: timedelta = timedelta(hours=-1)
    ends: timedelta = timedelta(days=10)
    spoil: tuple[str, str] = ("", "")
    """What is replaced in the signed zone."""
    drop: str = ""
    """An expression for the lines that are taken out of it."""
    other_ds: bool = False
    """Whether the DS is that of a key that the zone does not have."""
    ds: str | None = None
    """Another DS, or none."""
    body: str = COMMON
    address: str = ZONES
    """Of the nsd that serves it."""
    announced: str = ""
    """Another address, to which the zone above it points."""


NSEC3 = ("-3", "ab12", "-H", "1")

ZONE_FILES: Mapping[str, Signing] = {
    ".": Signing("ED25519", body="", address=ROOT),
    "test.": Signing("RSASHA256", body="", address=TLDS),
    "opt.": Signing(flags=(*NSEC3, "-A"), body="", address=TLDS),
    "secure.test.": Signing("ED25519", body=COMMON + """
        alias CNAME www.three.test.
        toinsecure CNAME www.unsigned.test.
        tobogus CNAME www.expired.test.
        dname DNAME three.test.
        *.wildalias CNAME www.rsa.test.
    """),
    "sub.secure.test.": Signing("ECDSAP384SHA384"),
    "deep.under.secure.test.": Signing(flags=NSEC3),
    "three.test.": Signing(flags=NSEC3),
    "plain.three.test.": Signing(ds=""),
    "rsa.test.": Signing("RSASHA256"),
    "costly.test.": Signing(iterations=151),
    "expired.test.": Signing(starts=timedelta(days=-20), ends=timedelta(days=-10)),
    "future.test.": Signing(starts=timedelta(days=10), ends=timedelta(days=20)),
    "wrongkey.test.": Signing(other_ds=True),
    "broken.test.": Signing(spoil=("192.0.2.1", "192.0.2.66")),
    "missing.test.": Signing(drop=r"^www\S* \d+ IN RRSIG A "),
    "baresoa.test.": Signing(drop=r" RRSIG SOA "),
    "stripped.test.": Signing(drop=" RRSIG "),
    "noproof.test.": Signing(drop=" NSEC "),
    "oddalg.test.": Signing(ds=f"oddalg.test. DS 4711 200 2 {'ab' * 32}"),
    "odddigest.test.": Signing(ds=f"odddigest.test. DS 4711 13 99 {'ab' * 32}"),
    "unsigned.test.": Signing(ds=""),
    "liar.test.": Signing(body=COMMON + "a A 192.0.2.3\nm A 192.0.2.4\n", announced=LIAR),
    "liar3.test.": Signing(flags=NSEC3, announced=LIAR),
    "unsigned.opt.": Signing(ds=""),
    "child.hollow.opt.": Signing(ds=""),
    "signed.opt.": Signing(),
}  # fmt: skip


class SignedTree(NamedTuple):
    """The running tree."""

    host: Host
    anchor: Path
    """The root's key, as `unbound` and `netmon` take it."""
    delv_anchor: Path


@contextmanager
def running_signed_tree(directory: Path) -> Iterator[SignedTree]:
    """The whole tree, until the end of the block; needs root."""
    with alone_on_a_host() as host, ExitStack() as stack:
        with host.entered():
            knot_ds = stack.enter_context(_knot(directory))
            key = _sign_all(stack, directory, knot_ds)
            stack.enter_context(misbehaving(LIAR, lie))
            anchor, delv_anchor = _anchors(directory, key)
            stack.enter_context(_unbound(directory, anchor))
        yield SignedTree(host, anchor, delv_anchor)


def serves(address: str, zone: str) -> bool:
    """Whether a server there has the keys of a zone, with a signature."""
    query = dns.message.make_query(zone, "DNSKEY", want_dnssec=True)
    try:
        reply = dns.query.udp(query, address, timeout=0.2)  # one that is not there yet says nothing at all
    except (dns.exception.DNSException, OSError):
        return False
    return any(rrset.rdtype == dns.rdatatype.RRSIG for rrset in reply.answer)


def lie(query: bytes) -> Sequence[bytes]:
    """What the zone's true server says, but for some names what it says of others."""
    message = dns.message.from_wire(query)
    asked = message.question[0].name
    message.question[0].name = dns.name.from_text(TRUTHS.get(str(asked).lower(), str(asked)))
    reply = dns.query.udp(message, ZONES, timeout=2)
    reply.question[0].name = asked
    return [reply.to_wire()]


# The zones


def _sign_all(stack: ExitStack, directory: Path, knot_ds: str) -> str:
    """Sign from the leaves up and serve; the root's DNSKEY."""
    cuts = {"auto.test.": (KNOT, knot_ds)}
    files: dict[str, dict[str, Path]] = {address: {} for address in (ROOT, TLDS, ZONES)}
    for zone, signing in sorted(ZONE_FILES.items(), key=lambda one: -len(dns.name.from_text(one[0]))):
        body = signing.body + _delegations({cut: of for cut, of in cuts.items() if _above(cut) == zone})
        path, ds = _signed(directory, zone, signing._replace(body=body))
        files[signing.address][zone] = path
        cuts[zone] = signing.announced or signing.address, ds
    for address, served in files.items():
        stack.enter_context(_nsd(directory / address, address, served))
    return next(iter(directory.glob("K.+*.key"))).read_text().splitlines()[-1]


def _above(cut: str) -> str:
    """The zone that a zone is delegated from."""
    above = [
        zone
        for zone in ZONE_FILES
        if zone != cut and dns.name.from_text(cut).is_subdomain(dns.name.from_text(zone))
    ]
    return max(above, key=len, default="")


def _delegations(cuts: Mapping[str, tuple[str, str]]) -> str:
    return "".join(
        f"{zone} NS ns.{zone}\nns.{zone} A {address}\n{ds}\n" for zone, (address, ds) in cuts.items()
    )


def _zone_text(zone: str, signing: Signing) -> str:
    lines = "\n".join(line.strip() for line in signing.body.splitlines())
    soa = "@ SOA ns hostmaster 1 7200 3600 86400 60"
    return f"$ORIGIN {zone}\n$TTL 300\n{soa}\n@ NS ns\nns A {signing.announced or signing.address}\n{lines}\n"


def _signed(directory: Path, zone: str, signing: Signing) -> tuple[Path, str]:
    """The file of a signed zone, and the DS records for the zone above it."""
    plain = directory / f"{zone}zone"
    plain.write_text(_zone_text(zone, signing))
    if signing.ds == "":
        return plain, ""
    key = _keygen(directory, zone, signing.algorithm)
    now = datetime.now(UTC)
    dates = [f"{now + offset:%Y%m%d%H%M%S}" for offset in (signing.starts, signing.ends)]
    out = directory / f"{zone}signed"
    _run(directory, *_signer(zone, signing, dates), "-f", out.name, plain.name, key.name)
    out.write_text(_spoilt(out.read_text(), signing))
    if signing.other_ds:
        (directory / "elsewhere").mkdir()
        key = _keygen(directory / "elsewhere", zone, signing.algorithm)
    return out, signing.ds or _run(key.parent, find("dnssec-dsfromkey", "bind9-utils"), "-2", key.name)


def _signer(zone: str, signing: Signing, dates: Sequence[str]) -> list[str]:
    if signing.iterations is not None:
        return [find("ldns-signzone", "ldnsutils"), "-n", "-t", str(signing.iterations), "-o", zone]
    bind = find("dnssec-signzone", "bind9-utils")
    return [bind, "-S", "-z", "-P", "-O", "full", *signing.flags, "-s", dates[0], "-e", dates[1], "-o", zone]


def _spoilt(text: str, signing: Signing) -> str:
    lines = text.replace(*signing.spoil).splitlines() if signing.spoil[0] else text.splitlines()
    drop = signing.drop or "^$"
    return "".join(f"{line}\n" for line in lines if not re.search(drop, " ".join(line.split())))


def _keygen(directory: Path, zone: str, algorithm: str) -> Path:
    size = ("-b", "2048") if algorithm.startswith("RSA") else ()
    keygen = find("dnssec-keygen", "bind9-utils")
    return directory / _run(directory, keygen, "-q", "-a", algorithm, *size, "-f", "KSK", zone).strip()


def _run(directory: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# The servers


@contextmanager
def _nsd(home: Path, address: str, files: Mapping[str, Path]) -> Iterator[None]:
    home.mkdir()
    settings = home / "nsd.conf"
    zones = "\n".join(f'zone:\n name: "{zone}"\n zonefile: "{path}"' for zone, path in files.items())
    settings.write_text(f"""server:
 ip-address: {address}@53
 username: ""
 chroot: ""
 database: ""
 server-count: 1
 zonesdir: "{home}"
 xfrdir: "{home}"
 pidfile: "{home}/pid"
 xfrdfile: "{home}/xfrd"
 zonelistfile: "{home}/list"
remote-control:
 control-enable: no
{zones}
""")
    with running([nsd(), "-d", "-c", settings], lambda: answers(address), home / "log"):
        yield


@contextmanager
def _knot(directory: Path) -> Iterator[str]:
    """Knot with a zone that it signs by itself, by NSEC3; the DS for it."""
    home = directory / "knot"
    home.mkdir()
    (home / "auto.zone").write_text(_zone_text("auto.test.", Signing(address=KNOT)))
    settings = home / "knot.conf"
    settings.write_text(f"""server:
    listen: {KNOT}@53
    rundir: {home}
database:
    storage: {home}
policy:
  - id: by-itself
    algorithm: ecdsap256sha256
    single-type-signing: on
    nsec3: on
    nsec3-iterations: 0
zone:
  - domain: auto.test.
    storage: {home}
    file: auto.zone
    zonefile-sync: -1
    dnssec-signing: on
    dnssec-policy: by-itself
""")
    command = [find("knotd", "knot"), "-c", settings]
    with running(command, lambda: serves(KNOT, "auto.test."), home / "log"):
        reply = dns.query.udp(dns.message.make_query("auto.test.", "DNSKEY"), KNOT, timeout=2)
        yield "\n".join(
            f"auto.test. DS {dns.dnssec.make_ds('auto.test.', key, 'SHA256')}" for key in reply.answer[0]
        )


def _anchors(directory: Path, key: str) -> tuple[Path, Path]:
    """The root's key as a record, and as `delv` takes it."""
    words = key.split()
    at = words.index("DNSKEY")
    flags, protocol, algorithm = words[at + 1 : at + 4]
    plain, delv = directory / "anchor.key", directory / "anchor.delv"
    plain.write_text(f". IN DNSKEY {' '.join(words[at + 1 :])}\n")
    data = "".join(words[at + 4 :])
    delv.write_text(f'trust-anchors {{ . static-key {flags} {protocol} {algorithm} "{data}"; }};\n')
    return plain, delv


@contextmanager
def _unbound(directory: Path, anchor: Path) -> Iterator[None]:
    hints = directory / "hints"
    hints.write_text(f". NS ns.\nns. A {ROOT}\n")
    lines = f"""interface: {UNBOUND}
  do-ip6: no
  root-hints: "{hints}"
  trust-anchor-file: "{anchor}"
  local-zone: test. nodefault
  ede: yes
  val-log-level: 2"""
    with unbound(directory, lines, lambda: serves(UNBOUND, ".")):
        yield


# Who judges


def unbound_says(name: str, kind: str) -> str:
    """The verdict of unbound, with its extended errors."""
    query = dns.message.make_query(name, kind, want_dnssec=True)
    query.flags |= dns.flags.AD
    reply = dns.query.udp(query, UNBOUND, timeout=10)
    if reply.rcode() == dns.rcode.SERVFAIL:
        return "bogus " + " ".join(option.to_text() for option in reply.options)
    return "secure" if reply.flags & dns.flags.AD else "insecure"


def delv_says(tree: SignedTree, name: str, kind: str) -> str:
    """The verdict of delv, in its words."""
    delv = find("delv", "bind9-dnsutils")
    command = [delv, f"@{UNBOUND}", "-a", str(tree.delv_anchor), "+root=.", name, kind]
    return _said(command)


def drill_says(tree: SignedTree, name: str, kind: str) -> str:
    """How far drill gets when it follows the signatures up to the anchor."""
    drill = find("drill", "ldnsutils")
    return _said([drill, "-S", "-k", str(tree.anchor), f"@{UNBOUND}", "-o", "CD", name, kind])


def _said(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout + done.stderr
