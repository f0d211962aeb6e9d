"""When a connection was opened, and what that is known from."""

from __future__ import annotations

from netmon.engine.opening import opening_of, opening_of_unseen
from netmon.model.connection import OpenedBasis
from netmon.model.socket import SocketState
from tests.builders import NOW, connection, tcp_info
from tests.staging import snapshot

BEFORE = snapshot(at=NOW - 1)


def test_a_direction_without_data_dates_it_exactly() -> None:
    for silent in ({"bytes_sent": 0}, {"bytes_received": 0}):
        info = tcp_info(**silent, last_sent_at=NOW - 300, last_received_at=NOW - 300)
        opening = opening_of(connection(socket={"tcp": info}).socket, NOW, None)
        assert opening == (NOW - 300, OpenedBasis.KERNEL, NOW - 300)


def test_what_was_there_at_first_is_at_least_as_old_as_its_data() -> None:
    info = tcp_info(last_sent_at=NOW - 5, last_received_at=NOW - 60)
    assert opening_of(connection(socket={"tcp": info}).socket, NOW, None) == (None, None, NOW - 60)


def test_what_appeared_was_opened_since_the_poll_before() -> None:
    info = tcp_info(last_sent_at=NOW - 0.25, last_received_at=NOW - 0.25)
    opening = opening_of(connection(socket={"tcp": info}).socket, NOW, BEFORE)
    assert (opening.basis, opening.at) == (OpenedBasis.SEEN, NOW - 0.25)
    earlier = tcp_info(last_sent_at=NOW - 9, last_received_at=NOW - 9)
    assert opening_of(connection(socket={"tcp": earlier}).socket, NOW, BEFORE).at == NOW - 1


def test_without_counters_only_the_poll_dates_it() -> None:
    bare = connection(protocol="udp", state=SocketState.ESTABLISHED, socket={"tcp": None}).socket
    assert opening_of(bare, NOW, BEFORE) == (NOW, OpenedBasis.SEEN, NOW)
    assert opening_of(bare, NOW, None) == (None, None, NOW)


def test_what_was_never_polled_is_dated_by_silence_or_not_at_all() -> None:
    spoken = connection(state=SocketState.CLOSED, socket={"tcp": tcp_info()}).socket
    assert opening_of_unseen(spoken, NOW, BEFORE) == (None, OpenedBasis.EVENT, NOW)
    info = tcp_info(bytes_sent=0, last_sent_at=NOW - 0.09)
    silent = connection(state=SocketState.CLOSED, socket={"tcp": info}).socket
    assert opening_of_unseen(silent, NOW, BEFORE) == (NOW - 0.09, OpenedBasis.KERNEL, NOW - 0.09)
