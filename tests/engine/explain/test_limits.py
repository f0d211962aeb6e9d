"""What limits a connection is said only as far as the counters carry."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.engine.explain.limits import limit_sentences, unread_bytes, unread_sentence, waiting_bytes
from netmon.model.connection import Connection
from netmon.model.socket import SocketState
from tests.builders import NOW, connection, listener, state, tcp_info

SECOND = 1_000_000


def sender(socket: dict[str, Any] | None = None, opened: float | None = 10, **counters: Any) -> Connection:
    """A connection that sends, opened so many seconds ago."""
    info = {"busy_us": 9 * SECOND, "rwnd_limited_us": 0, "sndbuf_limited_us": 0, **counters}
    return connection(
        socket={"tcp": tcp_info(**info), **(socket or {})},
        rate_sent=1e6,
        rate_received=0.0,
        opened_at=None if opened is None else NOW - opened,
        open_since=NOW - (opened or 10),
    )


def limits(row: Connection) -> str:
    """All sentences on what limits it."""
    return " ".join(limit_sentences(row, state()))


def test_the_path() -> None:
    assert limits(sender(retransmits=3)).startswith(
        "Sending is limited by the path (RTT 11.8 ms, 3 retransmits), not by curl: for 90 % of its life"
    )


def test_the_path_is_not_named_where_the_age_or_a_counter_is_unknown() -> None:
    for row in (sender(opened=None), sender(rwnd_limited_us=None), sender(busy_us=7 * SECOND)):
        assert limits(row).startswith("Sending: data was outstanding for")
        assert limits(row).endswith("no single limit shows.")


def test_the_peers_window_and_the_own_buffer() -> None:
    assert limits(sender(rwnd_limited_us=6 * SECOND)) == (
        "Sending was limited by the peer's receive window for 66 % of the 9 seconds"
        " in which data was outstanding."
    )
    assert limits(sender(sndbuf_limited_us=6 * SECOND, rwnd_limited_us=3 * SECOND)) == (
        "Sending was limited by the sender's own buffer for 66 % of the 9 seconds"
        " in which data was outstanding."
    )


def test_the_application_that_has_nothing_to_send() -> None:
    assert limits(sender(busy_us=SECOND)) == (
        "Sending is limited by curl itself: for 90 % of its life nothing was outstanding."
    )
    assert "for at least 90 % of its life" in limits(sender(busy_us=SECOND, opened=None))


def test_a_kernel_that_does_not_tell() -> None:
    assert limits(sender(busy_us=None)) == ("What limits sending is unknown: this kernel does not report it.")
    assert limits(sender(busy_us=0)) == ""


def test_receiving() -> None:
    row = connection(socket={"receive_queue": 300_000})
    assert limits(row) == "Receiving: 300 kB wait unread, so curl reads more slowly than data arrives."
    quick = connection(socket={"receive_queue": 0})
    assert limits(quick).startswith(
        "Receiving is not limited by curl, which keeps up with what arrives; whether"
    )
    assert limits(connection()) == ""  # no queue is told


def held_up(**socket: Any) -> Connection:
    """A connection with bytes that are not acknowledged, and no progress."""
    return connection(rate_sent=0.0, rate_received=0.0, socket={"send_queue": 4000, **socket})


def test_no_progress_though_data_waits() -> None:
    assert limits(held_up(tcp=tcp_info(unacked=3, retransmits=5))) == (
        "Nothing new was sent over the last interval and 4.0 kB wait to be acknowledged: 3 segments in flight"
        " are unanswered so far (RTT 11.8 ms, 5 retransmits)."
    )
    assert limits(held_up()).endswith("none is in flight, as when the peer's receive window is full.")


def idle(seconds: float, **socket: Any) -> Connection:
    """A connection over which nothing went for so long."""
    info = tcp_info(last_sent_at=NOW - seconds, last_received_at=NOW - seconds - 5)
    return connection(rate_sent=0.0, rate_received=0.0, socket={"tcp": info, "send_queue": 0, **socket})


def test_idle() -> None:
    assert limits(idle(720)) == "Idle: no data has passed for 12 minutes; the application sends nothing."
    assert limits(idle(720, send_queue=None)) == "Idle: no data has passed for 12 minutes."
    assert limits(idle(1)) == ""
    info = tcp_info(bytes_sent=0, bytes_received=0, last_sent_at=NOW - 9, last_received_at=NOW - 9)
    assert limits(idle(9, tcp=info)) == "Idle: no data has passed since it was opened, 9 seconds ago."


@pytest.mark.parametrize(
    "row",
    [
        listener(),
        connection("8.8.8.8:53", protocol="udp"),
        connection(state=SocketState.TIME_WAIT),
        connection(closed_at=NOW),
    ],
)
def test_nothing_is_said_of_what_carries_nothing(row: Connection) -> None:
    assert limits(row) == ""


def test_a_fin_is_neither_unread_nor_waiting_data() -> None:
    row = connection(state=SocketState.LAST_ACK, socket={"receive_queue": 1, "send_queue": 1})
    assert unread_bytes(row) == waiting_bytes(row) == 0
    row = connection(socket={"receive_queue": 1, "send_queue": 1})
    assert unread_bytes(row) == waiting_bytes(row) == 1
    assert unread_bytes(connection()) is None


def test_what_lies_unread_while_nothing_arrives() -> None:
    row = connection(socket={"receive_queue": 900}, rate_received=0.0)
    assert unread_sentence(row) == "900 B wait unread: curl (4711, user dev) has not read them."
    for silent in (
        row._replace(rate_received=1.0),
        row._replace(closed_at=NOW),
        connection(rate_received=0.0),
        connection(rate_received=0.0, process=None, socket={"receive_queue": 900}),
        listener(socket={"receive_queue": 9}),
    ):
        assert unread_sentence(silent) is None
