"""The two halves of a local connection find each other, whichever comes first."""

from __future__ import annotations

from netmon.engine.halves import LocalHalves
from netmon.engine.interval import Interval
from netmon.model.connection import Basis, Connection, Direction
from tests.builders import connection, owner
from tests.staging import snapshot

CLIENT = connection(
    "127.0.0.1:80",
    local="127.0.0.1:50000",
    process="curl",
    pid=1,
    direction=Direction.OUTBOUND,
    basis=Basis.KERNEL,
)
SERVER = connection(
    "127.0.0.1:50000", local="127.0.0.1:80", process="nginx", pid=2, direction=Direction.UNKNOWN, basis=None
)


def made(halves: LocalHalves, interval: Interval, *rows: Connection) -> None:
    """What the tracker does with new rows, in this order."""
    for row in rows:
        joined = halves.join(row, interval, {})
        interval.rows[row.key] = joined
        interval.connections.append(joined)
    halves.tell(interval)


def test_each_half_knows_the_other_whichever_comes_first() -> None:
    for order in ((CLIENT, SERVER), (SERVER, CLIENT)):
        interval = Interval(snapshot(), None)
        made(LocalHalves(), interval, *order)
        client, server = interval.rows[CLIENT.key], interval.rows[SERVER.key]
        assert client.peer is not None
        assert server.peer is not None
        assert (client.peer.key, client.peer.owner) == (SERVER.key, SERVER.owner)
        assert (server.peer.key, server.peer.owner) == (CLIENT.key, CLIENT.owner)


def test_what_one_half_knows_of_the_direction_the_other_knows_too() -> None:
    interval = Interval(snapshot(), None)
    made(LocalHalves(), interval, CLIENT, SERVER)
    assert interval.rows[SERVER.key].direction is Direction.INBOUND
    assert interval.rows[SERVER.key].basis is Basis.KERNEL


def test_a_half_is_told_when_the_other_changes_hands() -> None:
    halves, interval = LocalHalves(), Interval(snapshot(), None)
    made(halves, interval, CLIENT, SERVER)
    before = interval.rows[SERVER.key]
    after = before._replace(owner=owner("haproxy"))
    halves.changed(before, after)
    halves.tell(interval)
    peer = interval.rows[CLIENT.key].peer
    assert peer is not None
    assert peer.owner == owner("haproxy")


def test_a_remote_peer_and_a_half_that_is_gone_are_no_halves() -> None:
    halves, interval = LocalHalves(), Interval(snapshot(), None)
    far = connection("203.0.113.7:443")
    made(halves, interval, far)
    assert interval.rows[far.key].peer is None
    made(halves, interval, SERVER)
    halves.forget(SERVER)
    del interval.rows[SERVER.key]
    made(halves, interval, CLIENT)
    assert interval.rows[CLIENT.key].peer is None
