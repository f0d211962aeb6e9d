"""Addresses and numbers as the filter language writes them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.engine.filter.values import address_test, number_test, parse_address_word, port_test

ADDRESSES = st.ip_addresses()
NETWORKS = st.one_of(
    st.builds(
        lambda a, n: ipaddress.ip_network((a, n), strict=False), st.ip_addresses(v=4), st.integers(0, 32)
    ),
    st.builds(
        lambda a, n: ipaddress.ip_network((a, n), strict=False), st.ip_addresses(v=6), st.integers(0, 128)
    ),
)


@given(NETWORKS, ADDRESSES)
def test_membership_is_that_of_ipaddress(
    network: ipaddress.IPv4Network | ipaddress.IPv6Network, address: ipaddress.IPv4Address
) -> None:
    mapped = network.version == 6 and network.overlaps(ipaddress.ip_network("::ffff:0:0/96"))
    if not mapped:
        test = address_test(str(network))
        assert test(str(address)) == (address in network)
        assert test(str(network.network_address)), "and again, now remembered"


@pytest.mark.parametrize(
    ("text", "address", "inside"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.10", False),
        ("0:0:0:0:0:0:0:1", "::1", True),
        ("10.9.8.7/8", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.0/104", "10.0.0.1", True),
        ("::/0", "10.0.0.1", False),
        ("0.0.0.0/0", "::1", False),
    ],
)
def test_addresses(text: str, address: str, inside: bool) -> None:
    assert address_test(text)(address) is inside


@pytest.mark.parametrize("text", ["", "10.0", "10.0.0.0/33", "fe80::1%eth0", "x", "[10.0.0.1"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        address_test(text)


@pytest.mark.parametrize(
    ("text", "port"), [("::1", None), ("[fe80::1]:443", 443), ("10.0.0.1:443", 443), ("10.0.0.0/8", None)]
)
def test_address_words(text: str, port: int | None) -> None:
    word = parse_address_word(text)
    assert word is not None
    assert word.port == port


@pytest.mark.parametrize("text", ["10.0.0.1", "port:443", "a:b", "10.0.0.1:70000", "10.0.0.1:²", "a/b", ":"])
def test_other_words_are_not_addresses(text: str) -> None:
    assert parse_address_word(text) is None


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("443", 443, 444),
        ("=443", 443, 444),
        ("8000-9000", 9000, 9001),
        (">1024", 1025, 1024),
        (">=1024", 1024, 1023),
        ("<1024", 1023, 1024),
        ("<=1024", 1024, 1025),
    ],
)
def test_numbers(text: str, yes: int, no: int) -> None:
    test = number_test(text)
    assert test(yes)
    assert not test(no)


@pytest.mark.parametrize("text", ["", "x", "-1", "1-", "5-4", "²", "9" * 5000, "65536", "\x00", "ssh\x00"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|range"):
        port_test(text)


def test_a_service_names_its_port() -> None:
    assert port_test("HTTPS")(443)
    assert port_test("domain")(53)
