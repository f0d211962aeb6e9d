"""Plans and outcomes in sentences."""

from __future__ import annotations

import pytest

from netmon.model.process import Process
from netmon.ports.stopping.course import Ending, Outcome
from netmon.ports.stopping.plan import StopPlan, Target
from netmon.ports.stopping.words import named, outcome_words, question, who
from netmon.ports.supervisor import Supervisor
from tests.builders import connection, listener, process

ROW = listener("0.0.0.0:8080")


def target(process: Process) -> Target:
    """A holder of the port."""
    return Target(process, ROW.socket)


PYTHON = target(process("python3", 4711, command=("python3", "-m", "http.server"), started_at=1000.0))
WORKER = target(process("python3", 4712))
PLAN = StopPlan("8080/tcp", (ROW,), (PYTHON,), (WORKER,))


def test_who_holds_what_since_when_by_which_command() -> None:
    assert list(who(PLAN, 1060.0)) == [
        "python3 (4711, user dev) holds 8080/tcp, started 1 minute ago: python3 -m http.server"
    ]
    unread = target(Process(5, "kworker"))
    assert list(who(PLAN._replace(targets=(unread,)), 0.0)) == ["kworker (5) holds 8080/tcp: [kworker]"]


def test_a_client_holds_a_connection() -> None:
    row = connection()
    plan = StopPlan("tcp 10.0.0.5:50000 → 203.0.113.7:443", (row,), (PYTHON,), is_connection=True)
    (words,) = who(plan, 1060.0)
    assert "holds the connection 10.0.0.5:50000 → 203.0.113.7:443, started" in words
    ended = outcome_words(plan, Outcome(Ending.FREE, 0.2))
    assert ended == "stopped: python3 (4711) is gone after 200 ms"


def test_of_many_only_some_are_named() -> None:
    many = tuple(target(process("a", pid)) for pid in range(1, 8))
    words = list(who(PLAN._replace(targets=many), 0.0))
    assert len(words) == 5
    assert words[-1] == "So do 3 more processes."
    assert named(many) == "a (1), a (2), a (3), a (4) and 3 more"


def test_a_long_command_line_is_cut() -> None:
    long = target(process("a", 1, command=("a", "x" * 4000)))
    (words,) = who(PLAN._replace(targets=(long,)), 0.0)
    assert len(words) < 300


def test_sigkill_is_asked_about_for_all_who_hold_it() -> None:
    assert question(PLAN, kill=False) == "Send SIGTERM to python3 (4711)?"
    killing = "Send SIGKILL, which leaves no time to save anything, to python3 (4711), python3 (4712)?"
    assert question(PLAN, kill=True) == killing


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(Ending.FREE, 0.2), "stopped: 8080/tcp is free after 200 ms"),
        (Outcome(Ending.STILL_THERE, 5.0, (PYTHON,)),
         "8080/tcp is still held: python3 (4711) still runs 5s after the signal"),
        (Outcome(Ending.FINISHING, 5.0, (PYTHON, WORKER)),
         "8080/tcp is free, but python3 (4711), python3 (4712) still run 5s after the signal, perhaps to "
         "finish their connections"),
        (Outcome(Ending.STILL_HELD, 5.0, (WORKER,)),
         "8080/tcp is still held: python3 (4712) holds the same socket 5s after the signal"),
        (Outcome(Ending.STILL_HELD, 5.0),
         "8080/tcp is still held: another process holds the same socket 5s after the signal"),
        (Outcome(Ending.HELD_AGAIN, 0.1), "8080/tcp is held again, by a new socket"),
    ],
)  # fmt: skip
def test_how_it_went(outcome: Outcome, words: str) -> None:
    assert outcome_words(PLAN, outcome) == words


def test_who_may_have_started_it_again() -> None:
    plan = PLAN._replace(supervisor=Supervisor("process manager", "supervisord", 600, restarts=True))
    assert "; supervisord may have started it again" in outcome_words(plan, Outcome(Ending.HELD_AGAIN, 1.0))
