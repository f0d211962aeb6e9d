"""`netmon stop PORT`: stops whoever listens on a port, after asking."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from netmon.commands.asking import make_poller, polled
from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import is_terminal, require_output

if TYPE_CHECKING:
    from netmon.engine.state import State
    from netmon.ports.question import PortQuestion
    from netmon.ports.stopping.course import Outcome, StopCourse
    from netmon.ports.stopping.plan import StopPlan


def run(options: argparse.Namespace) -> int:
    """Show what would happen, ask, signal and wait; 0 if the port is free then, 1 if not.

    Raises:
        CannotAskError: it is refused, or there is nobody to ask.
    """
    question = _question(options)
    require_output()
    plan, state = _plan(question, options)
    if not plan.sockets:
        from netmon.ports.stopping.words import nobody

        _say(nobody(plan))
        return NOT_FOUND
    if plan.refusal is not None:
        raise CannotAskError(plan.refusal)
    if not options.yes and not _can_ask():
        raise CannotAskError(f"{plan.subject}: there is no terminal to ask on; --yes stops without asking")
    _show(plan, state)
    if not options.yes and not _ask(plan, kill=options.force):
        print(f"{plan.subject}: left alone")
        return NOT_FOUND
    return _carry_out(plan, options, portable=state.source == "psutil")


def _question(options: argparse.Namespace) -> PortQuestion:
    from netmon.ports.question import PortQuestionError, parse_question

    try:
        return parse_question(options.port)
    except PortQuestionError as error:
        raise CannotAskError(str(error)) from error


def _plan(question: PortQuestion, options: argparse.Namespace) -> tuple[StopPlan, State]:
    from netmon.ports.stopping.survey import plan_for_port

    poller = make_poller(options, follow=False)
    try:
        polled(poller)
        state = polled(poller)  # once more: a socket may have been on its way between two processes
        return plan_for_port(question, state, poller.collector.ancestors), state
    finally:
        poller.stop()


def _can_ask() -> bool:
    return is_terminal(sys.stdin) and is_terminal(sys.stdout)


def _show(plan: StopPlan, state: State) -> None:
    from netmon.model.finding import FindingState
    from netmon.ports.stopping.words import who

    for sentence in (*who(plan, state.taken_at.timestamp()), *plan.lineage):
        _say(sentence)
    for finding in plan.effects:
        mark = "!" if finding.state is FindingState.WARN else "·"
        _say(finding.summary, first=f"  {mark} ", rest="    ")


def _say(text: str, *, first: str = "", rest: str = "", end: str = "\n") -> None:
    """One sentence, on a terminal in lines that break between words."""
    from netmon.output.layout import terminal_width, wrap

    width = terminal_width(sys.stdout)
    lines = [first + text] if width is None else wrap(text, width, first=first, rest=rest)
    print("\n".join(lines), end=end, flush=True)


def _ask(plan: StopPlan, *, kill: bool) -> bool:
    """Whether the answer is yes; no answer is no."""
    from netmon.ports.stopping.words import question

    _say(f"{question(plan, kill=kill)} [y/N]", end=" ")
    try:
        answer = sys.stdin.readline()
    except UnicodeDecodeError:
        answer = ""
    if not answer.endswith("\n"):
        print()
    return answer.strip().lower() in ("y", "yes")


def _carry_out(plan: StopPlan, options: argparse.Namespace, *, portable: bool) -> int:
    from netmon.collectors.base import CollectorError
    from netmon.ports.stopping.course import AlreadyGoneError, StopCourse, StopRefusedError

    try:
        with closing(StopCourse(plan, portable=portable)) as course:
            return _course(plan, course, options)
    except AlreadyGoneError as error:
        print(error)
        return NOT_FOUND
    except (StopRefusedError, CollectorError) as error:
        raise CannotAskError(str(error)) from error


def _course(plan: StopPlan, course: StopCourse, options: argparse.Namespace) -> int:
    """SIGTERM, and if that is not enough and someone says so, SIGKILL."""
    from netmon.ports.stopping.course import Ending

    course.send(kill=options.force)
    outcome = course.wait(options.timeout)
    _tell(plan, outcome)
    insists = outcome.may_insist and not options.force
    if insists and not options.yes and _ask(plan._replace(targets=outcome.left, followers=()), kill=True):
        course.send(kill=True)
        outcome = course.wait(options.timeout)
        _tell(plan, outcome)
    elif insists:
        print(f"--force sends SIGKILL: netmon stop {options.port} --force")
    return FOUND if outcome.ending is Ending.FREE else NOT_FOUND


def _tell(plan: StopPlan, outcome: Outcome) -> None:
    from netmon.ports.stopping.words import outcome_words

    _say(outcome_words(plan, outcome))
