"""Holds real loopback connections: `python -m tests.benchmarks.load SOCKETS [BUSY [CHURN]] [--on-request]`.

Prints `ready` with the ids of its processes when all are open, and ends when its standard input does. Every
second, BUSY of each hundred connections carry a few bytes, and CHURN of each hundred are closed and opened
anew. With `--on-request` that happens only when a line comes: `round` for one round, answered by `done`;
`go` for one every second from then on.
"""

from __future__ import annotations

import argparse
import os
import resource
import select
import socket
import struct
import sys
import time
from typing import NamedTuple, NoReturn

PROCESSES = 4
PAYLOAD = b"x" * 512
_ROUND, _GO = b"r", b"g"
# A close sends RST: no TIME_WAIT socket is left to distort what is measured next.
_NO_TIME_WAIT = struct.pack("ii", 1, 0)

Pair = tuple[socket.socket, socket.socket]


class Amount(NamedTuple):
    """How much one process holds, and what it does in a round."""

    pairs: int
    busy: float
    """Connections that carry bytes in a round; a fraction adds up over the rounds."""
    churn: float


class _Child(NamedTuple):
    pid: int
    answers: int
    """Where its answers are read."""
    orders: int
    """Where its orders are written; it ends when this is closed."""


# -- the parent


def main(sockets: int, busy_percent: float, churn_percent: float, *, on_request: bool) -> int:
    """Share the connections out over processes and pass on what standard input says until it ends."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    pairs = max(1, sockets // PROCESSES // 2)
    amount = Amount(pairs, pairs * busy_percent / 100, pairs * churn_percent / 100)
    children: list[_Child] = []
    for number in range(PROCESSES):
        children.append(_spawn(number, amount, children))
    if not _all_answered(children):
        return 1
    print("ready", *(child.pid for child in children), flush=True)
    if not on_request:
        _order(children, _GO)
    _obey(children)
    return 0


def _spawn(number: int, amount: Amount, earlier: list[_Child]) -> _Child:
    answers_reader, answers_writer = os.pipe()
    orders_reader, orders_writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(answers_reader)
        os.close(orders_writer)
        for child in earlier:  # else they would never see it closed
            os.close(child.orders)
        _hold(number, amount, answers_writer, orders_reader)
    os.close(answers_writer)
    os.close(orders_reader)
    return _Child(pid, answers_reader, orders_writer)


def _obey(children: list[_Child]) -> None:
    for line in sys.stdin:
        if line.strip() == "go":
            _order(children, _GO)
        elif _order(children, _ROUND) and _all_answered(children):
            print("done", flush=True)
    for child in children:
        os.close(child.orders)
    for child in children:
        os.waitpid(child.pid, 0)


def _order(children: list[_Child], order: bytes) -> bool:
    return all(os.write(child.orders, order) for child in children)


def _all_answered(children: list[_Child]) -> bool:
    answers = [os.read(child.answers, 1) for child in children]  # of each, even if one is missing
    return all(answers)


# -- a child


def _hold(number: int, amount: Amount, answers: int, orders: int) -> NoReturn:
    listener = socket.socket()
    listener.bind((f"127.1.{number + 1}.1", 0))
    listener.listen(1024)
    held = [_open(listener) for _ in range(amount.pairs)]
    rounds = _Rounds(listener, held, amount)
    os.write(answers, b"a")
    due: float | None = None
    while True:
        timeout = None if due is None else max(0.0, due - time.monotonic())
        if select.select([orders], [], [], timeout)[0]:
            order = os.read(orders, 1)
            if not order:
                os._exit(0)
            if order == _GO:
                due = time.monotonic() + 1
                continue
            rounds.one()
            os.write(answers, b"a")
        else:
            rounds.one()
            due = max((due or 0.0) + 1, time.monotonic())


class _Rounds:
    """Goes through the connections, some in each round, and begins anew at the end."""

    def __init__(self, listener: socket.socket, held: list[Pair], amount: Amount) -> None:
        self._listener = listener
        self._held = held
        self._amount = amount
        self._turn = 0
        self._busy_due = 0.0
        self._churn_due = 0.0

    def one(self) -> None:
        """Carry some bytes, and open some connections anew."""
        self._busy_due += self._amount.busy
        while self._busy_due >= 1:
            self._busy_due -= 1
            client, server = self._held[self._next()]
            client.sendall(PAYLOAD)
            server.recv(4096)
        self._churn_due += self._amount.churn
        while self._churn_due >= 1:
            self._churn_due -= 1
            place = self._next()
            for end in self._held[place]:
                end.close()
            self._held[place] = _open(self._listener)

    def _next(self) -> int:
        self._turn = (self._turn + 1) % len(self._held)
        return self._turn


def _open(listener: socket.socket) -> Pair:
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    for end in (client, server):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_TIME_WAIT)
    return client, server


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load")
    parser.add_argument("sockets", type=int)
    parser.add_argument("busy", type=float, nargs="?", default=0.0, help="percent a round")
    parser.add_argument("churn", type=float, nargs="?", default=0.0, help="percent a round")
    parser.add_argument("--on-request", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = _arguments()
    sys.exit(main(chosen.sockets, chosen.busy, chosen.churn, on_request=chosen.on_request))
