"""Answers about ports of this process's own namespace, as `netmon port` gets them."""

from __future__ import annotations

import random
import socket
from contextlib import closing, suppress

from netmon.collectors.select import create_collector
from netmon.engine.tracker import Tracker
from netmon.model.finding import Finding
from netmon.ports.answer.port_answer import PortAnswer, answers
from netmon.ports.bind_probe import Place
from netmon.ports.question import parse_question

ANY4, ANY6, ONLY6 = Place("0.0.0.0"), Place("::", False), Place("::", True)
LOOP4, LOOP6 = Place("127.0.0.1"), Place("::1")


def ask(*texts: str, portable: bool = False) -> list[PortAnswer]:
    """What netmon answers now."""
    questions = [parse_question(text) for text in texts]
    ports = {question.port for question in questions}
    with closing(create_collector(portable, follow=False, ports=ports)) as collector:
        return answers(questions, Tracker().update(collector.poll()), collector)


def ask_one(text: str, *, portable: bool = False) -> PortAnswer:
    """The one answer to a question about one protocol."""
    (answer,) = ask(text, portable=portable)
    return answer


def can(answer: PortAnswer, *, reuse: bool = False) -> set[Place]:
    """Where the answer says that a bind succeeds."""
    return {
        bind.attempt.place
        for bind in answer.binds
        if bind.attempt.can_bind and bind.attempt.reuse_address is reuse
    }


def causes(answer: PortAnswer, *, reuse: bool = False) -> dict[Place, str]:
    """Why a bind is refused, by place."""
    return {
        bind.attempt.place: bind.cause.kind.value
        for bind in answer.binds
        if bind.cause and bind.attempt.reuse_address is reuse
    }


def finding(answer: PortAnswer, check: str) -> Finding:
    """The one finding with this name."""
    (found,) = [one for one in answer.findings if one.check == check]
    return found


def checks(answer: PortAnswer) -> list[str]:
    """The names of all findings."""
    return [one.check for one in answer.findings]


def served(place: Place, port: int, *, reuse: bool = False) -> bool:
    """Whether a real server can bind and listen there."""
    with socket.socket(socket.AF_INET6 if place.is_six else socket.AF_INET) as server:
        if reuse:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if place.v6only is not None:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, place.v6only)
        try:
            server.bind((place.address, port))
            server.listen()
        except OSError:
            return False
        return True


def quiet_port() -> int:
    """A port below the ephemeral range that is free on every address: no other test's connections use it."""
    while True:
        port = random.randrange(20000, 32000)
        with suppress(OSError), bound("::", port, v6only=False), socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.bind(("0.0.0.0", port))
            return port


def bound(address: str, port: int = 0, *, v6only: bool | None = None, reuse: bool = False) -> socket.socket:
    """A TCP socket that is bound, but does not listen; to a quiet port unless told otherwise."""
    port = port or quiet_port()
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    if reuse:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if v6only is not None:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    try:
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


def serving(address: str, port: int = 0, *, v6only: bool | None = None, reuse: bool = False) -> socket.socket:
    """A TCP socket that listens."""
    made = bound(address, port, v6only=v6only, reuse=reuse)
    made.listen(16)
    return made
