"""Destroy events: real connections closed in every way, overflow, and bytes that are no event."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.closed import INET_DIAG_PROTOCOL, DestroyListener, decode_event
from netmon.model.snapshot import ClosedSocket
from netmon.model.socket import SocketRecord, SocketState, Uncounted
from tests.collectors import wire
from tests.collectors.wire import NOW, Sock
from tests.sockets import (
    LOOPBACK,
    NOBODY,
    Channel,
    become,
    close_with_reset,
    connect,
    forked,
    listener,
    port_of,
    receive_exactly,
    tcp_pair,
    wait_for,
)

SENT, ANSWERED = 1000, 77
"""Bytes that the client of every connection here sends and gets."""


class Closings:
    """The records of closed sockets, kept until a test asks for one."""

    def __init__(self, events: DestroyListener) -> None:
        self.events = events
        self.found: dict[object, list[ClosedSocket]] = {}

    def all(self) -> dict[object, list[ClosedSocket]]:
        """Everything closed so far, by cookie."""
        for closed in self.events.take():
            self.found.setdefault(closed.record.key, []).append(closed)
        return self.found

    def one(self, cookie: int) -> SocketRecord:
        """The record of a closed socket; it must come exactly once."""
        wait_for(lambda: cookie in self.all())
        (closed,) = self.found[cookie]
        return closed.record

    def settle(self) -> None:
        """Wait until every event that is already on its way has been taken."""
        with tcp_pair() as (client, _):
            last = cookie_of(client)
        self.one(last)


@pytest.fixture
def closings() -> Iterator[Closings]:
    """A listener that has just begun."""
    with contextlib.closing(DestroyListener()) as events:
        yield Closings(events)


def cookie_of(sock: socket.socket) -> int:
    """SO_COOKIE, which is the cookie of its events."""
    cookie: int = struct.unpack("=Q", sock.getsockopt(socket.SOL_SOCKET, 57, 8))[0]
    return cookie


@contextlib.contextmanager
def talked(
    family: socket.AddressFamily = socket.AF_INET, *, mapped: bool = False
) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection that has carried SENT bytes one way and ANSWERED the other, all of them read."""
    with tcp_pair(family, mapped=mapped) as (client, server):
        client.sendall(bytes(SENT))
        receive_exactly(server, SENT)
        server.sendall(bytes(ANSWERED))
        receive_exactly(client, ANSWERED)
        yield client, server


def readable(sock: socket.socket) -> None:
    """Wait until something has arrived, unread data or the end."""
    assert select.select([sock], [], [], 10)[0]


# -- ways to close


def _client_first(client: socket.socket, server: socket.socket) -> None:
    client.close()
    readable(server)
    server.close()


def _server_first(client: socket.socket, server: socket.socket) -> None:
    _client_first(server, client)


def _both_at_once(client: socket.socket, server: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)
    server.shutdown(socket.SHUT_WR)
    client.close()
    server.close()


def _half_closed(client: socket.socket, server: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)
    assert server.recv(1) == b""
    server.close()
    assert client.recv(1) == b""
    client.close()


WAYS: list[Callable[[socket.socket, socket.socket], None]] = [
    _client_first,
    _server_first,
    _both_at_once,
    _half_closed,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
@pytest.mark.parametrize(
    ("family", "mapped"),
    [(socket.AF_INET, False), (socket.AF_INET6, False), (socket.AF_INET, True)],
    ids=["v4", "v6", "mapped"],
)
def test_both_ends_are_told_once_with_their_last_counters(
    closings: Closings,
    way: Callable[[socket.socket, socket.socket], None],
    family: socket.AddressFamily,
    mapped: bool,
) -> None:
    with talked(family, mapped=mapped) as (client, server):
        cookies, ports = (cookie_of(client), cookie_of(server)), (port_of(client), port_of(server))
        way(client, server)
    ends = [closings.one(cookie) for cookie in cookies]
    for end, sent, received, (local, remote) in zip(
        ends, (SENT, ANSWERED), (ANSWERED, SENT), (ports, ports[::-1]), strict=True
    ):
        assert end.remote is not None
        assert (end.local.port, end.remote.port) == (local, remote)
        assert end.local.address == end.remote.address == LOOPBACK[family]
        assert (end.state, end.protocol, end.uncounted) == (SocketState.CLOSED, "tcp", None)
        assert (end.uid, end.inode) == (None, None)
        assert end.tcp is not None
        assert end.tcp.bytes_sent == sent
        assert end.tcp.bytes_received in (received, received + 1)  # with the peer's FIN, or without
    assert (ends[0].family, ends[1].family) == ((4, 6) if mapped else (4, 4) if family == 2 else (6, 6))


def test_a_reset_tells_the_end_that_got_it(closings: Closings) -> None:
    with talked() as (client, server):
        aborted, other = cookie_of(client), cookie_of(server)
        close_with_reset(client)
        readable(server)
    record = closings.one(other)
    assert record.tcp is not None
    assert (record.tcp.bytes_sent, record.tcp.bytes_received) == (ANSWERED, SENT)
    # The kernel wipes the port of the peer and all counters of a socket that its process aborts
    # (tcp_disconnect): only the cookie is left to say which it was.
    record = closings.one(aborted)
    assert (record.remote, record.tcp, record.uncounted) == (None, None, Uncounted.ABORTED)


def test_unread_data_is_counted_although_the_kernel_resets(closings: Closings) -> None:
    with talked() as (client, server):
        cookies = cookie_of(client), cookie_of(server)
        server.sendall(bytes(50))
        readable(client)
        client.close()
        readable(server)
    client_end, server_end = (closings.one(cookie) for cookie in cookies)
    assert client_end.tcp is not None
    assert server_end.tcp is not None
    assert (client_end.tcp.bytes_sent, client_end.tcp.bytes_received) == (SENT, ANSWERED + 50)
    assert (server_end.tcp.bytes_sent, server_end.tcp.bytes_received) == (ANSWERED + 50, SENT)


def test_data_that_never_left_is_not_counted(closings: Closings) -> None:
    with talked() as (client, server):
        cookie = cookie_of(server)
        server.setblocking(False)
        queued = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                queued += server.send(bytes(1 << 16))
        server.close()
        client.close()
    record = closings.one(cookie)
    assert record.tcp is not None
    assert record.tcp.bytes_sent is not None
    assert ANSWERED < record.tcp.bytes_sent < queued


def test_a_refused_connection_and_a_closed_listener_are_no_connections(closings: Closings) -> None:
    with listener() as server, socket.socket() as bound, socket.socket() as client:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            client.connect(bound.getsockname())
        cookies = {cookie_of(sock) for sock in (server, bound, client)}
    closings.settle()
    assert not cookies & closings.all().keys()


def test_a_connection_that_nobody_accepted_is_told(closings: Closings) -> None:
    with listener() as server:
        client = socket.create_connection(server.getsockname())
        cookie = cookie_of(client)
        server.close()
        client.close()
    record = closings.one(cookie)
    assert record.tcp is not None
    assert record.tcp.bytes_sent == 0


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_connected_udp_is_told_without_counters_and_unconnected_not(
    closings: Closings, family: socket.AddressFamily
) -> None:
    with (
        socket.socket(family, socket.SOCK_DGRAM) as server,
        socket.socket(family, socket.SOCK_DGRAM) as client,
    ):
        server.bind((LOOPBACK[family], 0))
        client.connect(server.getsockname())
        client.send(b"x")
        cookies, port = (cookie_of(client), cookie_of(server)), port_of(server)
    record = closings.one(cookies[0])
    assert record.remote is not None
    assert (record.protocol, record.remote.port) == ("udp", port)
    assert (record.tcp, record.uncounted) == (None, Uncounted.UDP)
    closings.settle()
    assert cookies[1] not in closings.all()


def test_events_come_in_order_and_with_their_time(closings: Closings) -> None:
    with listener() as server:
        cookies = []
        for _ in range(20):
            client, accepted = connect(server)
            cookies.append(cookie_of(client))
            client.close()
            accepted.close()
    closings.settle()
    found = closings.all()
    times = [found[cookie][0].closed_at for cookie in cookies]
    assert times == sorted(times)


def test_five_thousand_short_connections_are_all_counted(closings: Closings) -> None:
    wanted: set[int] = set()
    with listener() as server:
        for _ in range(5000):
            client, accepted = connect(server)
            wanted.add(cookie_of(accepted))
            close_with_reset(client)
            accepted.close()
    wait_for(lambda: wanted <= closings.all().keys())
    assert all(len(closings.found[cookie]) == 1 for cookie in wanted)
    assert closings.events.lost == 0


# -- trouble


def test_overflow_is_counted_and_survived() -> None:
    release = threading.Event()

    class Held(DestroyListener):
        """Its reader does not read until it may."""

        def _drain(self) -> None:
            release.wait(30)
            super()._drain()

    with contextlib.closing(Held(receive_buffer=4096)) as events:
        with listener() as server:
            for _ in range(300):
                client, accepted = connect(server)
                client.close()
                accepted.close()
        release.set()
        wait_for(lambda: events.lost > 0)
        received = Closings(events)
        received.settle()  # what closes afterwards is told again
        assert 0 < len(received.all()) < 600


def test_more_events_than_are_kept_count_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netmon.collectors.closed._KEPT_EVENTS", 10)
    with contextlib.closing(DestroyListener()) as events:
        with listener() as server:
            for _ in range(20):
                for sock in connect(server):
                    sock.close()
        wait_for(lambda: events.lost >= 20)
        assert len(events.take()) <= 10


def test_closing_ends_the_thread_and_can_follow_anything() -> None:
    before = threading.active_count()
    events = DestroyListener()
    assert threading.active_count() == before + 1
    events.close()
    assert threading.active_count() == before
    assert events.take() == []


@pytest.mark.root
def test_a_stranger_is_told_of_everybodys_connections() -> None:
    def watch(channel: Channel) -> None:
        client.close()  # the copies here, or the sockets could not go
        server.close()
        become(NOBODY)
        events = DestroyListener()
        channel.send("ready")
        record = Closings(events).one(cookie)
        channel.send((record.tcp.bytes_sent if record.tcp else None, record.uid))

    with talked() as (client, server):
        cookie = cookie_of(server)
        with forked(watch) as child:
            assert child.hear() == "ready"
            client.close()
            server.close()
            assert child.hear() == (ANSWERED, None)


# -- bytes


def event(sock: Sock, number: int = socket.IPPROTO_TCP) -> bytes:
    """A destroy event as the kernel makes it: the protocol first."""
    first = (INET_DIAG_PROTOCOL, bytes([number]))
    with_protocol = Sock(**{**vars(sock), "attributes": [first, *sock.attributes]})
    return with_protocol.message()


def test_an_event_made_by_hand() -> None:
    sock = Sock(state=wire.CLOSE, cookie=9, attributes=[wire.tcp_info(bytes_sent=5, rtt=1)])
    ((record, at),) = decode_event(event(sock), NOW)
    assert (record.key, at, record.uncounted) == (9, NOW, None)
    assert record.tcp is not None
    assert record.tcp.bytes_sent == 5


def test_an_event_without_a_protocol_a_peer_or_a_cookie_is_none() -> None:
    assert decode_event(Sock(state=wire.CLOSE, attributes=[wire.tcp_info()]).message(), NOW) == []
    assert decode_event(event(Sock(), number=132), NOW) == []  # SCTP
    assert decode_event(event(Sock(remote=(bytes(4), 0))), NOW) == []
    assert decode_event(event(Sock(local=(bytes(4), 0))), NOW) == []
    assert decode_event(event(Sock(cookie=wire.NO_COOKIE)), NOW) == []
    assert decode_event(event(Sock(state=wire.LISTEN)), NOW) == []


@given(st.binary(max_size=500))
def test_random_bytes_are_no_event(data: bytes) -> None:
    assert decode_event(data, NOW) == []


@given(st.data())
def test_a_spoilt_event_is_one_socket_or_none(data: st.DataObject) -> None:
    spoilt = bytearray(event(Sock(attributes=[wire.tcp_info(bytes_sent=5)])))
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(spoilt)))
    assert len(decode_event(bytes(spoilt[:cut]), NOW)) <= 1
