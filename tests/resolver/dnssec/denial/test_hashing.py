"""The hash of NSEC3 against RFC 5155 and dnspython, and its bound."""

from __future__ import annotations

import base64

import dns.dnssec
import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.dnssec.denial.hashing import MAX_ITERATIONS, hashed


def test_as_in_the_rfc() -> None:
    # RFC 5155 appendix A
    wire = dns.name.from_text("example").to_wire()
    assert base64.b32hexencode(hashed(wire, b"\xaa\xbb\xcc\xdd", 12)) == b"0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM"


@given(st.binary(min_size=1, max_size=63), st.binary(max_size=16), st.integers(0, 40))
def test_as_dnspython(label: bytes, salt: bytes, iterations: int) -> None:
    name = dns.name.Name((label, b"test", b""))
    theirs = dns.dnssec.nsec3_hash(name, salt.hex(), iterations, 1)
    assert base64.b32hexencode(hashed(name.canonicalize().to_wire(), salt, iterations)).decode() == theirs


def test_it_is_bounded() -> None:
    with pytest.raises(ValueError, match="151 iterations"):
        hashed(b"\0", b"", MAX_ITERATIONS + 1)
