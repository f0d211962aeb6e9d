"""Standard streams that are missing, or that are a terminal; pipes and full disks are tests/test_cli.py's."""

from __future__ import annotations

import os
import sys

import pytest

from netmon.commands.ending import CannotAskError
from netmon.commands.streams import exists, is_terminal, require_output


def test_a_closed_stream_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    assert exists(sys.stdout)
    monkeypatch.setattr(sys, "stdout", None)
    assert not exists(sys.stdout)
    with pytest.raises(CannotAskError, match="no standard output"):
        require_output()


def test_a_pipe_is_no_terminal_and_a_terminal_is() -> None:
    reading, writing = os.pipe()
    master, slave = os.openpty()
    with open(reading), open(writing, "w") as pipe, open(master, "rb", 0), open(slave) as terminal:
        assert not is_terminal(pipe)
        assert is_terminal(terminal)
    assert not is_terminal(None)
