"""Other network namespaces: their tables, whatever stands in them, and real listeners seen without root."""

from __future__ import annotations

import socket
import subprocess
from contextlib import ExitStack, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.namespaces import ForeignListener, foreign_listeners, parse_table
from netmon.model.endpoint import Endpoint
from tests.sockets import CLONE_NEWNET, NOBODY, Channel, forked, in_child, inode_of, unshare

TABLE = b"""\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 00000000 100 0 0 10 0
  12: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 00000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17 1 00000000 100 0 0 10 0
"""  # noqa: E501
TABLE6 = b"""\
   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 00000000 100 0 0 10 0
"""  # noqa: E501


def test_a_table_as_the_kernel_writes_it() -> None:
    first, second = parse_table(TABLE, {8080})
    assert first == (Endpoint("127.0.0.1", 8080), b"0A", 1000, 4242)
    assert (second.state, second.uid, second.inode) == (b"01", 0, 4243)
    (six,) = parse_table(TABLE6, {8080})
    assert six.local == Endpoint("::1", 8080)
    assert [row.local.port for row in parse_table(TABLE, {22, 23})] == [22]


@given(st.integers(0, len(TABLE)))
def test_a_table_that_is_cut_gives_whole_rows_or_none(end: int) -> None:
    whole, cut = list(parse_table(TABLE, {8080, 22})), list(parse_table(TABLE[:end], {8080, 22}))
    assert cut == whole[: len(cut)]


@given(st.binary() | st.binary().map(lambda noise: TABLE.replace(b"0100007F", noise[:8])))
def test_any_bytes_are_read_without_an_error(text: bytes) -> None:
    for row in parse_table(text, {8080}):
        assert row.local.port == 8080
        socket.inet_pton(socket.AF_INET6 if ":" in row.local.address else socket.AF_INET, row.local.address)


def elsewhere(channel: Channel) -> None:
    """Listens in a namespace of its own, and is bound to a UDP port there."""
    unshare(CLONE_NEWNET)
    with (
        socket.create_server(("0.0.0.0", 8080)) as tcp,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp,
        suppress(EOFError),
    ):
        udp.bind(("::", 8080))
        channel.send((inode_of(tcp), inode_of(udp)))
        channel.recv()


@pytest.mark.root
@pytest.mark.parametrize("uid", [None, NOBODY])
def test_listeners_of_another_namespace(uid: int | None) -> None:
    with forked(elsewhere) as child:
        inodes = child.hear()
        found = in_child(lambda: foreign_listeners({8080}), uid=uid)
        others = in_child(lambda: foreign_listeners({8099}), uid=uid)
    ours = [one for one in found if one.resident and one.resident.pid == child.pid]
    assert [(one.protocol, one.local.address) for one in ours] == [("tcp", "0.0.0.0"), ("udp", "::")]
    assert tuple(one.inode for one in ours) == inodes
    assert len({one.namespace for one in ours}) == 1
    # Only root reads the descriptors of another user's process.
    assert [one.process.pid if one.process else None for one in ours] == [None if uid else child.pid] * 2
    assert not [one for one in others if one.resident and one.resident.pid == child.pid]


@pytest.mark.root
def test_the_own_namespace_is_none_of_them() -> None:
    def alone() -> list[ForeignListener]:
        with socket.create_server(("0.0.0.0", 8097)):
            return foreign_listeners({8097})

    assert in_child(alone, namespaces=CLONE_NEWNET) == []


def many(channel: Channel) -> None:
    """In a namespace of its own: more of everything than a page of a table holds."""
    unshare(CLONE_NEWNET)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with ExitStack() as held, suppress(EOFError):
        server = held.enter_context(socket.create_server(("127.0.0.1", 9000), backlog=64))
        for number in range(60):
            held.enter_context(socket.create_server(("127.0.0.1", 7000 + number)))
            client = held.enter_context(socket.create_connection(server.getsockname()))
            held.enter_context(server.accept()[0])
            udp = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            udp.bind(("127.0.0.1", 7000 + number))
            if number % 2:
                udp.connect(client.getsockname())
        channel.send("ready")
        channel.recv()


@pytest.mark.root
def test_tables_longer_than_a_page_are_read_as_far_as_they_have_listeners() -> None:
    ports = range(7000, 7060)
    with forked(many) as child:
        child.hear()
        found = [one for one in foreign_listeners(ports) if one.process and one.process.pid == child.pid]
    assert sorted(one.local.port for one in found if one.protocol == "tcp") == list(ports)
    assert sorted(one.local.port for one in found if one.protocol == "udp") == list(ports)[::2]
