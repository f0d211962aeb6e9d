"""Reach by each own address is what real connections meet, from this host and from another one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from netmon.collectors.select import create_collector
from netmon.engine.connect import Outcome, connect_once
from netmon.model.endpoint import Scope, scope_of
from netmon.model.snapshot import Snapshot
from netmon.model.socket import SocketRecord, SocketState
from netmon.ports.reach.classes import reach
from netmon.ports.reach.own_addresses import AddressReach, own_addresses
from netmon.ports.reach.proof import Proof, prove
from tests.kernel.hosts import Host, on_two_hosts

FOUR, SIX = socket.AF_INET, socket.AF_INET6
PORT = 8080


class Bound(NamedTuple):
    """How a listener is bound."""

    address: str
    v6only: bool = False
    device: str = ""


BINDINGS = [
    Bound("0.0.0.0"),
    Bound("::"),
    Bound("::", v6only=True),
    Bound("127.0.0.1"),
    Bound("127.0.0.53"),
    Bound("::1"),
    Bound("10.99.0.1"),
    Bound("fd99::1"),
    Bound("::ffff:10.99.0.1"),
    Bound("192.0.2.77"),  # IP_FREEBIND
    Bound("0.0.0.0", device="lo"),
    Bound("::", device="lo"),
    Bound("0.0.0.0", device="cable"),
    Bound("::", device="cable"),
    Bound("127.0.0.1", device="cable"),
    Bound("10.99.0.1", device="lo"),
    Bound("10.99.0.1", device="cable"),
]


class Met(NamedTuple):
    """One address: what netmon says, and what connections met."""

    said: AddressReach
    reached: bool
    from_here: bool
    proof: Proof


@contextmanager
def bound(how: Bound) -> Iterator[None]:
    """A TCP socket that listens at PORT."""
    with socket.socket(SIX if ":" in how.address else FOUR) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND, include/uapi/linux/in.h
        if listener.family == SIX:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, how.v6only)
        if how.device:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, how.device.encode())
        listener.bind((how.address, PORT))
        listener.listen(128)  # nobody accepts
        yield


def read() -> tuple[SocketRecord, Snapshot]:
    """The one listener, and the poll that found it."""
    collector = create_collector(follow=False)
    try:
        snapshot = collector.poll()
    finally:
        collector.close()
    assert snapshot.source == "sock_diag"
    (record,) = (one for one in snapshot.sockets if one.state is SocketState.LISTEN)
    return record, snapshot


def connects(address: str) -> bool:
    """Whether a connection from where this thread is goes through."""
    outcome = connect_once(address, PORT, 5, interface="cable").outcome
    assert outcome in (Outcome.CARRIES, Outcome.REFUSED), address
    return outcome is Outcome.CARRIES


def met_by_all(there: Host) -> list[Met]:
    """Every own address, connected to from where its reach is told of."""
    record, snapshot = read()
    said = own_addresses(record, snapshot.addresses)
    proofs = prove(PORT, said)
    found = []
    for one, proof in zip(said, proofs, strict=True):
        from_here = connects(one.address)
        reached = from_here
        if scope_of(one.address) is not Scope.LOOPBACK:
            with there.entered():
                reached = connects(one.address)
        found.append(Met(one, reached, from_here, proof))
    classes = reach(record.local.address, record.v6only, record.interface, snapshot.addresses)
    far = {family: any(m.reached for m in found if is_far(m) and (":" in m.said.address) == (family == SIX))
           for family in (FOUR, SIX)}  # fmt: skip
    assert (classes.lan4, classes.lan6) == (far[FOUR], far[SIX]), (record.local, record.interface)
    return found


def is_far(met: Met) -> bool:
    """Whether an address is one by which other hosts come."""
    return scope_of(met.said.address) is not Scope.LOOPBACK


@pytest.mark.root
def test_reach_is_what_connections_meet() -> None:
    def every_binding(here: Host, there: Host) -> dict[Bound, list[Met]]:
        found = {}
        for how in BINDINGS:
            with bound(how):
                found[how] = met_by_all(there)
        return found

    for how, met in on_two_hosts(every_binding).items():
        scopes = [scope_of(one.said.address) for one in met]
        assert scopes[:2] == [Scope.LOOPBACK] * 2
        assert Scope.LINK_LOCAL in scopes
        assert "10.99.0.1" in [one.said.address for one in met]
        for one in met:
            assert one.said.reached == one.reached, (how, one)
            assert one.said.reached == one.from_here, (how, one)
            assert one.proof.answered == one.from_here, (how, one)
            assert one.proof.agrees is True, (how, one)


@pytest.mark.root
def test_a_proof_leaves_no_socket_behind() -> None:
    def after(here: Host, there: Host) -> int:
        with bound(Bound("::")):
            record, snapshot = read()
            prove(PORT, own_addresses(record, snapshot.addresses))
            return len(read()[1].sockets)

    assert on_two_hosts(after) == 1


@pytest.mark.root
def test_an_address_that_went_elsewhere_is_not_connected_to() -> None:
    """The address of the other host, as if it had been this one's a moment ago."""

    def tried(here: Host, there: Host) -> Proof:
        with there.listener():
            moved = AddressReach(there.addresses[FOUR], "cable", True, "bound to it")
            assert connects(moved.address)
            (proof,) = prove(PORT, [moved])
            return proof

    proof = on_two_hosts(tried)
    assert proof.attempt is not None
    assert proof.attempt.outcome is Outcome.NOT_HERE
    assert (proof.answered, proof.agrees) == (None, None)
