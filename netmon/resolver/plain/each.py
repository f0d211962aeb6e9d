"""The same questions to every server at once, each answer kept apart: what does each of them say?"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Answer
from netmon.resolver.plain.exchange import NoAnswerError, exchange
from netmon.resolver.transport.exchange import Deadline

TIMEOUT_S = 0.5
_MAX_THREADS = 24


class Question(NamedTuple):
    """A fully qualified name and a record type."""

    name: str
    type: str


class Reply(NamedTuple):
    """What one server said to one question: an answer, or the reason why there is none."""

    server: Endpoint
    question: Question
    answer: Answer | None
    error: str | None = None
    """Completes a sentence that the server's address begins; set exactly when there is no answer."""
    silent: bool = False
    """Whether the reason is silence or noise, so that the server may yet be alive."""


def ask_each(
    questions: Sequence[Question],
    servers: Sequence[Endpoint],
    timeout_s: float = TIMEOUT_S,
    stop: Event | None = None,
) -> tuple[Reply, ...]:
    """Every question to every server, all at the same time; blocks for about `timeout_s` at most.

    Nothing is asked twice, and no server instead of another. Once `stop` is set, who has not answered counts
    as silent.
    """
    if not questions or not servers:
        return ()
    deadline = Deadline.after(timeout_s, stop)
    pairs = [(server, question) for server in servers for question in questions]
    with ThreadPoolExecutor(min(len(pairs), _MAX_THREADS), thread_name_prefix="ask-each") as pool:
        return tuple(pool.map(lambda pair: _ask(pair[0], pair[1], deadline), pairs))


def _ask(server: Endpoint, question: Question, deadline: Deadline) -> Reply:
    import dns.name

    try:
        answer = exchange(dns.name.from_text(question.name), question.type, server, deadline)
    except NoAnswerError as error:
        return Reply(server, question, None, str(error), error.again)
    return Reply(server, question, answer)
