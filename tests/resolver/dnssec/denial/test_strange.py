"""Records with anything in them: the proofs say something of them, and never raise."""

from __future__ import annotations

import base64

import dns.name
import dns.rrset
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.resolver.dnssec.denial.proofs import absence, no_closer_match, no_ds
from netmon.resolver.dnssec.denial.verdict import Denial
from tests.resolver.dnssec.denial.chains import ZONE

_likely = st.sampled_from([b"*", b"a", b"b4um86eghhds6nea196smvmlo4ors995"])
_names = st.lists(_likely | st.binary(min_size=1, max_size=40), max_size=3).map(
    lambda labels: dns.name.Name((*labels, *ZONE.labels))
)
_digests = st.binary(min_size=1, max_size=3).map(lambda start: start.ljust(20, b"\0")) | st.binary(
    min_size=1, max_size=30
)
_kinds = st.sampled_from(["A", "DS", "ANY", "TYPE128"])
_types = st.sets(st.integers(1, 300), max_size=4).map(lambda types: " ".join(f"TYPE{each}" for each in types))


@st.composite
def nsec3(draw: st.DrawFn) -> str:
    """The data of an NSEC3 record."""
    algorithm, flags = draw(st.sampled_from([1, 1, 1, 0, 2])), draw(st.sampled_from([0, 1, 2, 255]))
    iterations, salt = draw(st.sampled_from([0, 1, 150, 151, 65535])), draw(st.binary(max_size=8)).hex()
    after = base64.b32hexencode(draw(_digests)).decode().rstrip("=")
    return f"{algorithm} {flags} {iterations} {salt or '-'} {after} {draw(_types)}"


@st.composite
def strange(draw: st.DrawFn) -> dns.rrset.RRset:
    """One record set."""
    if draw(st.booleans()):
        return dns.rrset.from_text(draw(_names), 60, "IN", "NSEC3", draw(nsec3()))
    return dns.rrset.from_text(draw(_names), 60, "IN", "NSEC", f"{draw(_names)} {draw(_types)}")


def says(denial: Denial) -> bool:
    """Proven with a basis, or not and with a reason, and printable."""
    is_said = bool(denial.basis) if denial.proven else bool(denial.reason)
    return is_said and all(word.isprintable() for word in (*denial.basis, denial.reason))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(strange(), max_size=4),
    _names,
    st.sampled_from(["A", "DS", "ANY", "TYPE128"]),
    st.integers(-1, 6),
)
def test_strange_records_are_no_reason_to_raise(
    rrsets: list[dns.rrset.RRset], one: dns.name.Name, kind: str, labels: int
) -> None:
    for nxdomain in (False, True):
        assert says(absence(one, kind, ZONE, rrsets, nxdomain=nxdomain))
    assert says(no_ds(one, ZONE, rrsets))
    assert says(no_closer_match(one, labels, ZONE, rrsets))
