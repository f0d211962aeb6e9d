"""The tests' own starter of daemons: one that fails says why, and nothing outlives its block."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.resolver.daemon import answers, free_ports, listens, running

_SERVES = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    server.accept()[0].close()
"""


def test_one_that_ends_too_early_says_what_it_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such option')"]
    with (
        pytest.raises(AssertionError, match=r"ended: no such option"),
        running(command, lambda: False, tmp_path / "log"),
    ):
        pytest.fail("it never got ready")


def test_it_is_ready_inside_the_block_and_gone_behind_it(tmp_path: Path) -> None:
    port, other = free_ports(2)
    with running([sys.executable, "-c", _SERVES, port], lambda: listens(port), tmp_path / "log") as process:
        assert listens(port)
        assert not listens(other)
    assert process.returncode is not None
    assert not listens(port)


def test_ports_are_different_and_nobody_answers_there() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
    assert not answers("127.0.0.1", ports[0])
