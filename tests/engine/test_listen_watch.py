"""What listeners lost since when."""

from __future__ import annotations

from netmon.engine.listen_watch import ListenWatch
from netmon.engine.state import ListenActivity
from netmon.model.pressure import ListenCounters as Counters
from tests.engine.staged import Machine


def test_three_spans_of_time() -> None:
    watch = ListenWatch()
    assert watch.update(Counters(8, 9)) == ListenActivity(Counters(8, 9), Counters(0, 0), None)
    assert watch.update(Counters(10, 12)) == ListenActivity(Counters(10, 12), Counters(2, 3), Counters(2, 3))
    assert watch.update(Counters(10, 13)) == ListenActivity(Counters(10, 13), Counters(2, 4), Counters(0, 1))


def test_what_is_unknown_stays_so() -> None:
    watch = ListenWatch()
    assert watch.update(None) is None
    watch.update(Counters(1, None))
    assert watch.update(Counters(2, 5)) == ListenActivity(
        Counters(2, 5), Counters(1, None), Counters(1, None)
    )
    assert watch.update(None) is None


def test_a_counter_never_runs_backwards() -> None:
    watch = ListenWatch()
    watch.update(Counters(5, 5))
    assert watch.update(Counters(0, 1)) == ListenActivity(Counters(0, 1), Counters(0, 0), Counters(0, 0))


def test_states_carry_it() -> None:
    machine = Machine()
    assert machine.poll().listen is None
    machine.poll(listen=Counters(1, 1))
    state = machine.poll(listen=Counters(3, 4))
    assert state.listen == ListenActivity(Counters(3, 4), Counters(2, 3), Counters(2, 3))
