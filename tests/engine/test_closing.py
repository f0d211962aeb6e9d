"""The final bytes of a connection, by each kind of evidence; tests/kernel shows that the kernel agrees."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.engine.closing import FinalBytes, final_bytes, pair_of, reverse
from netmon.model.connection import Connection, Direction
from netmon.model.endpoint import Endpoint
from netmon.model.socket import SocketRecord, SocketState, Uncounted
from tests.builders import connection
from tests.engine.staged import listening, tcp, uncounted

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
ENDS = "127.0.0.1:50000", "127.0.0.1:8080"


def gone(received: int, *, sent: int = 7, excess: int | None = 2, **fields: Any) -> SocketRecord:
    """A destroyed socket as its event counts it."""
    queues: dict[str, Any] = {"send_queue": 0, "receive_queue": 0, **fields}
    return tcp(*ENDS, sent=sent, received=received, excess=excess, state=SocketState.CLOSED, **queues)


def polled(state: SocketState = SocketState.ESTABLISHED, **socket: Any) -> Connection:
    """The connection as the last poll saw it."""
    return connection(ENDS[1], local=ENDS[0], state=state, socket=socket, bytes_sent=5, bytes_received=10)


def half(*, sent: int = 0, received: int = 0, send_queue: int = 0) -> SocketRecord:
    """The other end, destroyed too."""
    ends = ENDS[::-1]
    return tcp(*ends, sent=sent, received=received, send_queue=send_queue, state=SocketState.CLOSED)


# -- the pair


def test_a_pair_is_what_both_ends_have_in_common() -> None:
    record = tcp(*ENDS)
    assert pair_of(record) == ("tcp", Endpoint("127.0.0.1", 50000), Endpoint("127.0.0.1", 8080))
    assert reverse(pair_of(record)) == pair_of(tcp(*ENDS[::-1]))
    assert reverse(reverse(pair_of(record))) == pair_of(record)


def test_a_listener_has_no_other_side() -> None:
    pair = pair_of(listening())
    assert reverse(pair) == pair


# -- the peer's FIN


@pytest.mark.parametrize(("counted", "payload"), [(11, 10), (10, 10)])
def test_the_other_half_tells_the_payload(counted: int, payload: int) -> None:
    final = final_bytes(gone(counted), OUT, None, half(sent=10), set())
    assert final == FinalBytes(7, payload)


def test_the_other_half_overrules_every_other_sign() -> None:
    closing = polled(SocketState.CLOSE_WAIT)
    assert final_bytes(gone(10), OUT, closing, half(sent=10), set()).received == 10


@pytest.mark.parametrize("state", [SocketState.CLOSE_WAIT, SocketState.LAST_ACK, SocketState.CLOSING])
def test_a_fin_that_the_last_poll_saw_is_counted(state: SocketState) -> None:
    assert final_bytes(gone(11, excess=0), OUT, polled(state), None, set()).received == 10


@pytest.mark.parametrize(("inode", "payload"), [(7, 10), (None, 11)])
def test_a_side_that_shut_down_reads_to_the_end_unless_it_is_an_orphan(
    inode: int | None, payload: int
) -> None:
    record = gone(11, excess=1, send_queue=1)
    for state in (SocketState.FIN_WAIT1, SocketState.FIN_WAIT2):
        assert final_bytes(record, OUT, polled(state, inode=inode), None, set()).received == payload


@pytest.mark.parametrize(
    ("direction", "fields", "payload"),
    [
        # The side that connected has its SYN acknowledged beside its FIN.
        (IN, {"excess": 1}, 10),
        (OUT, {"excess": 2}, 10),
        # Without an acknowledged FIN it was reset, and no FIN came.
        (IN, {"excess": 0}, 11),
        (OUT, {"excess": 1}, 11),
        (OUT, {"excess": 2, "send_queue": 1}, 11),
        (OUT, {"excess": None}, 11),
        # To close in order is the rule.
        (Direction.UNKNOWN, {"excess": 1}, 10),
        (Direction.UNKNOWN, {"excess": 0}, 11),
    ],
)
def test_an_own_fin_that_was_acknowledged_says_that_it_closed_second(
    direction: Direction, fields: dict[str, Any], payload: int
) -> None:
    record = gone(11, **fields)
    assert final_bytes(record, direction, polled(), None, set()) == FinalBytes(7, payload)


@pytest.mark.parametrize(("queued", "payload"), [(0, 11), (1, 10)])
def test_one_that_left_a_time_wait_gave_way_before_the_fin(queued: int, payload: int) -> None:
    record = gone(11, receive_queue=queued)
    assert final_bytes(record, OUT, None, None, {pair_of(record)}).received == payload


def test_nothing_received_is_nothing() -> None:
    assert final_bytes(gone(0), OUT, None, None, set()).received == 0


def test_a_kernel_without_the_counter_leaves_it_unknown() -> None:
    record = gone(0)
    assert record.tcp is not None
    old = record._replace(tcp=record.tcp._replace(bytes_sent=None, bytes_received=None))
    assert final_bytes(old, OUT, polled(), half(sent=3), set()) == FinalBytes(None, None)


# -- without counters


def test_an_aborted_connection_ends_as_it_was_last_polled() -> None:
    record = uncounted(*ENDS, why=Uncounted.ABORTED)
    assert final_bytes(record, OUT, polled(), None, set()) == FinalBytes(5, 10)


def test_an_aborted_connection_sent_at_least_what_its_other_half_received() -> None:
    record = uncounted(*ENDS, why=Uncounted.ABORTED)
    assert final_bytes(record, OUT, polled(), half(received=9), set()).sent == 9
    assert final_bytes(record, OUT, polled(), half(received=2), set()).sent == 5


@pytest.mark.parametrize(("send_queue", "received"), [(0, 30), (20, 10)])
def test_an_aborted_connection_received_what_its_other_half_had_acknowledged(
    send_queue: int, received: int
) -> None:
    record = uncounted(*ENDS, why=Uncounted.ABORTED)
    other = half(sent=30, received=5, send_queue=send_queue)
    assert final_bytes(record, OUT, polled(), other, set()) == FinalBytes(5, received)


def test_an_aborted_connection_that_was_never_polled_is_known_from_its_other_half() -> None:
    record = uncounted(*ENDS, why=Uncounted.ABORTED)
    assert final_bytes(record, OUT, None, half(sent=3, received=9), set()) == FinalBytes(9, 3)
    assert final_bytes(record, OUT, None, None, set()) == FinalBytes(None, None)


def test_udp_is_not_counted_at_its_end_either() -> None:
    record = uncounted(*ENDS, why=Uncounted.UDP, protocol="udp")
    seen = connection(protocol="udp", bytes_sent=None, bytes_received=None)
    assert final_bytes(record, OUT, seen, None, set()) == FinalBytes(None, None)
