"""Programs in a terminal of their own: a bare pty for what they write, tmux for what a person sees."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.program import environment
from tests.sockets import wait_for

NETMON = (sys.executable, "-m", "netmon")


def terminal_environment(**changes: str) -> dict[str, str]:
    """An environment in which a program draws in colours, whatever runs the tests."""
    plain = {name: value for name, value in environment().items() if name not in ("NO_COLOR", "TMUX", "CI")}
    return {**plain, "TERM": "xterm-256color", "LANG": "C.UTF-8", **changes}


class Terminal:
    """A program in a pty, everything it wrote, and how it ended."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self._master = master
        self._written = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                ready, _, _ = select.select([self._master], [], [], 0.2)
                data = os.read(self._master, 1 << 16) if ready else b"-"
            except OSError:  # the last program that had the pty is gone
                return
            if not data:
                return
            if ready:
                self._written += data

    @property
    def output(self) -> str:
        """Everything that was written so far, escape sequences included."""
        return self._written.decode("utf-8", "replace")

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window, which the program is told by SIGWINCH."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, *texts: str) -> None:
        """Wait until all of these have been written."""
        wait_for(lambda: all(text in self.output for text in texts), 20)

    def signal(self, number: int) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    def ended(self, within_s: float) -> int:
        """The exit code, once everything it wrote has been read.

        Raises:
            subprocess.TimeoutExpired: it still runs after that time.
        """
        code = self.process.wait(within_s)
        self._reader.join(5)
        return code

    def attributes(self) -> list[object]:
        """The settings of the terminal line (echo, line by line, …)."""
        return list(termios.tcgetattr(self._master))


@contextmanager
def in_pty(
    arguments: Sequence[str] = NETMON,
    *,
    size: tuple[int, int] = (80, 24),
    prepare: Callable[[], None] | None = None,
    stderr: int | None = None,
    **env: str,
) -> Iterator[Terminal]:
    """A program whose controlling terminal is a new pty; killed at the end if it still runs."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def become_session() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        if prepare is not None:
            prepare()

    process = subprocess.Popen(
        arguments,
        stdin=slave,
        stdout=slave,
        stderr=slave if stderr is None else stderr,
        env=terminal_environment(**env),
        start_new_session=True,
        preexec_fn=become_session,
    )
    os.close(slave)
    terminal = Terminal(process, master)
    try:
        yield terminal
    finally:
        process.kill()
        process.wait()
        terminal._reader.join(5)
        os.close(master)


# -- tmux


class Tmux:
    """A tmux server of its own with one window."""

    def __init__(self, place: Path) -> None:
        self._socket = place / "tmux"

    def command(self, *arguments: str) -> str:
        """Run a command of tmux."""
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), "-f", "/dev/null", *arguments],
            capture_output=True,
            encoding="utf-8",
            env=terminal_environment(),
            timeout=20,
            check=True,
        )
        return done.stdout

    @property
    def screen(self) -> list[str]:
        """What a person sees, line by line."""
        return self.command("capture-pane", "-p").splitlines()

    def until(self, *texts: str, without: str = "\0") -> list[str]:
        """The screen, once all of these are on it, and one other is not."""
        deadline, pause = time.monotonic() + 20, threading.Event()
        while True:
            screen = self.screen
            whole = "\n".join(screen)
            if all(text in whole for text in texts) and without not in whole:
                return screen
            assert time.monotonic() < deadline, f"not {texts} without {without!r}:\n{whole}"
            pause.wait(0.02)

    def press(self, *keys: str) -> None:
        """Press keys, by the names that tmux has for them."""
        self.command("send-keys", *keys)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the window."""
        columns, rows = self.command("display-message", "-p", "#{pane_width} #{pane_height}").split()
        return int(columns), int(rows)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self.command("resize-window", "-x", str(columns), "-y", str(rows))


@contextmanager
def in_tmux(line: str, place: Path, size: tuple[int, int] = (80, 24)) -> Iterator[Tmux]:
    """A line of shell in a window of tmux; the server ends with it."""
    assert shutil.which("tmux"), "tmux is not installed"
    tmux = Tmux(place)
    columns, rows = (str(length) for length in size)
    tmux.command("new-session", "-d", "-x", columns, "-y", rows, line)
    try:
        yield tmux
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):  # it has ended with its window
            tmux.command("kill-server")


def sane(output: str) -> bool:
    """Whether the last that was written leaves the terminal as it was found."""
    return (
        _last(output, "\x1b[?1049l", "\x1b[?1049h")
        and _last(output, "\x1b[?25h", "\x1b[?25l")
        and all(_last(output, f"\x1b[?{mode}l", f"\x1b[?{mode}h") for mode in (1000, 1003, 1006, 2004))
    )


def _last(output: str, off: str, on: str) -> bool:
    """Whether one was written after the other, or neither at all."""
    return output.rfind(off) > output.rfind(on) or (off not in output and on not in output)
