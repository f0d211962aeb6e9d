"""The three ways in which a first address fails, made real on loopback where the system lets anyone do so."""

from __future__ import annotations

import contextlib
import math
import socket
import sys
from collections.abc import Iterator
from enum import StrEnum

from netmon.engine.connect import Outcome, family_of
from netmon.loopback.race.attempt import Destination
from netmon.loopback.race.imagined import Behaviour
from netmon.model.endpoint import Endpoint

_ROOM = 128
"""Connections that a listener of ours holds; each is reset at once, but counts until it is accepted."""


class Failure(StrEnum):
    """How an address fails that a program tries first."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    BLACK_HOLE = "black hole"


def behaviour(failure: Failure, round_trip_s: float) -> Behaviour:
    """What is heard of an address that fails so, and when.

    A refusal takes as long as a connection; without a route the system itself answers, at once; a black hole
    never answers.
    """
    if failure is Failure.REFUSED:
        return Behaviour(Outcome.REFUSED, round_trip_s)
    if failure is Failure.UNREACHABLE:
        return Behaviour(Outcome.UNREACHABLE, 0.0)
    return Behaviour(Outcome.TIMED_OUT, math.inf)


@contextlib.contextmanager
def listening(address: str) -> Iterator[Destination]:
    """A listener of our own on a loopback address; it accepts nothing, but carries connections.

    Raises:
        OSError: there is no such address here.
    """
    with socket.socket(family_of(address), socket.SOCK_STREAM) as server:
        yield _bound(server, address, _ROOM)


@contextlib.contextmanager
def broken(failure: Failure, address: str) -> Iterator[Destination | None]:
    """A port of a loopback address that really fails so; None where that takes more than anyone may do.

    A port that is bound but not listened on refuses. On Linux a listener whose accept queue is full is a
    black hole: the kernel drops the SYN (listen(2), tcp_abort_on_overflow in tcp(7)).

    Raises:
        OSError: there is no such address here.
    """
    with contextlib.ExitStack() as held:
        server = held.enter_context(socket.socket(family_of(address), socket.SOCK_STREAM))
        if failure is Failure.REFUSED:
            yield _bound(server, address, None)
        elif failure is Failure.BLACK_HOLE and sys.platform.startswith("linux"):
            full = _bound(server, address, 0)
            filler = held.enter_context(socket.create_connection(full.endpoint, timeout=1))
            filler.setblocking(False)
            yield full
        else:
            yield None


def _bound(server: socket.socket, address: str, backlog: int | None) -> Destination:
    server.bind((address, 0))
    if backlog is not None:
        server.listen(backlog)
    return Destination(Endpoint(address, server.getsockname()[1]))
