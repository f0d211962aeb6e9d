"""Processes read from /proc: hostile names, endless command lines, and ones that vanish."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection as Channel
from pathlib import Path

import psutil
import pytest

from netmon.collectors import procfs
from netmon.model.process import Process
from tests.builders import HOSTILE
from tests.sockets import CLONE_NEWNS, CLONE_NEWPID, NOBODY, end, forked, in_child, mount_proc, wait_for

BAD = "\N{REPLACEMENT CHARACTER}"
_PR_SET_NAME = 15


def wait_to_be_killed(channel: Channel) -> None:
    channel.send("ready")
    signal.pause()


def read(pid: int) -> Process:
    process = procfs.read_process(pid)
    assert process is not None
    return process


@contextmanager
def running(arguments: Sequence[str | bytes], executable: str = "/bin/cat") -> Iterator[int]:
    """A program under a command line of one's choice, as by `exec -a`; its pid once it runs."""
    with subprocess.Popen(
        arguments, executable=executable, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as child:
        try:
            # Popen returns in the midst of exec, before the kernel has noted the command line.
            wait_for(Path(f"/proc/{child.pid}/cmdline").read_bytes)
            yield child.pid
        finally:
            child.kill()


# -- the whole of a process


def test_this_process() -> None:
    process, real = read(os.getpid()), psutil.Process()
    assert (process.pid, process.parent_pid) == (os.getpid(), os.getppid())
    assert (process.uid, process.user) == (os.getuid(), pwd.getpwuid(os.getuid()).pw_name)
    assert process.name == real.name()
    assert "pytest" in " ".join(process.command)
    assert process.started_at == pytest.approx(real.create_time(), abs=1)
    assert os.getpid() in procfs.pids()


def test_started_just_now() -> None:
    now = time.time()
    with forked(wait_to_be_killed) as child:
        child.hear()
        assert read(child.pid).started_at == pytest.approx(now, abs=3)


@pytest.mark.root
def test_another_user() -> None:
    def look() -> Process | None:
        return procfs.read_process(os.getpid())

    process = in_child(look, uid=NOBODY)
    assert process is not None
    assert (process.uid, process.user) == (NOBODY, "nobody")


def test_a_user_without_a_name() -> None:
    unused = max(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid < 2**31) + 1
    assert procfs.user_name(unused) is None


# -- names


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"plain", "plain"),
        (b"a) (b", "a) (b"),
        (b") S 1 1 (", ") S 1 1 ("),
        (b"((((", "(((("),
        (b")", ")"),
        (b" ", " "),
        (b"a\x1b[31m\nb", f"a{BAD}[31m b"),
        (b"\xff\xfe", BAD * 2),
        ("\u202egnp".encode(), f"{BAD}gnp"),
        (b"[/x]", "[/x]"),
    ],
)
def test_names(raw: bytes, name: str) -> None:
    def named(channel: Channel) -> None:
        ctypes.CDLL(None).prctl(_PR_SET_NAME, raw, 0, 0, 0)
        wait_to_be_killed(channel)

    with forked(named) as child:
        child.hear()
        process = read(child.pid)
        assert process.name == name
        assert process.parent_pid == os.getpid()  # what stands behind the name was found


def test_a_long_name_is_not_completed_from_a_command_line_that_differs() -> None:
    def named(channel: Channel) -> None:
        ctypes.CDLL(None).prctl(_PR_SET_NAME, b"a-name-far-too-long", 0, 0, 0)
        wait_to_be_killed(channel)

    with forked(named) as child:
        child.hear()
        assert read(child.pid).name == "a-name-far-too-"


def test_a_long_name_is_completed_from_the_command_line(tmp_path: Path) -> None:
    long = f"{tmp_path}/a-name-far-too-long-for-the-kernel"
    os.symlink("/bin/cat", long)
    with running([long, "-"], executable=long) as pid:
        assert read(pid).name == "a-name-far-too-long-for-the-kernel"


# -- command lines


def test_command_line_under_a_false_name_is_clean() -> None:
    with running([HOSTILE, "-", b"\xff", "two words", "", "x"]) as pid:
        command = read(pid).command
    assert command == (f"=[/x]{BAD}[31m{BAD}'\" ,<b>", "-", BAD, "two words", "", "x")


def test_a_command_line_of_100_kb_is_bounded() -> None:
    with running(["cat", "-", "x" * 100_000]) as pid:
        command = read(pid).command
    assert command[:2] == ("cat", "-")
    assert 4000 < sum(map(len, command)) <= procfs.COMMAND_LIMIT


def test_a_command_line_of_many_words_is_bounded() -> None:
    with running(["cat", "-", *["x"] * 50_000]) as pid:
        command = read(pid).command
    assert command[:3] == ("cat", "-", "x")
    assert 200 < len(command) <= 256


# -- those that are not there


def test_gone() -> None:
    with forked(wait_to_be_killed) as child:
        child.hear()
        assert procfs.read_process(child.pid) is not None
        end(child.pid)
        assert procfs.read_process(child.pid) is None
        assert procfs.ancestors(child.pid) == ()


def test_vanishing_while_they_are_read_is_never_an_error() -> None:
    seen = 0
    for _ in range(50):
        with forked(lambda channel: channel.send("going")) as child:
            process = procfs.read_process(child.pid)  # races with its end
            seen += process is not None
            if process is not None:
                assert process.pid == child.pid
    assert seen


def test_a_zombie_has_a_name_and_no_command_line() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    try:
        process = read(pid)
    finally:
        os.waitpid(pid, 0)
    assert process.command == ()
    assert process.name == read(os.getpid()).name


def test_ancestors_lead_to_the_first_process() -> None:
    found = procfs.ancestors(os.getpid())
    assert [process.pid for process in found] == [process.pid for process in psutil.Process().parents()]
    assert [process.pid for process in procfs.ancestors(os.getpid(), limit=1)] == [os.getppid()]


def test_the_directory_that_a_process_works_in() -> None:
    assert procfs.working_directory(os.getpid()) == os.getcwd()
    with forked(wait_to_be_killed) as child:
        child.hear()
        assert procfs.working_directory(child.pid) == os.getcwd()
    assert procfs.working_directory(child.pid) is None


def test_a_hostile_directory_is_cleaned(tmp_path: Path) -> None:
    directory = tmp_path / "\x1b[2J\u202edir"
    directory.mkdir()

    def moved() -> str | None:
        os.chdir(directory)
        return procfs.working_directory(os.getpid())

    assert in_child(moved) == f"{tmp_path}/{BAD}[2J{BAD}dir"


@pytest.mark.root
def test_another_users_directory_is_unknown() -> None:
    ours = os.getpid()
    assert in_child(lambda: procfs.working_directory(ours), uid=NOBODY) is None


# -- hidden ones


@pytest.mark.root
@pytest.mark.parametrize(
    ("option", "hidden"), [("hidepid=2", True), ("hidepid=1", True), ("hidepid=0", False)]
)
def test_hidepid(option: str, hidden: bool) -> None:
    def look() -> tuple[bool, bool]:
        mount_proc(option)
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setgroups([])
        os.setresuid(NOBODY, NOBODY, NOBODY)
        return procfs.is_hidden(), procfs.read_process(os.getppid()) is None

    assert in_child(look, namespaces=CLONE_NEWNS) == (hidden, hidden)


@pytest.mark.root
def test_root_is_hidden_nothing() -> None:
    def look() -> bool:
        mount_proc("hidepid=2")
        return procfs.is_hidden()

    assert not in_child(look, namespaces=CLONE_NEWNS)


@pytest.mark.root
def test_the_initial_pid_namespace_is_told_from_another() -> None:
    def look() -> bool:
        return bool(in_child(procfs.in_initial_pid_namespace))  # a new one begins with the next child

    assert not in_child(look, namespaces=CLONE_NEWPID)
    expected = os.stat("/proc/self/ns/pid").st_ino == 0xEFFFFFFC
    assert procfs.in_initial_pid_namespace() == expected
