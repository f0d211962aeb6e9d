"""Whole races, against real listeners on loopback."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from netmon.engine.connect import Outcome
from netmon.loopback.race.failures import Failure, broken
from netmon.loopback.race.profiles import PROFILES, SEQUENTIAL
from netmon.loopback.race.race import run_race
from netmon.loopback.race.result import RaceResult
from netmon.loopback.race.target import TargetError
from netmon.loopback.race.verdict import sentence


@contextlib.contextmanager
def serving(*addresses: str) -> Iterator[int]:
    """A port on which something listens on just these addresses."""
    with contextlib.ExitStack() as held:
        port = 0
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            server = held.enter_context(socket.socket(family))
            server.bind((address, port))
            server.listen(256)
            port = server.getsockname()[1]
        yield port


def wins(result: RaceResult) -> list[list[int]]:
    return [[contest.wins(place) for place in result.destinations] for contest in result.contests]


def test_the_first_of_two_live_addresses_wins() -> None:
    with serving("127.0.0.1", "::1") as port:
        result = run_race(f"[::1]:{port} 127.0.0.1:{port}")
    assert [(a.outcome, len(a.attempts)) for a in result.alone] == [(Outcome.CARRIES, 5)] * 2
    assert wins(result) == [[20, 0]] * 3
    assert (result.done, result.stopped) == (True, "")
    assert {(c.profile, c.failure) for c in result.costs} == {(p, f) for p in PROFILES for f in Failure}
    measured = {c.profile for c in result.costs if c.measured_ms is not None}
    assert SEQUENTIAL in measured


def test_the_other_family_wins_where_the_first_is_refused() -> None:
    with serving("127.0.0.1") as port:
        result = run_race(f"[::1]:{port} 127.0.0.1:{port}", rounds=3)
    assert [a.outcome for a in result.alone] == [Outcome.REFUSED, Outcome.CARRIES]
    assert wins(result) == [[0, 3]] * 3
    assert "programs that try no other fail" in sentence(result)


def test_one_family_only() -> None:
    with serving("::1") as port:
        result = run_race(f"[::1]:{port}", rounds=2)
    assert wins(result) == [[2]] * 3
    assert "nothing to fall back to" in sentence(result)


def test_none_answers() -> None:
    with serving("127.0.0.1") as port:
        pass
    result = run_race(f"127.0.0.1:{port} [::1]:{port}")
    assert [a.outcome for a in result.alone] == [Outcome.REFUSED] * 2
    assert (result.done, wins(result), result.costs) == (True, [[0, 0]] * 3, ())
    assert "takes no connection" in sentence(result)


def test_a_target_that_accepts_nothing_times_out_within_its_bound() -> None:
    with broken(Failure.BLACK_HOLE, "127.0.0.1") as gone:
        began = time.monotonic()
        result = run_race(str(gone), attempt_s=0.1)
        took_s = time.monotonic() - began
    assert [(a.outcome, len(a.attempts)) for a in result.alone] == [(Outcome.TIMED_OUT, 2)]
    assert 0.2 <= took_s < 5


def test_a_silent_first_address_is_waited_for_by_each_way_as_long_as_it_waits() -> None:
    with broken(Failure.BLACK_HOLE, "::1") as gone, serving("127.0.0.1") as port:
        result = run_race(f"{gone} 127.0.0.1:{port}", rounds=2, attempt_s=0.4)
    assert wins(result) == [[0, 2]] * 3
    medians = [contest.median_ms for contest in result.contests]
    assert medians == pytest.approx([250, 50, 400], abs=20)


def test_a_race_ends_when_its_time_is_over() -> None:
    with broken(Failure.BLACK_HOLE, "::1") as gone, serving("127.0.0.1") as port:
        began = time.monotonic()
        result = run_race(f"{gone} 127.0.0.1:{port}", attempt_s=0.2, budget_s=1.0)
        took_s = time.monotonic() - began
    assert (result.done, result.stopped) == (True, "out of time")
    assert len(result.contests[0].runs) < 20
    assert took_s < 5


def test_a_race_that_is_called_off_ends_with_what_it_has() -> None:
    heard: list[RaceResult] = []
    with serving("127.0.0.1", "::1") as port:
        result = run_race(
            f"127.0.0.1:{port} [::1]:{port}",
            heard.append,
            lambda: bool(heard and heard[-1].contests[2].runs),
        )
    assert (result.done, result.stopped, result.costs) == (True, "cancelled", ())
    assert [len(contest.runs) for contest in result.contests] == [1, 1, 1]


def test_every_step_is_told() -> None:
    heard: list[RaceResult] = []
    with serving("127.0.0.1") as port:
        result = run_race(f"127.0.0.1:{port}", heard.append, rounds=2)
    assert heard[-1] == result
    assert [sum(len(a.attempts) for a in step.alone) for step in heard[:6]] == [0, 1, 2, 3, 4, 5]
    assert not any(step.done for step in heard[:-1])


@pytest.mark.parametrize("text", ["", "localhost", "no-such-host.invalid:80"])
def test_what_is_no_target_is_said_at_once(text: str) -> None:
    with pytest.raises(TargetError):
        run_race(text)


_RACE = """
import socket
from netmon.loopback.race.race import run_race
server = socket.socket(); server.bind(("127.0.0.1", 8080)); server.listen(200)
result = run_race("both.test:8080", rounds=4)
print(sorted(f"{a.destination} {a.outcome.name}" for a in result.alone))
print([[c.wins(a.destination) for a in result.live] for c in result.contests])
"""


@pytest.mark.root
def test_a_name_of_both_families_in_a_machine_of_its_own() -> None:
    script = f"""set -e
        mount -t tmpfs none /mnt
        printf '127.0.0.1 both.test\\n::1 both.test\\n' > /mnt/hosts
        mount --bind /mnt/hosts /etc/hosts
        ip link set lo up
        exec "{sys.executable}" -W ignore -c "$0"
    """
    command = ["unshare", "-mn", "sh", "-c", script, _RACE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.splitlines() == [
        "['127.0.0.1:8080 CARRIES', '[::1]:8080 REFUSED']",
        "[[4], [4], [4]]",
    ], done.stderr
