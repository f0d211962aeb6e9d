"""The tables: longest match, scopes, and where glibc's differs from the RFC's."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.order.policy import GLIBC, MUSL, RFC_6724, Row, bits_of, kind_of, table

ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)


@pytest.mark.parametrize(
    ("address", "precedence", "label"),
    [
        ("::1", 50, 0),
        ("2001:db8::1", 40, 1),
        ("192.0.2.1", 35, 4),
        ("2002:c633:6401::1", 30, 2),
        ("2001::1", 5, 5),
        ("fd00::1", 3, 13),
        ("::192.0.2.1", 1, 3),
        ("fec0::1", 1, 11),
        ("3ffe::1", 1, 12),
    ],
)
def test_the_table_of_the_rfc(address: str, precedence: int, label: int) -> None:
    assert (RFC_6724.precedence(address), RFC_6724.label(address)) == (precedence, label)


@pytest.mark.parametrize(
    ("address", "precedence", "label"),
    [("192.0.2.1", 10, 4), ("fd00::1", 40, 6), ("2001::1", 40, 7), ("fec0::1", 40, 5), ("3ffe::1", 40, 1)],
)
def test_where_glibc_differs_from_the_rfc(address: str, precedence: int, label: int) -> None:
    assert (GLIBC.precedence(address), GLIBC.label(address)) == (precedence, label)


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("::1", 2),
        ("fe80::1", 2),
        ("febf::1", 2),
        ("fe80::1%lo", 2),
        ("fec0::1", 5),
        ("fd00::1", 14),
        ("ff05::2", 5),
        ("ff0e::1", 14),
        ("127.9.9.9", 2),
        ("169.254.1.1", 2),
        ("169.255.1.1", 14),
        ("10.0.0.1", 14),
    ],
)
def test_scopes(address: str, scope: int) -> None:
    assert RFC_6724.scope(address) == GLIBC.scope(address) == scope


def test_musl_takes_every_ipv4_address_as_global() -> None:
    assert MUSL.scope("127.0.0.1") == 14
    assert MUSL.scope("::1") == 2


def test_the_longest_prefix_counts_and_of_equals_the_first() -> None:
    rows = [Row(0x20 << 120, 8, 1), Row(0x2001 << 112, 16, 2), Row(0x2001 << 112, 16, 3)]
    assert [row.value for row in table(rows, 9)] == [2, 3, 1, 9]


@given(ADDRESSES)
def test_every_address_has_a_place_in_every_table(address: str) -> None:
    for policy in (RFC_6724, GLIBC, MUSL):
        assert policy.precedence(address) >= 1
        assert policy.label(address) >= 0
        assert policy.scope(address) in range(16)
    assert kind_of(address)


@given(ADDRESSES, st.integers(0, 128))
def test_a_row_covers_what_ipaddress_says(address: str, length: int) -> None:
    prefix = ipaddress.ip_network((int(ipaddress.IPv6Address("2001:db8::")), length), strict=False)
    assert isinstance(prefix, ipaddress.IPv6Network)
    row = Row(int(prefix.network_address), length, 0)
    assert row.covers(bits_of(address)) == (ipaddress.IPv6Address(bits_of(address)) in prefix)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("fd00::1", "ULA"),
        ("2002::1", "6to4"),
        ("2001::1", "Teredo"),
        ("8.8.8.8", "IPv4"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("2001:db8::1", "IPv6"),
        ("127.0.0.1", "IPv4 loopback"),
    ],
)
def test_kinds(address: str, kind: str) -> None:
    assert kind_of(address) == kind


def test_what_is_no_address() -> None:
    with pytest.raises(OSError, match="illegal IP address"):
        bits_of("localhost")
