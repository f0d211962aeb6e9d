"""Holds real loopback connections in several processes: `python -m tests.benchmarks.load SOCKETS [BUSY]`.

Prints `ready` when all are open, and ends when its standard input does. Every second, BUSY of each hundred
connections carry a few bytes, and with CHURN so many of each hundred are closed and opened anew.
"""

from __future__ import annotations

import os
import resource
import select
import socket
import sys
from typing import NoReturn

PROCESSES = 4


def main(sockets: int, busy_percent: float, churn_percent: float) -> None:
    """Share the connections out over processes and wait for the end of standard input."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    children: list[tuple[int, int, int]] = []
    for number in range(PROCESSES):
        ready_reader, ready_writer = os.pipe()
        end_reader, end_writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ready_reader)
            os.close(end_writer)
            for _, _, other_end_writer in children:  # else the others would never see it closed
                os.close(other_end_writer)
            pairs = max(1, sockets // PROCESSES // 2)
            _hold(number, pairs, busy_percent, churn_percent, ready_writer, end_reader)
        os.close(ready_writer)
        os.close(end_reader)
        children.append((pid, ready_reader, end_writer))
    for _, ready_reader, _ in children:
        os.read(ready_reader, 1)
    print("ready", flush=True)
    sys.stdin.read()
    for pid, _, end_writer in children:
        os.close(end_writer)
        os.waitpid(pid, 0)


def _hold(number: int, pairs: int, busy: float, churn: float, ready: int, end: int) -> NoReturn:
    listener = socket.socket()
    listener.bind((f"127.1.{number + 1}.1", 0))
    listener.listen(1024)
    held = [_open(listener) for _ in range(pairs)]
    os.write(ready, b"r")
    turn = 0
    while not select.select([end], [], [], 1.0)[0]:
        for _ in range(int(pairs * busy / 100)):
            client, server = held[turn % pairs]
            turn += 1
            client.sendall(b"x" * 512)
            server.recv(4096)
        for _ in range(int(pairs * churn / 100)):
            client, server = held[turn % pairs]
            client.close()
            server.close()
            held[turn % pairs] = _open(listener)
            turn += 1
    os._exit(0)


def _open(listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    return client, server


if __name__ == "__main__":
    numbers = [float(argument) for argument in sys.argv[1:]]
    main(int(numbers[0]), *(numbers[1:] + [0.0, 0.0])[:2])
