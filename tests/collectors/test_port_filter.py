"""The kernel's own filter for ports: its bytes, what they mean to the kernel, and that the kernel agrees."""

from __future__ import annotations

import socket
import struct
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.linux import LinuxCollector
from netmon.collectors.netlink import NetlinkSocket
from netmon.collectors.port_filter import MOST_PORTS, port_filter
from netmon.collectors.sock_diag import NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, request
from tests.sockets import listener, port_of, tcp_pair

PORTS = st.integers(1, 65535)


def bytecode(ports: set[int]) -> bytes:
    """The program alone; its attribute's header is checked."""
    attribute = port_filter(ports)
    length, kind = struct.unpack_from("=HH", attribute)
    assert (length, kind) == (len(attribute), 1)
    return attribute[4:]


def steps(code: bytes, at: int) -> tuple[int, int, int, int]:
    """One instruction: what it compares, how far it goes if that holds and if not, and the port."""
    kind, yes, no = struct.unpack_from("=BBH", code, at)
    port = struct.unpack_from("=BBH", code, at + 4)[2] if kind != 1 else 0
    return kind, yes, no, port


def passes(code: bytes, local: int, remote: int) -> bool:
    """What inet_diag_bc_run in net/ipv4/inet_diag.c says of a socket."""
    at = 0
    while at < len(code):
        kind, yes, no, port = steps(code, at)
        held = {2: local >= port, 3: local <= port, 4: remote >= port, 5: remote <= port, 1: False}[kind]
        at += yes if held else no
    return at == len(code)


def audited(code: bytes) -> bool:
    """What inet_diag_bc_audit demands: a jump ends at an instruction, at the end, or four bytes past it."""
    starts, at = set(), 0
    while at < len(code):
        starts.add(at)
        at += steps(code, at)[1]
    targets = {at + steps(code, at)[2] for at in starts}
    return at == len(code) and targets <= starts | {len(code), len(code) + 4}


def test_the_bytes_for_one_port() -> None:
    assert port_filter([8080]).hex(" ", 4) == (
        "2c000100 02081400 0000901f 03080c00 0000901f 01041800"
        " 04081800 0000901f 05081000 0000901f 01040400"
    )  # fmt: skip


@given(st.sets(PORTS, min_size=1, max_size=20), PORTS, PORTS)
def test_it_lets_pass_what_has_one_of_the_ports(ports: set[int], local: int, remote: int) -> None:
    code = bytecode(ports)
    assert audited(code)
    assert passes(code, local, remote) is bool({local, remote} & ports)
    for port in ports:
        assert passes(code, port, remote)
        assert passes(code, local, port)


def test_without_ports_and_with_too_many_everything_passes() -> None:
    assert port_filter([]) == port_filter(range(1, MOST_PORTS + 2)) == b""
    assert bytecode(set(range(1, MOST_PORTS + 1)))


@pytest.mark.parametrize("count", [1, 2, 40, MOST_PORTS])
def test_the_kernel_takes_it(count: int) -> None:
    payload = request(socket.AF_INET, socket.IPPROTO_TCP) + port_filter(range(1, count + 1))
    with closing(NetlinkSocket(NETLINK_SOCK_DIAG)) as link:
        assert list(link.dump(SOCK_DIAG_BY_FAMILY, payload)) is not None


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_the_kernel_gives_both_ends_and_nothing_else(family: socket.AddressFamily) -> None:
    with tcp_pair(family) as (client, accepted), listener(family), listener(family) as other:
        ports = {port_of(accepted), port_of(other)}
        with closing(LinuxCollector(follow=False, ports=ports)) as collector:
            found = collector.poll().sockets
        ends = {(one.local.port, one.remote.port if one.remote else None) for one in found}
        # Nothing else, but for what an earlier connection of the same numbers left.
        assert all(ports & {local, remote} for local, remote in ends)
        assert ends >= {
            (port_of(accepted), port_of(client)),
            (port_of(client), port_of(accepted)),
            (port_of(other), None),
        }
