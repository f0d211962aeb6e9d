"""What was listened on at the first poll, and what has gone since."""

from __future__ import annotations

import pytest

from netmon.engine.listener_log import GONE_LIMIT, ListenerLog, is_serving, local_end
from netmon.engine.tracker import Tracker
from netmon.model.connection import Connection
from netmon.model.socket import SocketState
from tests.builders import listener
from tests.staging import snapshot

EPHEMERAL = (32768, 60999)


def gone(log: ListenerLog) -> list[tuple[int, float | None]]:
    """Ports that have gone, and when."""
    return [(row.socket.local.port, row.closed_at) for row in log.gone]


def udp(local: str) -> Connection:
    return listener(local, protocol="udp")


@pytest.mark.parametrize(
    ("row", "serves"),
    [
        (listener("0.0.0.0:80"), True),
        (listener("0.0.0.0:40000"), True),  # a TCP listener is one on whatever port
        (listener("0.0.0.0:80", state=SocketState.CLOSED), False),
        (udp("0.0.0.0:53"), True),
        (udp("0.0.0.0:32767"), True),
        (udp("0.0.0.0:32768"), False),
        (udp("0.0.0.0:60999"), False),
        (udp("0.0.0.0:61000"), True),
    ],
)
def test_what_counts_as_a_listener(row: Connection, serves: bool) -> None:
    assert is_serving(row.socket, EPHEMERAL) is serves


def test_the_first_poll_is_kept_and_nothing_is_gone_yet() -> None:
    log, web, client = ListenerLog(), listener("0.0.0.0:80"), udp("0.0.0.0:40000")
    log.note([web, client], EPHEMERAL, 5.0)
    log.note([web, listener("0.0.0.0:81")], EPHEMERAL, 6.0)
    assert (log.started_at, log.first) == (5.0, frozenset({("tcp", 4, "0.0.0.0", 80)}))
    assert gone(log) == []


def test_an_end_is_gone_with_its_last_socket_and_no_more_when_it_is_back() -> None:
    log, one, two = ListenerLog(), listener("0.0.0.0:80"), listener("0.0.0.0:80")
    log.note([one, two], EPHEMERAL, 1.0)
    log.note([two], EPHEMERAL, 2.0)
    assert gone(log) == []
    log.note([], EPHEMERAL, 3.0)
    assert gone(log) == [(80, 3.0)]
    log.note([], EPHEMERAL, 4.0)
    assert gone(log) == [(80, 3.0)]
    log.note([one], EPHEMERAL, 5.0)
    assert gone(log) == []


def test_no_more_are_remembered_than_there_is_room_for() -> None:
    log = ListenerLog()
    rows = [listener(f"0.0.0.0:{port}") for port in range(1, GONE_LIMIT + 11)]
    for at, row in enumerate(rows):
        log.note([row], EPHEMERAL, float(at))
    log.note([], EPHEMERAL, 1000.0)
    assert len(log.gone) == GONE_LIMIT
    assert gone(log)[-1] == (GONE_LIMIT + 10, 1000.0)


def test_an_end_tells_the_families_apart() -> None:
    assert local_end(listener("[::]:80").socket) == ("tcp", 6, "::", 80)


def test_every_state_says_what_has_gone_whatever_is_in_view() -> None:
    tracker, web, gone_later = Tracker(), listener("0.0.0.0:80").socket, listener("127.0.0.1:81").socket
    first = tracker.update(snapshot([web, gone_later], at=1.0))
    then = tracker.update(snapshot([web], at=2.0))
    assert first.started_at == then.started_at == 1.0
    assert first.first_listeners == then.first_listeners == {local_end(web), local_end(gone_later)}
    assert (len(first.gone_listeners), [row.socket for row in then.gone_listeners]) == (0, [gone_later])
    assert then.gone_listeners[0].closed_at == 2.0
