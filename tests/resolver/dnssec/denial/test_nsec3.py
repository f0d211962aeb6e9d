"""Evidence from NSEC3 records: which of them may be used, and the proofs of RFC 5155 with its own zone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import dns.name
import dns.rrset
import dns.zone
import pytest

from netmon.resolver.dnssec.denial.evidence import Gap
from netmon.resolver.dnssec.denial.nsec3 import Nsec3Chain, nsec3_chain
from netmon.resolver.dnssec.denial.proofs import absence, no_closer_match, no_ds
from netmon.resolver.dnssec.denial.verdict import Denial, DenialKind
from tests.resolver.daemon import find
from tests.resolver.dnssec.denial.chains import ZONE, Small, name

EXAMPLE = dns.name.from_text("example.")
RFC_5155 = [
    # appendix B.1 and B.3
    (
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
        "2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA RRSIG",
    ),
    ("b4um86eghhds6nea196smvmlo4ors995", "gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG"),
    ("35mthgpgcu1qg68fab165klnsnk3dpvl", "b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG"),
]


def rfc_records(*chosen: int) -> list[dns.rrset.RRset]:
    """Some of the records of the RFC."""
    return [
        dns.rrset.from_text(f"{owner}.example.", 3600, "IN", "NSEC3", f"1 1 12 aabbccdd {rest}")
        for owner, rest in (RFC_5155[each] for each in chosen)
    ]


def test_the_name_error_of_the_rfc() -> None:
    denial = absence(
        dns.name.from_text("a.c.x.w.example."), "A", EXAMPLE, rfc_records(0, 1, 2), nxdomain=True
    )
    assert denial.proven
    assert denial.kind is DenialKind.OPT_OUT
    assert "x.w.example. (b4um86eghhds6nea196smvmlo4ors995) lists MX" in denial.basis[0]
    assert "covers c.x.w.example. (0va5bpr2ou0vk0lbqeeljri88laipsfh)" in denial.basis[1]


def test_the_unsigned_delegation_of_the_rfc() -> None:
    unsigned = no_ds(dns.name.from_text("c.example."), EXAMPLE, rfc_records(0, 2))
    assert (unsigned.kind, unsigned.is_cut) == (DenialKind.OPT_OUT, None)


def usable(owner: str, data: str) -> Nsec3Chain | Denial | None:
    """What is made of one record."""
    return nsec3_chain(ZONE, [dns.rrset.from_text(owner, 60, "IN", "NSEC3", data)])


HASH = "b4um86eghhds6nea196smvmlo4ors995"


@pytest.mark.parametrize(
    ("owner", "data"),
    [
        (f"{HASH}.zone.test.", f"2 0 1 - {HASH} A"),
        (f"{HASH}.zone.test.", f"1 2 1 - {HASH} A"),
        (f"{HASH}.zone.test.", f"1 128 1 - {HASH} A"),
        (f"{HASH}.zone.test.", "1 0 1 - b4um86eg A"),
        (f"{HASH}.other.test.", f"1 0 1 - {HASH} A"),
        (f"{HASH}.sub.zone.test.", f"1 0 1 - {HASH} A"),
        ("zone.test.", f"1 0 1 - {HASH} A"),
        ("www.zone.test.", f"1 0 1 - {HASH} A"),
        ("b4um86eg.zone.test.", f"1 0 1 - {HASH} A"),
        (f"{HASH[:-1]}!.zone.test.", f"1 0 1 - {HASH} A"),
    ],
)
def test_what_must_be_ignored(owner: str, data: str) -> None:
    assert usable(owner, data) is None
    assert isinstance(usable(f"{HASH.upper()}.zone.test.", f"1 0 1 - {HASH} A"), Nsec3Chain)


def test_records_that_differ_are_no_chain() -> None:
    zone = Small.of({"a": "A"})
    both = nsec3_chain(ZONE, [*zone.nsec3(), *zone.nsec3(iterations=2)])
    assert isinstance(both, Denial)
    assert "differ in salt or iterations" in both.reason


def test_the_only_record_covers_all_but_the_apex() -> None:
    chain = nsec3_chain(ZONE, Small.of({}).nsec3())
    assert isinstance(chain, Nsec3Chain)
    gap = chain.gap(name("b.a"))
    assert isinstance(gap, Gap)
    assert gap.encloser == ZONE
    assert chain.node(ZONE) is not None


def test_a_name_of_many_labels_costs_little() -> None:
    zone = Small.of({"a": "A"})
    deep = dns.name.Name((b"x",) * 120 + name("a").labels)
    denial = absence(deep, "A", ZONE, zone.nsec3(iterations=150), nxdomain=True)
    assert denial.proven
    assert "(RFC" not in denial.reason


@pytest.mark.parametrize("flags", [[], ["-A"]])
def test_a_zone_that_bind_signed(tmp_path: Path, flags: list[str]) -> None:
    zone, chain = signed_by_bind(tmp_path, flags)
    for text, nxdomain in [("nothing", True), ("b.a", True), ("q.w", False), ("ent", False), ("a", False)]:
        denial = absence(name(text), "MX", ZONE, chain, nxdomain=nxdomain)
        assert denial.proven, (text, denial)
        assert not absence(name(text), "MX", ZONE, chain, nxdomain=not nxdomain).proven or flags
    assert no_ds(name("cut"), ZONE, chain).kind is (DenialKind.OPT_OUT if flags else DenialKind.NO_DS)
    assert not no_ds(name("safe"), ZONE, chain).proven
    assert no_closer_match(name("q.w"), 3, ZONE, chain).proven
    assert not no_closer_match(name("a"), 2, ZONE, chain).proven
    assert {rrset.rdtype.name for rrset in zone} >= {"RRSIG", "NSEC3"}


def signed_by_bind(directory: Path, flags: list[str]) -> tuple[list[dns.rrset.RRset], list[dns.rrset.RRset]]:
    """All records of the zone, and its NSEC3 records."""
    text = """$ORIGIN zone.test.
$TTL 60
@ SOA ns.other.test. h.other.test. 1 3600 600 86400 60
@ NS ns.other.test.
a A 192.0.2.1
*.w A 192.0.2.2
x.ent TXT "x"
cut NS ns.other.test.
safe NS ns.other.test.
safe DS 1 13 2 """
    (directory / "zone").write_text(f"{text}{'00' * 32}\n")
    key = [find("dnssec-keygen", "bind9-utils"), "-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "zone.test."]
    sign = [
        find("dnssec-signzone", "bind9-utils"),
        "-S",
        "-z",
        "-3",
        "ab12",
        "-H",
        "3",
        *flags,
        "-o",
        "zone.test.",
    ]
    for command in (key, [*sign, "-f", "out", "zone"]):
        subprocess.run(command, cwd=directory, capture_output=True, check=True, timeout=30)
    zone = dns.zone.from_file(str(directory / "out"), ZONE, relativize=False)
    rrsets = [dns.rrset.from_rdata_list(one, 60, list(found)) for one, found in zone.iterate_rdatasets()]
    return rrsets, [rrset for rrset in rrsets if rrset.rdtype.name == "NSEC3"]
