"""The machine's addresses from rtnetlink, against psutil's, and against garbage."""

from __future__ import annotations

import socket
import struct
import subprocess
from collections.abc import Iterator

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.addresses import (
    InterfaceAddress,
    decode_interface_addresses,
    interface_name,
    name_of,
    read_addresses,
    read_interface_addresses,
)
from netmon.collectors.netlink import HEADER, NetlinkError, NetlinkSocket
from tests.sockets import CLONE_NEWNET, in_child

_NEWADDR, _ADDRESS, _LOCAL = 20, 1, 2
_LO = socket.if_nametoindex("lo")


@pytest.fixture
def link() -> Iterator[NetlinkSocket]:
    made = NetlinkSocket(socket.NETLINK_ROUTE)
    yield made
    made.close()


def test_agrees_with_psutil(link: NetlinkSocket) -> None:
    expected = {
        one.address.partition("%")[0]: name
        for name, addresses in psutil.net_if_addrs().items()
        for one in addresses
        if one.family in (socket.AF_INET, socket.AF_INET6)
    }
    assert read_addresses(link) == expected
    assert expected["127.0.0.1"] == "lo"


@pytest.mark.root
def test_a_machine_without_addresses() -> None:
    def work() -> dict[str, str]:
        link = NetlinkSocket(socket.NETLINK_ROUTE)
        try:
            return read_addresses(link)
        finally:
            link.close()

    assert in_child(work, namespaces=CLONE_NEWNET) == {}


def attribute(kind: int, payload: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(payload), kind) + payload.ljust((len(payload) + 3) & ~3, b"\0")


def message(
    *attributes: bytes, family: int = socket.AF_INET, index: int = _LO, kind: int = _NEWADDR
) -> bytes:
    payload = struct.pack("=BBBBI", family, 24, 0, 0, index) + b"".join(attributes)
    return HEADER.pack(HEADER.size + len(payload), kind, 0, 1, 0) + payload


def decoded(data: bytes) -> dict[str, int]:
    """The addresses in a datagram, with the indexes of their interfaces."""
    return {one.address: one.interface_index for one in decode_interface_addresses(data)}


OURS, THEIRS = attribute(_LOCAL, bytes([10, 0, 0, 1])), attribute(_ADDRESS, bytes([10, 0, 0, 2]))


@pytest.mark.parametrize("attributes", [(OURS, THEIRS), (THEIRS, OURS), (OURS,)])
def test_on_a_point_to_point_link_the_own_address_counts(attributes: tuple[bytes, ...]) -> None:
    assert decoded(message(*attributes)) == {"10.0.0.1": _LO}


def test_ipv6_has_only_the_one() -> None:
    raw = socket.inet_pton(socket.AF_INET6, "fd00::1")
    data = message(attribute(_ADDRESS, raw), family=socket.AF_INET6) + message(THEIRS)
    assert decoded(data) == {"fd00::1": _LO, "10.0.0.2": _LO}


def test_an_interface_that_is_gone_keeps_its_number() -> None:
    assert name_of(4242) == "if4242"
    assert name_of(_LO) == "lo"
    assert interface_name(4242) is None
    assert interface_name(2**40) is None


@pytest.mark.parametrize(
    "data",
    [
        message(OURS, kind=16),
        message(OURS, family=socket.AF_INET6),
        message(OURS, family=99),
        message(),
        HEADER.pack(HEADER.size + 4, _NEWADDR, 0, 1, 0) + bytes(4),
        b"",
    ],
)
def test_what_tells_no_address(data: bytes) -> None:
    assert decoded(data) == {}


def one_of(*attributes: bytes, family: int = socket.AF_INET) -> InterfaceAddress:
    (found,) = decode_interface_addresses(message(*attributes, family=family))
    return found


def test_a_peer_is_told_from_the_own_address() -> None:
    assert one_of(OURS, THEIRS)[:4] == ("10.0.0.1", "10.0.0.2", 24, _LO)
    assert one_of(OURS, attribute(_ADDRESS, bytes([10, 0, 0, 1]))).peer is None


@pytest.mark.parametrize(
    ("flags", "deprecated", "temporary", "home"),
    [
        (0x80, False, False, False),
        (0x20, True, False, False),
        (0x04, True, False, False),
        (0x101, False, True, False),
        (0x10, False, False, True),
    ],
)
def test_the_flags_of_an_address(flags: int, deprecated: bool, temporary: bool, home: bool) -> None:
    raw = socket.inet_pton(socket.AF_INET6, "fd00::1")
    six = one_of(attribute(_ADDRESS, raw), attribute(8, struct.pack("=I", flags)), family=socket.AF_INET6)
    assert (six.deprecated, six.temporary, six.home) == (deprecated, temporary, home)
    # Of an IPv4 address the same bit says that it is a secondary one.
    assert not one_of(OURS, attribute(8, struct.pack("=I", flags))).temporary


@pytest.mark.root
def test_flags_and_prefixes_as_the_kernel_tells_them() -> None:
    def work() -> dict[str, tuple[int, bool, bool]]:
        ip = ("ip", "address", "add", "dev", "lo")
        subprocess.run([*ip, "fd00::1/56", "nodad", "preferred_lft", "0"], check=True)
        subprocess.run([*ip, "fd00::2/64", "nodad", "home"], check=True)
        link = NetlinkSocket(socket.NETLINK_ROUTE)
        try:
            found = read_interface_addresses(link)
        finally:
            link.close()
        return {one.address: (one.prefix_length, one.deprecated, one.home) for one in found}

    seen = in_child(work, namespaces=CLONE_NEWNET)
    assert seen == {"fd00::1": (56, True, False), "fd00::2": (64, False, True)}


def _decode_or_error(data: bytes) -> None:
    try:
        found = list(decode_interface_addresses(data))
    except NetlinkError:
        return
    for one in found:
        for address in (one.address, one.peer or one.address):
            socket.getaddrinfo(address, None, flags=socket.AI_NUMERICHOST)
        assert name_of(one.interface_index)


@given(st.binary(max_size=256))
def test_random_bytes(data: bytes) -> None:
    _decode_or_error(data)


@given(st.binary(max_size=64), st.sampled_from([socket.AF_INET, socket.AF_INET6]), st.integers(0, 2**32 - 1))
def test_random_attributes(data: bytes, family: int, index: int) -> None:
    _decode_or_error(message(data, family=family, index=index))


@given(st.integers(0, 10**6), st.integers(0, 255), st.integers(0, 10**6))
def test_a_real_dump_with_a_wrong_byte_or_cut_short(place: int, value: int, end: int) -> None:
    data = bytearray(real_dump())
    data[place % len(data)] = value
    _decode_or_error(bytes(data[: end % (len(data) + 1)]))
    _decode_or_error(bytes(data))


def real_dump() -> bytes:
    """What the kernel would send for an interface with an address of each family."""
    six = attribute(_ADDRESS, socket.inet_pton(socket.AF_INET6, "fe80::1")) + attribute(8, bytes(4))
    label = attribute(3, b"lo\0")
    return message(OURS, THEIRS, label) + message(six, family=socket.AF_INET6)
