"""How much of a prefix a destination shares with its source."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.order.candidate import Candidate


@pytest.mark.parametrize(
    ("address", "source", "bits"),
    [
        ("2001:db8::1", "2001:db8::1", 128),
        ("2001:db8::1", "2001:db8:8000::1", 32),
        ("10.0.0.1", "10.0.0.1", 32),
        ("10.0.0.1", "10.0.0.2", 30),
        ("128.0.0.1", "1.0.0.1", 0),
        ("fe80::1%eth0", "fe80::2", 126),
        ("::1", None, 0),
    ],
)
def test_common_bits(address: str, source: str | None, bits: int) -> None:
    assert Candidate(address, source).common_bits == bits


@given(st.ip_addresses(v=6), st.integers(0, 127))
def test_they_end_at_the_first_bit_that_differs(address: ipaddress.IPv6Address, place: int) -> None:
    source = ipaddress.IPv6Address(int(address) ^ (1 << (127 - place)))
    assert Candidate(str(address), str(source)).common_bits == place
