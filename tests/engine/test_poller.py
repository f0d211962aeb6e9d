"""The poller: ticks, back-off, errors, subscribers and its end, with a clock that the test moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from netmon.collectors.base import CollectorError
from netmon.collectors.linux import LinuxCollector
from netmon.engine.poller import FIRST_INTERVAL_S, MAX_SHARE, Poller
from netmon.engine.state import State
from netmon.model.process import Process
from netmon.model.snapshot import Snapshot, Source
from tests.builders import TAKEN_AT
from tests.engine.staged import tcp
from tests.sockets import port_of, tcp_pair, wait_for

INTERVAL_S = 0.02


class Clock:
    """Real time, and what a poll pretends to have taken; or the latter alone."""

    def __init__(self, stands: bool = False) -> None:
        self.ahead = 0.0
        self._stands = stands

    def __call__(self) -> float:
        return self.ahead if self._stands else time.monotonic() + self.ahead


class Scripted:
    """A collector whose polls cost what a script says; a step may also raise."""

    source: Source = "replay"

    def __init__(self, *script: float | Exception, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.script = list(script)
        self.began: list[float] = []
        self.threads: set[str] = set()
        self.closed = False

    def poll(self) -> Snapshot:
        """Do the next step of the script; after its end, cost nothing."""
        self.began.append(self.clock())
        self.threads.add(threading.current_thread().name)
        step = self.script.pop(0) if self.script else 0.0
        if isinstance(step, Exception):
            raise step
        self.clock.ahead += step
        now = self.clock()
        return Snapshot(TAKEN_AT, now, now, self.source, [tcp(key=1)])

    def ancestors(self, pid: int) -> tuple[Process, ...]:
        """None."""
        return ()

    def working_directory(self, pid: int) -> str | None:
        """Unknown."""
        return None

    def close(self) -> None:
        """Note it."""
        self.closed = True


@contextmanager
def polling(
    *script: float | Exception, interval_s: float = INTERVAL_S, stands: bool = False
) -> Iterator[tuple[Poller, Scripted, list[State]]]:
    """A poller at work on a script, and the states that a subscriber got."""
    collector = Scripted(*script, clock=Clock(stands))
    poller, states = Poller(collector, interval_s, collector.clock, collector.clock), list[State]()
    poller.subscribe(states.append)
    poller.start()
    try:
        yield poller, collector, states
    finally:
        poller.stop()


def at_least(count: int, states: list[State]) -> Callable[[], bool]:
    """Whether so many states have come."""
    return lambda: len(states) >= count


# -- ticks


def test_it_polls_on_and_on_and_every_subscriber_gets_every_state() -> None:
    with polling() as (poller, collector, states):
        more: list[State] = []
        poller.subscribe(more.append)
        wait_for(at_least(6, states))
    assert [state.sequence for state in states] == list(range(1, len(states) + 1))
    assert more[-3:] == states[-3:]
    assert poller.latest is states[-1]
    assert collector.threads == {"netmon-poller"}, "never on the thread of a face"


def test_who_comes_later_gets_the_latest_at_once() -> None:
    poller = Poller(Scripted())
    first = poller.poll_once()
    got: list[State] = []
    poller.subscribe(got.append)
    assert got == [first]
    assert poller.latest is first


def test_the_second_poll_comes_sooner_and_the_third_does_not() -> None:
    before = time.monotonic()
    with polling(interval_s=1.0) as (_, collector, states):
        wait_for(at_least(3, states))
    _, second, third = collector.began[:3]
    assert FIRST_INTERVAL_S <= second - before < 0.9
    assert third - before >= FIRST_INTERVAL_S + 1.0


def test_an_interval_shorter_than_the_first_is_kept() -> None:
    with polling(interval_s=INTERVAL_S) as (_, collector, states):
        wait_for(at_least(2, states))
    assert collector.began[1] - collector.began[0] < FIRST_INTERVAL_S


def test_ticks_that_come_while_a_poll_runs_are_dropped() -> None:
    # The third poll takes as long as fifty intervals: what was due meanwhile must not follow in a burst.
    late = 50 * INTERVAL_S
    with polling(0.0, 0.0, late) as (_, collector, states):
        wait_for(at_least(8, states))
    third, fourth, eighth = (collector.began[number] for number in (2, 3, 7))
    assert fourth - third >= late, "it waits for the third"
    assert eighth - third >= late + 4 * INTERVAL_S


# -- back-off


DEAR, DEARER = 2 * MAX_SHARE * INTERVAL_S, 3 * MAX_SHARE * INTERVAL_S
"""Costs that ask for two and for three times the interval."""


@pytest.mark.parametrize(
    ("script", "intervals"),
    [
        ([MAX_SHARE * INTERVAL_S] * 4, [1, 1, 1, 1]),
        ([DEAR, 0.0, DEAR, 0.0], [1, 1, 1, 1]),
        ([DEAR, DEAR, DEAR, 0.0], [1, 2, 2, 1]),
        ([0.0, DEAR, DEARER, DEARER, DEAR], [1, 1, 2, 3, 2]),
    ],
    ids=["cheap", "one-dear-poll-at-a-time", "two", "the-cheaper-of-two"],
)
def test_only_two_dear_polls_in_a_row_lengthen_the_interval(
    script: list[float], intervals: list[int]
) -> None:
    with polling(*script, stands=True) as (_, _, states):
        wait_for(at_least(len(script), states))
    found = [state.interval_s / INTERVAL_S for state in states[: len(script)]]
    assert found == pytest.approx(intervals)
    assert [state.slowed for state in states[: len(script)]] == [interval > 1 for interval in intervals]


def test_polls_that_only_take_long_because_others_have_the_processor_lengthen_nothing() -> None:
    collector = Scripted(DEARER, DEARER, DEARER, clock=Clock(stands=True))
    poller, states = Poller(collector, INTERVAL_S, collector.clock, cpu_clock=lambda: 0.0), list[State]()
    poller.subscribe(states.append)
    poller.start()
    try:
        wait_for(at_least(3, states))
    finally:
        poller.stop()
    assert [(state.interval_s, state.slowed) for state in states[:3]] == [(INTERVAL_S, False)] * 3
    assert states[2].poll_cost_s == pytest.approx(DEARER), "what is shown is what it took"


def test_a_lengthened_interval_is_the_one_to_the_next_poll() -> None:
    before = time.monotonic()
    with polling(DEAR, DEAR, DEARER, DEARER) as (_, collector, states):
        wait_for(at_least(4, states))
    for number in (1, 2, 3):
        due = sum(state.interval_s for state in states[:number])
        assert collector.began[number] - before >= due


def test_a_state_says_what_its_poll_cost() -> None:
    with polling(0.125, stands=True) as (_, _, states):
        wait_for(at_least(2, states))
    assert [state.poll_cost_s for state in states[:2]] == pytest.approx([0.125, 0.0])


# -- errors


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (CollectorError("NETLINK_SOCK_DIAG refused: Operation not permitted"), "Operation not permitted"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (CollectorError("\x1b[31m" + "x" * 999), "x"),
    ],
)
def test_a_collector_that_fails_is_asked_again(error: Exception, says: str) -> None:
    with polling(0.0, error, error) as (_, _, states):
        wait_for(at_least(4, states))
    good, bad, worse, recovered = states[:4]
    assert good.error is None
    for failed in (bad, worse):
        assert failed.error is not None
        assert says in failed.error
        assert "\x1b" not in failed.error
        assert len(failed.error) <= 200
        assert failed.connections == good.connections, "the sockets are those of the poll before"
        assert failed.closed == ()
    assert recovered.error is None
    assert len(recovered.connections) == 1
    assert recovered.monotonic > good.monotonic


def test_a_collector_that_fails_from_the_start_is_an_empty_state_with_its_reason() -> None:
    with polling(CollectorError("no netlink")) as (_, _, states):
        wait_for(at_least(2, states))
    assert (states[0].error, states[0].connections, states[0].source) == ("no netlink", (), "replay")
    assert states[1].error is None


# -- the end


def test_stopping_in_the_middle_of_a_long_wait_is_quick() -> None:
    with polling(interval_s=3600.0) as (poller, collector, states):
        wait_for(at_least(2, states))
        before = time.monotonic()
        poller.stop()
        assert time.monotonic() - before < 1
        assert collector.closed
        assert "netmon-poller" not in [thread.name for thread in threading.enumerate()]
        polls = len(collector.began)
    assert len(collector.began) == polls


def test_a_subscriber_may_stop_it() -> None:
    collector = Scripted()
    poller = Poller(collector, INTERVAL_S, collector.clock)
    poller.subscribe(lambda state: poller.stop())
    poller.start()
    wait_for(lambda: collector.closed)
    wait_for(lambda: "netmon-poller" not in [thread.name for thread in threading.enumerate()])
    assert len(collector.began) == 1


def test_one_that_was_never_started_stops_too() -> None:
    collector = Scripted()
    Poller(collector).stop()
    assert collector.closed


# -- with the real thing


def test_a_real_connection_comes_and_goes_in_the_stream() -> None:
    poller, states = Poller(LinuxCollector(), 0.05), list[State]()
    poller.subscribe(states.append)
    poller.start()
    try:
        with tcp_pair() as (client, server):
            ports = {port_of(client), port_of(server)}
            wait_for(lambda: _ports_of(poller.latest) >= ports)
        wait_for(lambda: any({row.socket.local.port for row in state.closed} & ports for state in states))
    finally:
        poller.stop()


def _ports_of(state: State | None) -> set[int]:
    return {row.socket.local.port for row in state.connections} if state else set()
