"""`netmon wait PORT --free|--open`: returns as soon as a port is so."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import exists

if TYPE_CHECKING:
    from netmon.ports.question import PortQuestion
    from netmon.ports.waiting import Wait


def run(options: argparse.Namespace) -> int:
    """Wait in silence; one line on standard error if it was not so in time.

    Raises:
        CannotAskError: it is no port, or nothing can read sockets here.
    """
    from netmon.collectors.base import CollectorError
    from netmon.collectors.bound import open_bound
    from netmon.ports.question import PortQuestionError, parse_question
    from netmon.ports.waiting import PortWait

    try:
        question = parse_question(options.port)
        with closing(open_bound(portable=options.portable)) as bound:
            ended = PortWait(question, bound).until(free=options.free, timeout_s=options.timeout)
    except (PortQuestionError, CollectorError) as error:
        raise CannotAskError(str(error)) from error
    if not ended.is_so and exists(sys.stderr):
        print(f"netmon wait: {_not_so(question, ended, options)}", file=sys.stderr)
    return FOUND if ended.is_so else NOT_FOUND


def _not_so(question: PortQuestion, ended: Wait, options: argparse.Namespace) -> str:
    subject = str(question._replace(protocol=question.protocol or "tcp"))
    after = f"after {options.timeout:g} s"
    if not options.free:
        return f"nothing listens on {subject} {after}"
    if ended.sockets:
        return f"{subject} is still held {after}"
    return (
        f"nothing listens on {subject}, but it cannot be bound {after}: connections or a bound socket keep it"
    )
