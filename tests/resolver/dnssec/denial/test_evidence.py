"""What records come down to: types, names and the words for them."""

from __future__ import annotations

from typing import cast

import dns.name
import dns.rdata
import pytest
from dns.rdtypes.ANY.NSEC import NSEC
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.dnssec.denial.evidence import Node, is_below, types_in, types_text, wildcard_of

TEST = dns.name.from_text("test.")


@given(st.sets(st.integers(1, 65535), max_size=30))
def test_a_bitmap_is_read_as_it_was_written(types: set[int]) -> None:
    listed = " ".join(f"TYPE{each}" for each in sorted(types))
    rdata = dns.rdata.from_text("IN", "NSEC", f"a.test. {listed}")
    assert types_in(cast("NSEC", rdata).windows) == types


def test_a_long_bitmap_is_shown_in_part() -> None:
    assert types_text(frozenset()) == "no types"
    assert types_text(frozenset({1, 16, 65280})) == "A TXT TYPE65280"
    assert types_text(frozenset(range(1, 60000))).endswith(" and 59979 more types")


@pytest.mark.parametrize(
    ("types", "hides", "delegation", "compact"),
    [
        ({2, 46, 47}, True, True, False),
        ({2, 6, 46, 47}, False, False, False),
        ({39}, True, False, False),
        ({46, 47, 128}, False, False, True),
        ({1, 46, 47, 128}, False, False, False),
    ],
)
def test_what_types_mean(types: set[int], hides: bool, delegation: bool, compact: bool) -> None:
    node = Node(TEST, frozenset(types), "")
    assert (node.hides_what_is_below, node.is_delegation, node.is_compact_denial) == (
        hides,
        delegation,
        compact,
    )


def test_names() -> None:
    assert str(wildcard_of(TEST)) == "*.test."
    long = dns.name.Name((*(b"x" * 62,) * 3, b"y" * 61, b"z", b""))
    assert wildcard_of(long) is None
    assert is_below(dns.name.from_text("A.TEST."), TEST)
    assert not is_below(dns.name.from_text("Test."), TEST)
