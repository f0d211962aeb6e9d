"""Reach by each own address; tests/kernel/test_reach.py connects to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model.socket import SocketRecord
from netmon.ports.reach.classes import reach
from netmon.ports.reach.own_addresses import AddressReach, OwnAddresses, own_addresses
from tests.builders import listener

ADDRESSES = {
    "10.0.0.5": "eth0", "fe80::5": "eth0", "127.0.0.1": "lo", "2001:db8::5": "eth0", "::1": "lo",
    "10.9.0.1": "wg0",
}  # fmt: skip


def bound(local: str, **socket: Any) -> SocketRecord:
    """A listening socket."""
    return listener(f"[{local}]:80" if ":" in local else f"{local}:80", socket=socket).socket


def by(address: str, record: SocketRecord, bindv6only: bool | None = None) -> tuple[bool | None, str]:
    """Its reach by one address."""
    (found,) = (one for one in own_addresses(record, ADDRESSES, bindv6only) if one.address == address)
    return found.reached, found.why


def test_loopback_comes_first_then_each_interface() -> None:
    found = [one.address for one in own_addresses(bound("0.0.0.0"), ADDRESSES)]
    assert found == ["127.0.0.1", "::1", "10.0.0.5", "2001:db8::5", "fe80::5", "10.9.0.1"]


@pytest.mark.parametrize(
    ("record", "address", "reached", "why"),
    [
        (bound("0.0.0.0"), "10.0.0.5", True, "bound to every IPv4 address"),
        (bound("0.0.0.0"), "::1", False, "an IPv4 socket"),
        (bound("::", v6only=False), "10.0.0.5", True, "bound to every address, not V6ONLY"),
        (bound("::", v6only=True), "10.0.0.5", False, "V6ONLY"),
        (bound("::", v6only=True), "::1", True, "bound to every address"),
        (bound("::", v6only=True), "fe80::5", True, "bound to every address; from the link of eth0 alone"),
        (bound("::", v6only=None), "10.0.0.5", None, "this source does not tell V6ONLY"),
        (bound("127.0.0.1"), "127.0.0.1", True, "bound to it"),
        (bound("127.0.0.1"), "10.0.0.5", False, "bound to 127.0.0.1 alone"),
        (bound("192.0.2.77"), "10.0.0.5", False, "bound to 192.0.2.77 alone"),
        (bound("224.0.0.251"), "10.0.0.5", False, "bound to the group 224.0.0.251 alone"),
        (bound("0.0.0.0", interface="eth0"), "10.0.0.5", True, "bound to every IPv4 address; bound to eth0"),
        (bound("0.0.0.0", interface="eth0"), "127.0.0.1", False, "bound to eth0"),
        (bound("0.0.0.0", interface="lo"), "10.0.0.5", False, "bound to lo"),
        (bound("0.0.0.0", interface="eth0"), "10.9.0.1", None,
         "bound to eth0: only by packets that come in there"),
        (bound("0.0.0.0", interface="eth0"), "::1", False, "an IPv4 socket"),
    ],
)  # fmt: skip
def test_by_an_address(record: SocketRecord, address: str, reached: bool | None, why: str) -> None:
    assert by(address, record) == (reached, why)


@pytest.mark.parametrize("default", [False, True])
def test_where_v6only_is_not_told_the_default_is_the_basis(default: bool) -> None:
    reached, why = by("10.0.0.5", bound("::", v6only=None), default)
    assert reached is not default
    assert why == f"by net.ipv6.bindv6only = {int(default)}, as this source does not tell V6ONLY"


def test_another_loopback_address_is_one_of_the_machine_s_own() -> None:
    found = {one.address: one for one in own_addresses(bound("127.0.0.53"), ADDRESSES)}
    assert found["127.0.0.53"] == AddressReach("127.0.0.53", "lo", True, "bound to it")
    assert found["127.0.0.1"].reached is False


def test_alike_bindings_are_looked_at_once() -> None:
    own = OwnAddresses(ADDRESSES, bindv6only=True)
    first = own.reach(bound("::", v6only=None))
    assert own.reach(bound("::", v6only=None)) is first
    assert first == own_addresses(bound("::", v6only=None), ADDRESSES, True)
    assert own.reach(bound("::", v6only=False)) != first


def test_without_addresses_there_is_nothing_to_tell() -> None:
    assert own_addresses(bound("127.0.0.1"), {}) == ()


interfaces = st.sampled_from(["eth0", "wg0", "br0"])
fours = st.integers(0x0A000000, 0x0A0000FF).map(lambda n: f"10.0.0.{n & 255}")
sixes = st.integers(1, 255).map(lambda n: f"2001:db8::{n:x}")
machines = st.dictionaries(fours | sixes, interfaces, max_size=6).map(
    lambda far: {"127.0.0.1": "lo", "::1": "lo", **far}
)


@given(machines, st.data())
def test_it_says_the_same_as_the_reach_by_class(addresses: dict[str, str], data: st.DataObject) -> None:
    """One of a class that is reached makes the class reached, without a binding to a device."""
    local = data.draw(st.sampled_from(["0.0.0.0", "::", *addresses]))
    v6only = data.draw(st.sampled_from([True, False, None])) if ":" in local else None
    found = own_addresses(bound(local, v6only=v6only), addresses)
    assert {one.address for one in found} == set(addresses)
    classes = reach(local, v6only, None, addresses)
    by_address = {one.address: one.reached for one in found}
    assert (by_address["127.0.0.1"], by_address["::1"]) == (classes.loopback4, classes.loopback6)
    far = {one.address: one.reached for one in found if one.interface != "lo"}
    for is_six, expected in ((False, classes.lan4), (True, classes.lan6)):
        several = {reached for address, reached in far.items() if (":" in address) == is_six}
        assert expected == (True if True in several else None if None in several else False)
