"""Processes as psutil tells of them, against what /proc says of the same."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Channel
from pathlib import Path

import psutil
import pytest

from netmon.collectors import procfs
from netmon.collectors.psutil_processes import ProcessTable, ancestors, read_process, working_directory
from netmon.model.process import Owner, OwnerReason, Process
from tests.builders import HOSTILE
from tests.sockets import NOBODY, end, forked, in_child, wait_for

_PR_SET_NAME = 15


def wait_to_be_killed(channel: Channel) -> None:
    channel.send("ready")
    signal.pause()


def told(pid: int) -> Process:
    process = read_process(psutil.Process(pid))
    assert isinstance(process, Process)
    return process


def as_proc_tells(pid: int) -> Process:
    process = procfs.read_process(pid)
    assert process is not None
    return process


def rounded(process: Process) -> Process:
    """The boot time is read at two moments: the start differs by fractions of a second."""
    return process._replace(started_at=round(process.started_at or 0))


# -- one process


def test_it_agrees_with_proc() -> None:
    assert rounded(told(os.getpid())) == rounded(as_proc_tells(os.getpid()))


def pause_under_a_hostile_name(channel: Channel) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_NAME, b"a) (\x1b[2J\n\xff", 0, 0, 0)
    wait_to_be_killed(channel)


def test_hostile_names_are_clean() -> None:
    with forked(pause_under_a_hostile_name) as child:
        child.hear()
        process = told(child.pid)
        assert process.name == as_proc_tells(child.pid).name
    assert process.name == "a) (\N{REPLACEMENT CHARACTER}[2J \N{REPLACEMENT CHARACTER}"


@contextmanager
def running_cat(*arguments: str) -> Iterator[int]:
    """A `cat` that has begun to copy, so that its command line is its own."""
    with subprocess.Popen(["cat", "-", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(b"\n")
            child.stdin.flush()
            assert child.stdout.read(1) == b"\n"
            yield child.pid
        finally:
            child.kill()


def test_command_lines_are_clean_and_bounded() -> None:
    with running_cat(HOSTILE, *["x" * 1000] * 100) as pid:
        command, theirs = told(pid).command, as_proc_tells(pid).command
    assert command[:5] == theirs[:5]  # the rest is cut, by characters here and by bytes there
    assert all(text.isprintable() for text in command)
    assert 3500 < sum(map(len, command)) <= procfs.COMMAND_LIMIT


def test_the_parents_are_told_nearest_first() -> None:
    with forked(wait_to_be_killed) as child:
        child.hear()
        ours = [process.pid for process in ancestors(child.pid)]
        assert ours[0] == os.getpid()
        assert ours == [process.pid for process in procfs.ancestors(child.pid)]
    assert list(ancestors(child.pid)) == []  # it is gone now


# -- owners


@pytest.fixture
def table() -> ProcessTable:
    return ProcessTable()


def owner_of(table: ProcessTable, *pids: int) -> Owner:
    table.refresh({pids})
    return table.owner(pids)


def test_an_owner_is_all_its_processes_and_the_user_of_the_first(table: ProcessTable) -> None:
    with forked(wait_to_be_killed) as child:
        child.hear()
        owner = owner_of(table, os.getpid(), child.pid)
    assert [process.pid for process in owner.processes] == [os.getpid(), child.pid]
    assert (owner.reason, owner.uid) == (None, os.getuid())


def test_an_unchanged_owner_is_the_same_object(table: ProcessTable) -> None:
    before = owner_of(table, os.getpid())
    assert all(owner_of(table, os.getpid()) is before for _ in range(10))


def test_only_the_last_groups_are_remembered(table: ProcessTable) -> None:
    owner_of(table, os.getpid())
    owner_of(table, os.getppid())
    with pytest.raises(KeyError):
        table.owner((os.getpid(),))


def test_a_process_that_is_gone_is_said_to_be(table: ProcessTable) -> None:
    with forked(wait_to_be_killed) as child:
        child.hear()
        assert owner_of(table, child.pid).process is not None
        end(child.pid)
        assert owner_of(table, child.pid) == Owner(reason=OwnerReason.GONE)


def test_an_exec_is_noticed(table: ProcessTable) -> None:
    program = "import os, sys; input(); os.execv('/bin/cat', ['cat', '-u'])"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as child:
        assert child.stdin is not None
        try:
            before = owner_of(table, child.pid).process
            assert before is not None
            assert before.name.startswith("python")
            child.stdin.write(b"\n")
            child.stdin.flush()
            wait_for(lambda: Path(f"/proc/{child.pid}/cmdline").read_text() == "cat\0-u\0")
            after = owner_of(table, child.pid).process
            assert after is not None
            assert (after.name, after.command) == ("cat", ("cat", "-u"))
        finally:
            child.kill()


def test_the_directory_that_a_process_works_in(tmp_path: Path) -> None:
    directory = tmp_path / "\x1b[2Jdir"
    directory.mkdir()

    def moved() -> str | None:
        os.chdir(directory)
        return working_directory(os.getpid())

    assert in_child(moved) == f"{tmp_path}/\ufffd[2Jdir"
    with forked(lambda channel: channel.send("gone")) as child:
        child.hear()
    assert working_directory(child.pid) is None


@pytest.mark.root
def test_another_users_directory_is_unknown() -> None:
    ours = os.getpid()
    assert in_child(lambda: working_directory(ours), uid=NOBODY) is None
