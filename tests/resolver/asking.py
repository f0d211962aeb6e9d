"""A question to one of the tests' servers."""

from __future__ import annotations

import time

import dns.name

from netmon.resolver.ask import Replies, ask_servers
from netmon.resolver.edns import Wishes
from netmon.resolver.server import parse_server
from netmon.resolver.transport.exchange import Deadline

SOON_S = 1.0


def ask(
    server: str,
    name: str = "host",
    *kinds: str,
    seconds: float = 4.0,
    ca_file: str | None = None,
    get: bool = False,
    wishes: Wishes = Wishes(),  # noqa: B008  # frozen
) -> Replies:
    """What one server says of a name in wide.test, in time."""
    started = time.monotonic()
    asked = dns.name.from_text(f"{name}.wide.test")
    (replies,) = ask_servers(
        asked,
        kinds or ("A",),
        [parse_server(server)],
        wishes,
        Deadline.after(seconds),
        ca_file=ca_file,
        get=get,
    )
    assert time.monotonic() - started < seconds + SOON_S
    return replies


def data(replies: Replies) -> list[str]:
    """What its records say."""
    return [record.data for said in replies.said for record in said.answer.records]


def failure(replies: Replies) -> str:
    """Why a server gave no answer at all."""
    assert not replies.answered
    (error,) = {said.answer.error for said in replies.said}
    assert error is not None
    return error
