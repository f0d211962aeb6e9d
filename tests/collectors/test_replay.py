"""Replay: every snapshot once, then the last one at later times."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from netmon.collectors.base import Collector, CollectorError
from netmon.collectors.replay import STEP_S, ReplayCollector
from netmon.engine.poller import Poller
from netmon.engine.tracker import Tracker
from netmon.model.snapshot import ClosedSocket, InterfaceCounters, Snapshot
from netmon.model.socket import SocketRecord, SocketState
from tests.builders import NOW, TAKEN_AT, connection, process, tcp_info

DEAD = connection("203.0.113.9:443").socket._replace(state=SocketState.CLOSED)


def record(received: int) -> SocketRecord:
    """One connection that has received so many bytes."""
    return connection(socket={"key": 1, "cookie": 1, "tcp": tcp_info(bytes_received=received)}).socket


def snapshot(seconds: float, *sockets: SocketRecord, **fields: Any) -> Snapshot:
    """What a poll at NOW + `seconds` read."""
    at = NOW + seconds
    taken_at = TAKEN_AT + timedelta(seconds=seconds)
    return Snapshot(taken_at, at, at - 0.003, "sock_diag", sockets, **fields)


RECORDING = (
    snapshot(0, record(0), interfaces={"eth0": InterfaceCounters(0, 0)}),
    snapshot(
        2,
        record(5000),
        reports_closed=True,
        closed=[ClosedSocket(DEAD, NOW + 1.5)],
        interfaces={"eth0": InterfaceCounters(5200, 80)},
    ),
)


def test_is_a_collector() -> None:
    collector: Collector = ReplayCollector(RECORDING)
    assert collector.source == "replay"
    collector.close()


def test_hands_out_every_snapshot_in_turn() -> None:
    collector = ReplayCollector(RECORDING)
    assert collector.poll() is RECORDING[0]
    assert collector.poll() is RECORDING[1]


def test_the_last_one_comes_again_at_the_pace_of_the_recording() -> None:
    collector = ReplayCollector(RECORDING)
    *_, first, second = (collector.poll() for _ in range(4))
    assert [s.monotonic - NOW for s in (first, second)] == [4, 6]
    assert [(s.taken_at - TAKEN_AT).total_seconds() for s in (first, second)] == [4, 6]
    assert first.monotonic - first.began == pytest.approx(0.003)
    assert second.sockets is RECORDING[1].sockets


def test_what_closed_does_not_close_again() -> None:
    collector, tracker = ReplayCollector(RECORDING), Tracker()
    states = [tracker.update(collector.poll()) for _ in range(4)]
    assert [len(state.closed) for state in states] == [0, 1, 0, 0]
    assert states[-1].closed_totals.connections == 1


def test_rates_fall_to_nothing_at_the_end() -> None:
    collector, tracker = ReplayCollector(RECORDING), Tracker()
    states = [tracker.update(collector.poll()) for _ in range(3)]
    assert [state.connections[0].rate_received for state in states] == [None, 2500.0, 0.0]
    assert states[1].interfaces["eth0"].rate_received == 2600.0
    assert states[2].interfaces["eth0"].rate_received == 0.0


def test_a_single_snapshot_moves_on_by_a_step_of_its_own() -> None:
    collector = ReplayCollector(RECORDING[:1])
    times = [collector.poll().monotonic for _ in range(3)]
    assert times == [NOW, NOW + STEP_S, NOW + 2 * STEP_S]


def test_an_empty_recording_is_refused() -> None:
    with pytest.raises(CollectorError, match="the recording is empty"):
        ReplayCollector(())


def test_parents_are_those_that_were_recorded() -> None:
    shell = process("bash", 4100)
    collector = ReplayCollector(RECORDING, {4711: (shell,)})
    assert collector.ancestors(4711) == (shell,)
    assert collector.ancestors(1) == ()
    assert collector.working_directory(4711) is None


def test_a_poller_plays_it() -> None:
    poller = Poller(ReplayCollector(RECORDING))
    states = [poller.poll_once() for _ in range(2)]
    assert [state.sequence for state in states] == [1, 2]
    assert states[1].source == "sock_diag"
    poller.stop()
