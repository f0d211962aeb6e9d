"""netmon in a real terminal: what a person sees, and how the terminal is left behind."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sockets import end, listener, port_of, tcp_pair, wait_for
from tests.terminal import NETMON, in_pty, in_tmux, sane

SCRIPT = " ".join(shlex.quote(part) for part in NETMON)

STUCK = """
import sys, threading
import netmon.collectors.select as select
from netmon.cli import run

class Stuck:
    source = "sock_diag"
    def poll(self):
        threading.Event().wait()
    def ancestors(self, pid):
        return ()
    def working_directory(self, pid):
        return None
    def close(self):
        pass

select.create_collector = lambda *arguments: Stuck()
sys.exit(run(sys.argv[1:]))
"""
"""The app over a collector whose polls never end."""


# -- what a person sees


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_shows_the_connections_of_this_machine(size: tuple[int, int], tmp_path: Path) -> None:
    with tcp_pair() as (client, server), in_tmux(SCRIPT, tmp_path, size) as tmux:
        tmux.until("INBOUND", "sock_diag")
        tmux.press("/")
        tmux.until("word  port:443")
        # Both, since either alone may also be the port of something that lies in TIME_WAIT.
        tmux.press(*f"port:{port_of(client)}", "Space", *f"port:{port_of(server)}", "Enter")
        screen = tmux.until(f"──▶ {port_of(server)}", "▸ 2 of", "Filter")
        assert len(screen) == size[1]
        assert "Connections" in screen[0]
        assert "Filter" in screen[-1]
        titles = [y for y, line in enumerate(screen) if "INBOUND" in line or "OUTBOUND" in line]
        assert len(titles) == (1 if size[0] == 160 else 2)
        assert f" {os.getpid()}" in "\n".join(screen)


def test_goes_through_its_tabs_and_help_and_quits(tmp_path: Path) -> None:
    with (
        listener() as server,
        in_tmux(f"{SCRIPT}; echo code $?; exec cat", tmp_path, (160, 50)) as tmux,
    ):
        tmux.until("INBOUND", "sock_diag")
        tmux.press("2")
        tmux.until("QUEUE", f"{port_of(server)}/tcp")
        tmux.press("?")
        tmux.until("Help", "Esc closes")
        tmux.press("Escape")
        tmux.until("QUEUE", without="Esc closes")
        tmux.press("1")
        tmux.until("OUTBOUND")
        tmux.press("q")
        screen = tmux.until("code 0")
        assert "OUTBOUND" not in "\n".join(screen)


def test_resizing_from_large_to_tiny_and_back(tmp_path: Path) -> None:
    with tcp_pair(), in_tmux(f"{SCRIPT}; echo code $?; exec cat", tmp_path, (200, 60)) as tmux:
        tmux.until("INBOUND", "sock_diag")
        for size in ((40, 10), (200, 60), (20, 4), (80, 24), (1, 1), (160, 50)):
            tmux.resize(*size)
            assert tmux.size == size
        tmux.until("INBOUND", "OUTBOUND", "sock_diag")
        for key in ("v", "v", "v", "v", "Enter", "2", "1", "?"):
            tmux.press(key)
            tmux.resize(40, 10)
            tmux.resize(200, 60)
        tmux.until("Esc closes")
        tmux.press("Escape")
        tmux.until("INBOUND", without="Esc closes")
        tmux.press("q")
        tmux.until("code 0")


def test_standard_error_may_go_into_a_file(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with in_tmux(f"{SCRIPT} 2>{log}; echo code $?; exec cat", tmp_path) as tmux:
        tmux.until("INBOUND", "sock_diag")
        tmux.press("q")
        tmux.until("code 0")
    assert log.read_text() == ""


@pytest.mark.parametrize("tab", ["connections", "ports", "dns", "loopback"])
def test_begins_with_a_tab(tab: str) -> None:
    texts = {"connections": "INBOUND", "ports": "QUEUE", "dns": "a name", "loopback": "localhost"}
    with in_pty((*NETMON, "--tab", tab)) as terminal:
        terminal.until(texts[tab])
        # The DNS tab begins with a line to type into, where q is a letter.
        terminal.type("\x03")
        assert terminal.ended(5) == 0
        assert sane(terminal.output)


# -- how it ends


def test_q_leaves_the_terminal_as_it_was_found() -> None:
    with in_pty() as terminal:
        before = terminal.attributes()
        terminal.until("INBOUND")
        assert "\x1b[?1049h" in terminal.output
        assert terminal.attributes() != before
        assert not sane(terminal.output)
        terminal.type("q")
        assert terminal.ended(5) == 0
        assert sane(terminal.output)
        assert terminal.attributes() == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was_found(number: signal.Signals) -> None:
    with in_pty() as terminal:
        before = terminal.attributes()
        terminal.until("INBOUND", "sock_diag")
        terminal.signal(number)
        assert terminal.ended(2) == 128 + number
        assert sane(terminal.output)
        assert terminal.attributes() == before


def test_ctrl_c_ends_it() -> None:
    with in_pty() as terminal:
        terminal.until("INBOUND")
        terminal.type("\x03")
        assert terminal.ended(5) == 0
        assert sane(terminal.output)


@pytest.mark.parametrize("how", ["q", signal.SIGTERM])
def test_ends_at_once_while_a_poll_hangs(how: str | signal.Signals) -> None:
    with in_pty((sys.executable, "-c", STUCK)) as terminal:
        terminal.until("waiting for the first poll")
        started = time.monotonic()
        if isinstance(how, str):
            terminal.type(how)
        else:
            terminal.signal(how)
        assert terminal.ended(5) == (0 if how == "q" else 128 + signal.SIGTERM)
        assert time.monotonic() - started < 2
        assert sane(terminal.output)


def test_stays_usable_while_a_poll_hangs() -> None:
    with in_pty((sys.executable, "-c", STUCK), size=(160, 50)) as terminal:
        terminal.until("waiting for the first poll")
        terminal.type("2")
        terminal.until("QUEUE")
        terminal.type("?")
        terminal.until("Esc closes")


def test_a_closed_terminal_ends_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PTY_CLOSER, *NETMON], stdout=subprocess.PIPE, timeout=30, check=True
    )
    pid = int(done.stdout)
    try:
        wait_for(lambda: not _runs(pid), 5)
    finally:
        end(pid)


_PTY_CLOSER = """
import os, pty, sys
pid, master = pty.fork()
if not pid:
    os.environ["TERM"] = "xterm-256color"
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
while b"INBOUND" not in seen:
    seen += os.read(master, 65536)
print(pid, flush=True)
"""
"""Starts a program in a pty, and goes away as a terminal's window does."""


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


# -- terminals it cannot have


def test_a_dumb_terminal_is_told_what_works() -> None:
    with in_pty(TERM="dumb") as terminal:
        assert terminal.ended(10) == 2
        assert "needs a terminal" in terminal.output
        assert "netmon connections" in terminal.output
        assert terminal.output.count("\n") == 1
        assert "\x1b" not in terminal.output


@pytest.mark.parametrize("command", ["connections", "ports"])
def test_a_table_fits_the_terminal(command: str) -> None:
    with tcp_pair(), listener(), in_pty((*NETMON, command), size=(70, 20), TERM="dumb") as terminal:
        assert terminal.ended(10) == 0
        lines = terminal.output.splitlines()
        assert len(lines) >= 3
        assert max(map(len, lines)) <= 70
        assert "\x1b" not in terminal.output
