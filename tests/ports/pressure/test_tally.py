"""The tally of a state with all its connections."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.model.connection import Direction
from netmon.model.endpoint import Endpoint
from netmon.model.pressure import ConnectionTally, Destination
from netmon.model.process import NO_OWNER, Owner, OwnerReason
from netmon.model.socket import SocketState
from netmon.ports.pressure.tally import LASTING_S, tally_of
from tests.builders import NOW, connection, listener, state

SERVER = Destination("10.0.0.5", Endpoint("203.0.113.7", 443))


def test_one_that_the_collector_made_is_taken_as_it_is() -> None:
    made = ConnectionTally({}, frozenset(), (), {})
    assert tally_of(state([connection()], tally=made)) is made


def test_ports_that_outgoing_connections_have() -> None:
    rows = [
        connection(local="10.0.0.5:40000"),
        connection(local="10.0.0.5:40001", state=SocketState.TIME_WAIT),
        connection(local="10.0.0.5:40002", direction=Direction.UNKNOWN),
        connection(local="10.0.0.5:1234"),
        connection(local="10.0.0.5:40003", protocol="udp"),
        connection("203.0.113.7:80", local="10.0.0.5:40000"),
    ]
    tally = tally_of(state(rows))
    assert tally.lent[SERVER] == ([40000, 40002], [40001])
    assert len(tally.lent) == 2
    assert tally.bound == frozenset()


def test_ports_that_connect_gets_none_of() -> None:
    rows = [
        connection(local="10.0.0.5:40000", direction=Direction.INBOUND),
        connection(local="10.0.0.5:40001", direction=Direction.UNKNOWN),  # a listener's
        connection(local="10.0.0.5:40001"),  # known to be outgoing all the same
    ]
    listeners = [
        listener("0.0.0.0:40001"),
        listener("0.0.0.0:40002", state=SocketState.CLOSED),
        listener("0.0.0.0:40003", protocol="udp"),
        listener("0.0.0.0:80"),
    ]
    tally = tally_of(state(rows, listeners))
    assert tally.bound == {40000, 40001, 40002}
    assert tally.lent == {SERVER: ([40001], [])}


def waiting(**fields: Any) -> Any:
    return connection(state=SocketState.CLOSE_WAIT, **fields)


def test_what_is_not_closed_by_process_and_place() -> None:
    rows = [
        waiting(local="10.0.0.5:8080", process="web", pid=80),
        waiting(local="10.0.0.5:8080", process="web", pid=80, changed_at=NOW - LASTING_S + 0.1),
        waiting(process="web", pid=80),
        waiting(process="curl"),
    ]
    web, curl = tally_of(state(rows, [listener()], sequence=2)).close_wait
    assert (web.places, web.sockets, web.lasting) == ({"port 8080": 2, "to 203.0.113.7:443": 1}, 3, 2)
    assert (curl.sockets, curl.lasting) == (1, 1)


def test_at_the_first_look_nothing_is_known_to_last() -> None:
    (pile,) = tally_of(state([waiting()], sequence=1)).close_wait
    assert pile.lasting is None


@pytest.mark.parametrize(
    ("inode", "holder", "counts"),
    [
        (None, Owner(reason=OwnerReason.HANDSHAKE), False),  # in the accept queue yet
        (7, Owner(reason=OwnerReason.OTHER_USER, uid=33), True),
        (None, None, True),  # psutil names the process, but gives no inode
        (None, NO_OWNER, False),
    ],
)
def test_only_what_a_process_holds_can_be_closed_by_it(
    inode: int | None, holder: Owner | None, counts: bool
) -> None:
    row = waiting(owner=holder, socket={"inode": inode})
    assert len(tally_of(state([row])).close_wait) == counts


def test_handshakes_by_local_end() -> None:
    rows = [
        connection(
            f"203.0.113.{turn}:50000",
            local="10.0.0.5:8080",
            state=SocketState.SYN_RECV,
            changed_at=NOW - turn,
            direction=Direction.INBOUND,
        )
        for turn in range(8)
    ]
    end = ("tcp", 4, "10.0.0.5", 8080)
    assert tally_of(state(rows, sequence=2)).syn_recv == {end: (8, 3)}
    assert tally_of(state(rows, sequence=1)).syn_recv == {end: (8, None)}
