"""`netmon port`: who holds a port, who is connected, and where it can be bound."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from netmon.commands.asking import make_poller, polled
from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.ports.question import PortQuestion


def run(options: argparse.Namespace) -> int:
    """Answer once."""
    questions = read_questions(options.ports)
    require_output()
    poller = make_poller(options, follow=False, ports={question.port for question in questions})
    try:
        state = polled(poller)
        from netmon.ports.answer.port_answer import answers

        found = answers(questions, state, poller.collector)
        if options.format == "json":
            from netmon.output.port_json import write_port_answers

            write_port_answers(sys.stdout, state, found)
        else:
            from netmon.output.port_text import write_port_answers as write_text

            write_text(sys.stdout, state, found)
        sys.stdout.flush()
        return FOUND if any(answer.held for answer in found) else NOT_FOUND
    finally:
        poller.stop()


def read_questions(words: Sequence[str]) -> list[PortQuestion]:
    """The ports that these words ask for.

    Raises:
        CannotAskError: there is none, or some are not ports; all that is wrong is in its one line.
    """
    from netmon.ports.question import PortQuestionError, parse_question

    if not words:
        raise CannotAskError("which port? Say for example 8080, 53/udp, http or 127.0.0.1:8080")
    questions, wrong = [], []
    for word in words:
        try:
            questions.append(parse_question(word))
        except PortQuestionError as error:
            wrong.append(str(error))
    if wrong:
        raise CannotAskError("; ".join(wrong))
    return questions
