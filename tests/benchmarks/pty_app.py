"""A program in a real pseudo-terminal whose output is drained, timed and searched by a thread."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import NamedTuple

COLUMNS, ROWS = 160, 50
_END_S = 5.0
_CHUNK = 1 << 16

# Textual asks whether the terminal can show a frame in one piece (DECRQM of mode 2026), and only if the
# answer is yes does it mark each frame: its end is then known exactly.
_QUERY = b"\x1b[?2026$p"
_ANSWER = b"\x1b[?2026;2$y"
_FRAME_END = b"\x1b[?2026l"
_LONGEST = max(len(_QUERY), len(_FRAME_END))


class Frame(NamedTuple):
    """A frame that the terminal has received whole."""

    at: float
    """When, as `time.monotonic`."""
    size: int
    """Bytes since the frame before."""


class AppEndedError(RuntimeError):
    """The program ended before it did what was waited for."""


class PtyApp:
    """Runs a program in a terminal of 160 by 50 while the `with` block runs.

    Args:
        argv: the program and its arguments.
        marker: the bytes whose first appearance is timed.
    """

    def __init__(self, argv: Sequence[str], marker: bytes = b"") -> None:
        self._argv = list(argv)
        self._marker = marker
        self.pid = 0
        self.started_at = 0.0
        self.marked_at: float | None = None
        """When the marker had arrived."""
        self.screen = bytearray()
        """All output until the marker came, and the last chunk since."""
        self._terminal = -1
        self._frames: list[Frame] = []
        self._unframed = 0
        self._tail = b""
        self._ended = False
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> PtyApp:
        """Start the program."""
        environment = _environment()
        self.started_at = time.monotonic()
        with warnings.catch_warnings():
            # From 3.12 on: a fork beside threads may deadlock. The child only calls what leads to exec.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            _become(self._argv, environment)
        self._thread = threading.Thread(target=self._drain, name=f"pty-{self.pid}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program, by force if it does not want to."""
        self._kill(signal.SIGTERM)
        if not self._reaped(_END_S):
            self._kill(signal.SIGKILL)
            self._reaped(_END_S)
        if self._thread is not None:
            self._thread.join(_END_S)
        os.close(self._terminal)

    # -- what the terminal does

    def _drain(self) -> None:
        while True:
            readable, _, _ = select.select([self._terminal], [], [], 0.5)
            if not readable:
                if self._ended:
                    return
                continue
            try:
                chunk = os.read(self._terminal, _CHUNK)
            except OSError:  # EIO: nobody has the other side open any more
                chunk = b""
            if not chunk:
                break
            self._take(chunk, time.monotonic())
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _take(self, chunk: bytes, now: float) -> None:
        seen = self._tail + chunk  # an escape sequence may be cut in two by the reading
        if _QUERY in seen and _QUERY not in self._tail:
            os.write(self._terminal, _ANSWER)
        with self._news:
            self._search(chunk, now)
            self._unframed += len(chunk)
            if seen.count(_FRAME_END) > self._tail.count(_FRAME_END):
                self._frames.append(Frame(now, self._unframed))
                self._unframed = 0
            self._news.notify_all()
        self._tail = seen[-(_LONGEST - 1) :]

    def _search(self, chunk: bytes, now: float) -> None:
        if self.marked_at is not None:
            self.screen[:] = chunk
            return
        self.screen += chunk
        if self._marker and self._marker in self.screen:
            self.marked_at = now

    # -- what the user does and sees

    def write(self, keys: bytes) -> float:
        """Press keys; when, as `time.monotonic`."""
        now = time.monotonic()
        os.write(self._terminal, keys)
        return now

    def wait_for_marker(self, timeout: float = 30.0) -> float:
        """Seconds from the start until the marker had arrived.

        Raises:
            AppEndedError: the program ended first.
            TimeoutError: it did not come.
        """
        deadline = time.monotonic() + timeout
        with self._news:
            while self.marked_at is None:
                if self._ended:
                    raise AppEndedError(bytes(self.screen[-500:]).decode(errors="replace"))
                if not self._news.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"{self._marker!r} not seen within {timeout} s")
            return self.marked_at - self.started_at

    def next_frame(self, after: float, timeout: float) -> Frame | None:
        """The first frame that ends after a time; None if none does within `timeout` seconds of it."""
        with self._news:
            while True:
                found = self._first_after(after)
                left = after + timeout - time.monotonic()
                if found is not None or self._ended or left <= 0:
                    return found
                self._news.wait(left)

    def _first_after(self, after: float) -> Frame | None:
        found = None
        for frame in reversed(self._frames):
            if frame.at <= after:
                break
            found = frame
        return found

    # -- the end

    def _kill(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def _reaped(self, timeout: float) -> bool:
        deadline, pause = time.monotonic() + timeout, threading.Event()
        while time.monotonic() < deadline:
            try:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    self._ended = True
                    return True
            except ChildProcessError:
                return True
            pause.wait(0.02)
        return False


def _environment() -> Mapping[str, str]:
    """The environment of a plain terminal: nothing of the one that the benchmark runs in."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "USER")}
    return {"LANG": "C.UTF-8", **kept, "TERM": "xterm-256color"}


def _become(argv: list[str], environment: Mapping[str, str]) -> None:
    """In the child: set the terminal's size and run the program."""
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execvpe(argv[0], argv, dict(environment))
    finally:
        os._exit(127)
