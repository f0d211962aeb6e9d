"""When the checks are to run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from netmon.loopback.schedule import INTERVAL_S, PAUSE_S, Schedule
from tests.builders import listener, state


@pytest.fixture
def clock() -> list[float]:
    """What the clock shows."""
    return [100.0]


@pytest.fixture
def schedule(tmp_path: Path, clock: list[float]) -> Schedule:
    """Checks that ran at 100 s and read one file, with one listener."""
    schedule = Schedule([str(tmp_path / "hosts")], lambda: clock[0])
    assert schedule.due
    assert not schedule.ever_began
    schedule.look(state(listeners=[listener("0.0.0.0:80")]))
    schedule.begin()
    schedule.end()
    return schedule


def test_they_run_from_time_to_time(schedule: Schedule, clock: list[float]) -> None:
    assert schedule.ever_began
    clock[0] += INTERVAL_S - 1
    assert not schedule.due
    clock[0] += 1
    assert schedule.due


def change_file(path: Path) -> None:
    (path / "hosts").write_text("::1 localhost\n")


def change_nothing(path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "port", "due"),
    [(change_file, 80, True), (change_nothing, 81, True), (change_nothing, 80, False)],
)
def test_they_run_when_something_changed_but_not_at_once(
    schedule: Schedule,
    clock: list[float],
    tmp_path: Path,
    change: Callable[[Path], None],
    port: int,
    due: bool,
) -> None:
    change(tmp_path)
    now = state(listeners=[listener(f"0.0.0.0:{port}")])
    schedule.look(now)
    schedule.look(now)  # it is remembered that something changed, not only in the state in which it did
    assert not schedule.due
    clock[0] += PAUSE_S
    assert schedule.due is due
    schedule.begin()
    schedule.end()
    clock[0] += PAUSE_S
    assert not schedule.due


def test_they_never_run_twice_at_once(schedule: Schedule, clock: list[float]) -> None:
    schedule.begin()
    clock[0] += INTERVAL_S * 2
    assert not schedule.due
    schedule.end()
    assert schedule.due


def test_other_resolvers_are_noticed_until_the_checks_begin(tmp_path: Path) -> None:
    hosts, resolvers = tmp_path / "hosts", tmp_path / "resolv.conf"
    schedule = Schedule([str(hosts), str(resolvers)])
    schedule.look(state())
    schedule.begin()
    noticed = []
    for change in (hosts, resolvers, None):
        if change is not None:
            change.write_text("# changed\n")
        schedule.look(state())
        noticed.append(schedule.new_resolvers)
    schedule.begin()
    assert [*noticed, schedule.new_resolvers] == [False, True, True, False]
