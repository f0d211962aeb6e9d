"""inet_diag: decoding, the change detector against plain decoding, and what the real kernel sends."""

from __future__ import annotations

import errno
import itertools
import os
import socket
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netmon.collectors.netlink import HEADER, NLMSG_DONE, NLMSG_ERROR, NetlinkError, messages
from netmon.collectors.sock_diag import (
    SOCK_DIAG_BY_FAMILY,
    DiagSocket,
    Dump,
    address_text,
    decode_all,
    request,
)
from netmon.model.endpoint import Endpoint
from netmon.model.socket import Protocol, SocketRecord, SocketState, TcpInfo, Uncounted
from tests.collectors import wire
from tests.collectors.wire import NOW, Sock
from tests.sockets import connect, dual_listener, inode_of, listener, port_of, tcp_pair, wait_for

V4 = bytes([10, 0, 0, 5])
V6 = socket.inet_pton(socket.AF_INET6, "2001:db8::5")


def one(sock: Sock, protocol: Protocol = "tcp") -> DiagSocket:
    """The only record in the message of a socket."""
    (diag,) = decode_all(sock.message(), protocol, NOW)
    return diag


def info(size: int = 280, state: int = wire.ESTABLISHED, **fields: int) -> TcpInfo:
    """A tcp_info, written and read back."""
    tcp = one(Sock(state=state, attributes=[wire.tcp_info(size, **fields)])).tcp
    assert tcp is not None
    return tcp


# -- the fixed part


def test_a_whole_message_in_plain_values() -> None:
    sock = Sock(
        local=(V4, 50000), remote=(bytes([203, 0, 113, 7]), 443), interface=3, cookie=0xA31,
        receive_queue=5, send_queue=6, uid=1000, inode=91812,
        attributes=[wire.cgroup(77), wire.tcp_info(bytes_sent=517)],
    )  # fmt: skip
    diag = one(sock)
    assert (diag.local, diag.remote) == (Endpoint("10.0.0.5", 50000), Endpoint("203.0.113.7", 443))
    assert (diag.family, diag.state, diag.interface_index) == (4, SocketState.ESTABLISHED, 3)
    assert (diag.cookie, diag.inode, diag.uid, diag.cgroup_id) == (0xA31, 91812, 1000, 77)
    assert (diag.receive_queue, diag.send_queue) == (5, 6)
    assert diag.tcp is not None
    assert (diag.tcp.bytes_sent, diag.uncounted, diag.v6only, diag.drops) == (517, None, None, None)


def test_v4_mapped_addresses_are_shown_as_ipv4_in_an_ipv6_socket() -> None:
    sock = Sock(family=socket.AF_INET6, local=(wire.mapped(V4), 1), remote=(wire.mapped(V4), 2))
    diag = one(sock)
    assert (diag.family, diag.local, diag.remote) == (6, Endpoint("10.0.0.5", 1), Endpoint("10.0.0.5", 2))
    assert one(replace(sock, local=(V6, 1))).local.address == "2001:db8::5"
    assert address_text(bytes(16), 6) == "::"


@given(st.binary(min_size=16, max_size=16))
def test_every_address_is_the_one_the_system_prints(raw: bytes) -> None:
    assert address_text(raw, 4) == socket.inet_ntop(socket.AF_INET, raw[:4])
    if raw[:12] != wire.mapped(b""):
        assert address_text(raw, 6) == socket.inet_ntop(socket.AF_INET6, raw)


@pytest.mark.parametrize(("protocol", "state"), [("tcp", wire.LISTEN), ("udp", wire.CLOSE)])
def test_without_a_peer_there_is_no_remote(protocol: Protocol, state: int) -> None:
    assert one(Sock(state=state), protocol).remote is None


def test_a_tcp_socket_that_is_only_bound_has_no_remote() -> None:
    assert one(Sock(state=wire.CLOSE, remote=(bytes(4), 0))).remote is None


def test_a_missing_cookie_is_none() -> None:
    assert one(Sock(cookie=wire.NO_COOKIE)).cookie is None


@pytest.mark.parametrize(
    "strange",
    [Sock(family=1), Sock(family=0), Sock(state=0), Sock(state=13), Sock(state=255)],
    ids=lambda s: f"family{s.family}-state{s.state}",
)
def test_what_is_not_known_is_skipped(strange: Sock) -> None:
    known = Sock(cookie=2)
    data = wire.datagram(strange.message(), known.message())
    assert [diag.cookie for diag in decode_all(data, "tcp", NOW)] == [2]


# -- attributes


@pytest.mark.parametrize("value", [True, False])
def test_v6only(value: bool) -> None:
    assert one(Sock(family=socket.AF_INET6, attributes=[wire.v6only(value)])).v6only is value


def test_udp_drops() -> None:
    assert one(Sock(attributes=[wire.meminfo(17)]), "udp").drops == 17
    assert one(Sock(attributes=[(7, wire.meminfo(17)[1][:32])]), "udp").drops is None  # Linux before 4.5


@pytest.mark.parametrize(
    ("protocol", "state", "why"),
    [
        ("udp", wire.CLOSE, Uncounted.UDP),
        ("udp", wire.ESTABLISHED, Uncounted.UDP),
        ("tcp", wire.LISTEN, Uncounted.LISTENER),
        ("tcp", wire.TIME_WAIT, Uncounted.TIME_WAIT),
        ("tcp", 5, Uncounted.TIME_WAIT),
        ("tcp", 3, Uncounted.HANDSHAKE),
        ("tcp", 12, Uncounted.HANDSHAKE),
        ("tcp", wire.ESTABLISHED, Uncounted.KERNEL_TOO_OLD),
    ],
)
def test_missing_counters_have_a_reason(protocol: Protocol, state: int, why: Uncounted) -> None:
    diag = one(Sock(state=state), protocol)
    assert (diag.tcp, diag.uncounted) == (None, why)


EVERYTHING = {
    "unacked": 1, "last_data_sent": 1500, "last_data_recv": 250, "rtt": 11800, "rttvar": 900,
    "total_retrans": 3, "bytes_acked": 1001, "bytes_received": 2000, "min_rtt": 10000,
    "delivery_rate": 5000, "busy_time": 70, "rwnd_limited": 80,
    "sndbuf_limited": 90, "bytes_sent": 1100, "bytes_retrans": 100,
}  # fmt: skip
SINCE = {
    "bytes_sent": 216, "bytes_received": 136, "bytes_retransmitted": 216, "opener_excess": 216,
    "min_rtt_us": 152, "delivery_rate": 168, "busy_us": 176, "rwnd_limited_us": 184, "sndbuf_limited_us": 192,
}  # fmt: skip
"""The length that `struct tcp_info` must have for a field."""


@pytest.mark.parametrize("size", [*wire.TCP_INFO_SIZES, 105, 135, 151, 167, 175, 183, 191, 215, 512])
def test_each_field_is_taken_only_where_the_kernel_sends_it(size: int) -> None:
    whole, tcp = info(280, **EVERYTHING), info(size, **EVERYTHING)
    assert None not in whole
    for name, value in whole._asdict().items():
        expected = value if size >= SINCE.get(name, 0) else None
        assert getattr(tcp, name) == expected, name


def test_retransmissions_do_not_count_as_sent() -> None:
    tcp = info(**EVERYTHING)
    assert (tcp.bytes_sent, tcp.bytes_retransmitted, tcp.opener_excess) == (1000, 100, 1)


def test_times_are_as_long_ago_as_the_kernel_says() -> None:
    tcp = info(**EVERYTHING)
    assert (tcp.last_sent_at, tcp.last_received_at) == (NOW - 1.5, NOW - 0.25)


def test_fast_open_says_nothing_about_who_opened() -> None:
    assert info(**EVERYTHING, options=32).opener_excess is None


def test_a_round_trip_not_measured_yet_is_unknown() -> None:
    tcp = info(min_rtt=0xFFFFFFFF)
    assert (tcp.rtt_us, tcp.rtt_var_us, tcp.min_rtt_us) == (None, None, None)


@pytest.mark.parametrize(("state", "fin"), [(1, 0), (4, 0), (5, 0), (8, 1), (9, 1), (11, 1)])
def test_the_peers_fin_is_taken_out_once_it_has_come(state: int, fin: int) -> None:
    assert info(state=state, bytes_received=100).bytes_received == 100 - fin
    assert info(state=state, bytes_received=0).bytes_received == 0


@pytest.mark.parametrize("size", [0, 4, 103])
def test_a_tcp_info_too_short_to_read_is_no_tcp_info(size: int) -> None:
    diag = one(Sock(attributes=[wire.tcp_info(size)]))
    assert (diag.tcp, diag.uncounted) == (None, Uncounted.KERNEL_TOO_OLD)


# -- the change detector against plain decoding


def _make(diag: DiagSocket) -> SocketRecord:
    return SocketRecord(diag, "tcp", 4, diag.local, diag.remote, diag.state, cookie=diag.cookie)


def feed(dump: Dump, datagrams: Iterable[bytes], now: float = NOW) -> list[SocketRecord]:
    """One poll: the records of a whole dump."""
    out: list[SocketRecord | None] = []
    for data in datagrams:
        dump.feed(memoryview(data), now, out)
    dump.settle(_make, out)
    records = [record for record in out if record is not None]
    assert len(records) == len(out)
    return records


def timeless(diag: object) -> DiagSocket:
    """A record without what moves while nothing happens, or only together with a counter."""
    assert isinstance(diag, DiagSocket)
    if diag.tcp is None:
        return diag
    tcp = diag.tcp._replace(last_sent_at=0.0, last_received_at=0.0, rtt_us=None, rtt_var_us=None)
    return diag._replace(tcp=tcp)


def incremental(dump: Dump, datagrams: Sequence[bytes], now: float = NOW) -> list[DiagSocket]:
    """What the change detector makes of a dump."""
    return [timeless(record.key) for record in feed(dump, datagrams, now)]


def plain(datagrams: Iterable[bytes], protocol: Protocol = "tcp", now: float = NOW) -> list[DiagSocket]:
    """What plain decoding makes of it."""
    return [timeless(diag) for data in datagrams for diag in decode_all(data, protocol, now)]


small = st.integers(0, 2)
tcp_infos = st.builds(
    wire.tcp_info,
    st.sampled_from(wire.TCP_INFO_SIZES),
    options=st.sampled_from([0, 32]),
    last_data_sent=small, rtt=small, unacked=small, total_retrans=small, bytes_acked=small,
    bytes_received=small, min_rtt=small, busy_time=small, bytes_sent=small, bytes_retrans=small,
)  # fmt: skip
junk = st.tuples(
    st.sampled_from([2, 7, 8, 22, 99]), st.sampled_from([b"", b"\0", b"\1", bytes(8), bytes(280)])
)
attribute_lists = st.lists(
    st.one_of(
        tcp_infos, st.builds(wire.v6only, st.booleans()), st.builds(wire.cgroup, small),
        st.builds(wire.meminfo, small), junk,
    ),
    max_size=4,
)  # fmt: skip
socks = st.builds(
    Sock,
    family=st.sampled_from([socket.AF_INET, socket.AF_INET6, 1]),
    state=st.sampled_from([1, 1, 5, 6, 7, 8, 10, 12, 13]),
    local=st.tuples(st.just(V4), st.sampled_from([1, 2])),
    cookie=st.sampled_from([0, 1, 2, 3, wire.NO_COOKIE]),
    timer=small, expires=small, interface=small, receive_queue=small, uid=small, inode=small,
    attributes=attribute_lists,
)  # fmt: skip
encoded_socks = st.builds(Sock.message, socks, flags=st.sampled_from([0, 2, 2, 0x12]))
other_messages = st.builds(wire.message, st.sampled_from([1, 4, 20, 21]), st.binary(max_size=71))
encoded = st.one_of(encoded_socks, encoded_socks, encoded_socks, other_messages)
udp_or_tcp: st.SearchStrategy[Protocol] = st.sampled_from(["tcp", "udp"])


@st.composite
def dump_sequences(draw: st.DrawFn) -> list[list[bytes]]:
    """Several dumps of the same few messages, variants of one another, in changing order and splits."""
    pool = draw(st.lists(encoded, min_size=1, max_size=6))
    for base in draw(st.lists(socks, max_size=2)):  # equal length, attributes in another order
        for order in itertools.islice(itertools.permutations(base.attributes), 3):
            pool.append(replace(base, attributes=order).message())
    datagram = st.builds(
        lambda parts, pad: wire.datagram(*parts, pad_last=pad),
        st.lists(st.sampled_from(pool), min_size=1, max_size=6),
        st.booleans(),
    )
    return draw(st.lists(st.lists(datagram, max_size=3), min_size=2, max_size=5))


@given(dump_sequences(), udp_or_tcp)
def test_the_change_detector_says_what_plain_decoding_says(
    sequence: list[list[bytes]], protocol: Protocol
) -> None:
    dump = Dump(protocol)
    for datagrams in sequence:
        assert incremental(dump, datagrams) == plain(datagrams, protocol)


@given(st.lists(socks, min_size=1, max_size=3), st.data(), udp_or_tcp)
def test_flipped_bytes_are_noticed_or_refused(
    sockets: list[Sock], data: st.DataObject, protocol: Protocol
) -> None:
    sound = wire.datagram(*(sock.message() for sock in sockets))
    spoilt = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 3))):
        spoilt[data.draw(st.integers(0, len(sound) - 1))] = data.draw(st.integers(0, 255))
    dump = Dump(protocol)
    incremental(dump, [sound])
    _compare(dump, bytes(spoilt[: data.draw(st.integers(0, len(spoilt)))]), protocol)


@given(st.binary(max_size=500))
def test_random_bytes_are_refused_or_skipped(data: bytes) -> None:
    _compare(Dump("tcp"), data, "tcp")


def _compare(dump: Dump, data: bytes, protocol: Protocol) -> None:
    """Both ways give the same, or both refuse; an end or error of the dump ends the incremental way."""
    kinds, refused = [], False
    try:
        kinds = [message.type for message in messages(data, len(data))]
    except NetlinkError:
        refused = True
    if NLMSG_DONE in kinds or NLMSG_ERROR in kinds or refused:
        with suppress(NetlinkError):
            incremental(dump, [data])
            assert NLMSG_DONE in kinds or refused
    else:
        assert incremental(dump, [data]) == plain([data], protocol)


def test_a_spoilt_datagram_is_refused_by_both_ways() -> None:
    for cut in range(1, 88):
        data = wire.datagram(Sock().message(), Sock().message()[:cut], pad_last=False)
        with pytest.raises(NetlinkError):
            incremental(Dump("tcp"), [data])
        with pytest.raises(NetlinkError):
            plain([data])


def test_an_error_in_a_dump_is_raised_and_the_next_poll_is_sound() -> None:
    dump, sock = Dump("tcp"), Sock(attributes=[wire.tcp_info()])
    with pytest.raises(NetlinkError):
        feed(dump, [wire.datagram(sock.message(), wire.error(errno.EIO))])
    dump.changes = []
    assert incremental(dump, [sock.message()]) == plain([sock.message()])


def test_what_follows_the_end_is_not_read() -> None:
    data = wire.datagram(Sock(cookie=1).message(), wire.done(), Sock(cookie=2).message())
    assert [diag.cookie for diag in incremental(Dump("tcp"), [data])] == [1]


BASE = Sock(
    family=socket.AF_INET6, local=(V6, 1000), remote=(V6, 2000), send_queue=4,
    attributes=[wire.v6only(False), wire.cgroup(5), wire.tcp_info(**EVERYTHING)],
)  # fmt: skip


def _with_tcp(size: int, **fields: int) -> Sock:
    return replace(BASE, attributes=[*BASE.attributes[:2], wire.tcp_info(size, **{**EVERYTHING, **fields})])


CHANGES: dict[str, Sock] = {
    "family": replace(BASE, family=socket.AF_INET),
    "state": replace(BASE, state=wire.CLOSE_WAIT),
    "local address": replace(BASE, local=(wire.mapped(V4), 1000)),
    "local port": replace(BASE, local=(V6, 1001)),
    "remote address": replace(BASE, remote=(wire.mapped(V4), 2000)),
    "remote port": replace(BASE, remote=(V6, 2001)),
    "interface": replace(BASE, interface=1),
    "cookie": replace(BASE, cookie=2),
    "receive queue": replace(BASE, receive_queue=1),
    "send queue": replace(BASE, send_queue=5),
    "uid": replace(BASE, uid=0),
    "inode": replace(BASE, inode=1),
    "v6only": replace(BASE, attributes=[wire.v6only(True), *BASE.attributes[1:]]),
    "cgroup": replace(BASE, attributes=[BASE.attributes[0], wire.cgroup(6), BASE.attributes[2]]),
}
COUNTERS = [
    name
    for name in wire.TCP_INFO_FIELDS
    if name not in ("rtt", "rttvar", "last_data_sent", "last_data_recv", "options")
]


def _noticed(before: Sock, after: Sock, protocol: Protocol = "tcp") -> bool:
    dump = Dump(protocol)
    (first,) = feed(dump, [before.message()])
    (again,) = feed(dump, [before.message()])
    assert again is first, "the same bytes must give the same object"
    (second,) = feed(dump, [after.message()])
    assert timeless(second.key) == plain([after.message()], protocol)[0]
    return second is not first


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_one_field_is_noticed(what: str) -> None:
    assert _noticed(BASE, CHANGES[what])


@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize("size", [216, 232, 280])
def test_a_change_of_one_counter_is_noticed(counter: str, size: int) -> None:
    assert _noticed(_with_tcp(size), _with_tcp(size, **{counter: EVERYTHING[counter] + 1}))


def test_a_change_of_fast_open_is_noticed() -> None:
    assert _noticed(_with_tcp(280), _with_tcp(280, options=32))


def test_a_change_of_udp_drops_is_noticed() -> None:
    before, after = (Sock(state=wire.CLOSE, attributes=[wire.meminfo(drops)]) for drops in (1, 2))
    assert _noticed(before, after, "udp")


@pytest.mark.parametrize("size", wire.TCP_INFO_SIZES)
def test_every_counter_of_an_old_kernel_is_noticed(size: int) -> None:
    for name in COUNTERS:
        offset, _ = wire.TCP_INFO_FIELDS[name]
        if offset < size:
            assert _noticed(_with_tcp(size), _with_tcp(size, **{name: EVERYTHING[name] + 1})), name


def test_time_alone_keeps_the_object() -> None:
    later = _with_tcp(280, last_data_sent=9000, last_data_recv=9000)
    assert not _noticed(_with_tcp(280), replace(later, timer=1, expires=300))


def test_equal_lengths_with_attributes_in_another_order_are_not_confused() -> None:
    filler = (99, bytes(280))
    first = replace(BASE, attributes=[wire.tcp_info(), filler])
    second = replace(BASE, attributes=[filler, wire.tcp_info(bytes_sent=5)])
    assert _noticed(first, second)
    assert _noticed(second, first)


def test_a_socket_dumped_twice_is_listed_twice() -> None:
    dump, old, new = Dump("tcp"), BASE.message(), CHANGES["state"].message()
    for datagrams in ([old, new], [old, new], [wire.datagram(new, old, old)]):
        assert incremental(dump, datagrams) == plain(datagrams)


def test_sockets_without_a_cookie_are_never_taken_for_one_another() -> None:
    dump = Dump("tcp")
    datagrams = [wire.datagram(*(replace(BASE, cookie=wire.NO_COOKIE, inode=n).message() for n in range(3)))]
    for _ in range(3):
        assert [diag.inode for diag in incremental(dump, datagrams)] == [0, 1, 2]
    assert len(dump) == 0


def test_more_layouts_than_are_kept_change_nothing() -> None:
    dump = Dump("tcp")
    many = [replace(BASE, cookie=n, attributes=[(99, bytes(n)), wire.tcp_info(rtt=1)]) for n in range(1, 400)]
    for step in range(3):
        datagrams = [replace(sock, receive_queue=step // 2).message() for sock in many]
        assert incremental(dump, datagrams) == plain(datagrams)


def test_a_replaced_record_is_given_at_the_next_poll_and_a_forgotten_one_is_made_anew() -> None:
    dump, data = Dump("tcp"), BASE.message()
    (first,) = feed(dump, [data])
    renamed = first._replace(interface="lo")
    dump.replace(renamed)
    assert feed(dump, [data]) == [renamed]
    dump.forget_except({99})
    (anew,) = feed(dump, [data])
    assert anew.interface is None


@example(seed=0)
@given(st.integers(0, 2**32))
def test_real_dumps_spoilt_at_random_never_give_a_wrong_row(seed: int) -> None:
    data = _captured()
    at = seed % len(data)
    spoilt = data[:at] + bytes([seed >> 24 & 0xFF]) + data[at + 1 :]
    dump = Dump("tcp")
    incremental(dump, [data])
    _compare(dump, spoilt, "tcp")


_CAPTURED: list[bytes] = []


def _captured() -> bytes:
    """One real datagram with two connections and their listener, captured once, without its end."""
    if not _CAPTURED:
        with listener() as server:
            pairs = [connect(server) for _ in range(2)]
            whole = wire.capture(socket.AF_INET, "tcp")[0]
            rows = [m for m in messages(whole, len(whole)) if m.type == SOCK_DIAG_BY_FAMILY]
            _CAPTURED.append(whole[: rows[-1].end])
            for sock in itertools.chain.from_iterable(pairs):
                sock.close()
    return _CAPTURED[0]


# -- the real kernel


def real(sock: socket.socket, protocol: Protocol = "tcp") -> DiagSocket | None:
    """What the kernel says of one socket of this process, by its inode."""
    inode = inode_of(sock)
    found = (d for data in wire.capture(sock.family, protocol) for d in decode_all(data, protocol, NOW))
    return next((diag for diag in found if diag.inode == inode), None)


def seen(sock: socket.socket, protocol: Protocol = "tcp") -> DiagSocket:
    diag = real(sock, protocol)
    assert diag is not None
    return diag


def _endpoint(name: tuple[str, int]) -> Endpoint:
    return Endpoint(name[0].removeprefix("::ffff:"), name[1])


@pytest.mark.parametrize(
    ("family", "mapped"), [(socket.AF_INET, False), (socket.AF_INET6, False), (socket.AF_INET, True)]
)
def test_both_ends_of_a_real_connection(family: socket.AddressFamily, mapped: bool) -> None:
    with tcp_pair(family, mapped=mapped) as pair:
        for sock in pair:
            diag = seen(sock)
            assert diag.family == (6 if sock.family == socket.AF_INET6 else 4)
            assert diag.local == _endpoint(sock.getsockname()[:2])
            assert diag.remote == _endpoint(sock.getpeername()[:2])
            assert (diag.state, diag.uid) == (SocketState.ESTABLISHED, os.getuid())
            cookie = struct.unpack("=Q", sock.getsockopt(socket.SOL_SOCKET, 57, 8))[0]  # SO_COOKIE
            assert diag.cookie == cookie
        client, accepted = pair
        excess = [tcp.opener_excess for sock in (client, accepted) if (tcp := seen(sock).tcp)]
        assert excess == [1, 0]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_real_dumps_decode_the_same_both_ways(family: socket.AddressFamily, protocol: Protocol) -> None:
    dump = Dump(protocol)
    with tcp_pair(family) as (client, accepted), socket.socket(family, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind((client.getsockname()[0], 0))
        for step in range(4):
            captured = wire.capture(family, protocol)
            expected = plain(captured, protocol)
            assert expected
            assert incremental(dump, captured) == expected
            client.sendall(bytes(100 * (step % 2)))
            accepted.shutdown(socket.SHUT_WR) if step == 2 else None


def test_the_queues_of_a_listener_are_waiting_connections_and_backlog() -> None:
    with listener(backlog=7) as server:
        clients = [socket.create_connection(server.getsockname()) for _ in range(3)]
        diag = wait_for(lambda: d if (d := seen(server)).receive_queue == 3 else None)
        assert (diag.state, diag.send_queue, diag.remote) == (SocketState.LISTEN, 7, None)
        assert (diag.tcp, diag.uncounted) == (None, Uncounted.LISTENER)
        for client in clients:
            client.close()


def test_queues_of_a_connection_are_bytes() -> None:
    with tcp_pair() as (client, accepted):
        client.sendall(bytes(123))
        wait_for(lambda: seen(accepted).receive_queue == 123)
        assert seen(client).send_queue == 0


def test_the_fin_of_a_real_peer_is_not_counted() -> None:
    with tcp_pair() as (client, accepted):
        client.sendall(bytes(50))
        client.shutdown(socket.SHUT_WR)
        diag = wait_for(lambda: d if (d := seen(accepted)).state is SocketState.CLOSE_WAIT else None)
        assert diag.tcp is not None
        assert diag.tcp.bytes_received == 50
        other = wait_for(lambda: d if (d := seen(client)).state is SocketState.FIN_WAIT2 else None)
        assert other.tcp is not None
        assert (other.tcp.bytes_sent, other.uncounted) == (50, None)


@pytest.mark.parametrize("only", [0, 1])
def test_a_real_listener_refuses_ipv4_or_not(only: int) -> None:
    with socket.socket(socket.AF_INET6) as server:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        server.bind(("::", 0))
        server.listen()
        diag = seen(server)
        assert (diag.local, diag.v6only) == (Endpoint("::", port_of(server)), bool(only))


def test_v6only_of_ipv4_sockets_is_unknown() -> None:
    with listener() as server, dual_listener() as dual:
        assert (seen(server).v6only, seen(dual).v6only) == (None, False)


def test_datagrams_dropped_for_want_of_space() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        receiver.bind(("127.0.0.1", 0))
        assert seen(receiver, "udp").drops == 0
        for _ in range(50):
            sender.sendto(bytes(1000), receiver.getsockname())
        diag = seen(receiver, "udp")
        received = 0
        with suppress(BlockingIOError):
            while receiver.recv(2000, socket.MSG_DONTWAIT):
                received += 1
        assert diag.drops == 50 - received > 0
        assert (diag.state, diag.remote, diag.uncounted) == (SocketState.UNCONNECTED, None, Uncounted.UDP)
        assert diag.receive_queue > 0


def test_a_connected_udp_socket_has_a_peer() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one_end,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        one_end.bind(("127.0.0.1", 0))
        other.connect(one_end.getsockname())
        diag = seen(other, "udp")
        assert (diag.state, diag.remote) == (SocketState.ESTABLISHED, _endpoint(one_end.getsockname()))


def test_a_socket_bound_to_an_interface() -> None:
    with listener() as server:
        assert seen(server).interface_index == 0
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        assert seen(server).interface_index == socket.if_nametoindex("lo")


def test_a_real_socket_that_is_only_bound_has_no_peer() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        diag = real(bound)
        if diag is None:
            pytest.skip("this kernel does not dump sockets that are only bound (before 6.8)")
        assert (diag.state, diag.remote) == (SocketState.CLOSED, None)


def test_a_request_is_the_one_the_kernel_documents() -> None:
    wanted = request(socket.AF_INET6, socket.IPPROTO_TCP)
    assert len(wanted) == 56
    assert wanted[:8] == bytes([socket.AF_INET6, 6, 1 << 1, 0]) + b"\xff" * 4
    assert HEADER.size == 16


def test_every_named_change_differs_in_plain_decoding_too() -> None:
    reference = plain([BASE.message()])
    check: Callable[[Sock], bool] = lambda sock: plain([sock.message()]) != reference  # noqa: E731
    assert all(check(sock) for sock in CHANGES.values())
