"""Endpoints as text, and how far addresses reach."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model.endpoint import Endpoint, Scope, scope_of
from tests.builders import endpoint


@pytest.mark.parametrize("text", ["10.0.0.1:443", "[::1]:53", "[::]:0", "0.0.0.0:65535"])
def test_an_endpoint_is_written_as_it_is_read(text: str) -> None:
    assert str(endpoint(text)) == text


@given(st.ip_addresses(), st.integers(0, 65535))
def test_every_endpoint_reads_back(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> None:
    assert endpoint(str(Endpoint(str(address), port))) == (str(address), port)


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("0.0.0.0", Scope.UNSPECIFIED),
        ("::", Scope.UNSPECIFIED),
        ("127.0.0.53", Scope.LOOPBACK),
        ("::1", Scope.LOOPBACK),
        ("169.254.169.254", Scope.LINK_LOCAL),
        ("fe80::1", Scope.LINK_LOCAL),
        ("10.1.2.3", Scope.PRIVATE),
        ("172.16.0.1", Scope.PRIVATE),
        ("192.168.0.1", Scope.PRIVATE),
        ("fd00::1", Scope.PRIVATE),
        ("224.0.0.251", Scope.MULTICAST),
        ("ff02::fb", Scope.MULTICAST),
        ("100.64.0.1", Scope.PRIVATE),
        ("203.0.113.7", Scope.GLOBAL),
        ("2001:db8::1", Scope.GLOBAL),
        ("1.1.1.1", Scope.GLOBAL),
        ("2606:4700:4700::1111", Scope.GLOBAL),
    ],
)
def test_scopes(address: str, scope: Scope) -> None:
    assert scope_of(address) is scope


@given(st.ip_addresses())
def test_every_address_has_a_scope(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    scope = scope_of(str(address))
    assert (scope is Scope.LOOPBACK) == address.is_loopback
    assert (scope is Scope.MULTICAST) == address.is_multicast
    if scope is Scope.GLOBAL:
        assert not address.is_link_local
        assert not address.is_unspecified


@pytest.mark.parametrize("text", ["", "localhost", "10.0.0", "[::1]", "::1:443:x"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        scope_of(text)
