"""A load under control: started, told when to be busy, and ended whatever happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.benchmarks.load import PROCESSES

ROOT = Path(__file__).parents[2]
_END_S = 30.0


class LoadError(RuntimeError):
    """The sockets could not be opened, or a process of the load ended."""


class Load:
    """Open sockets, held by processes of their own while the `with` block runs.

    Args:
        sockets: both ends of every connection counted.
        busy_percent: how many of them carry bytes in a round.
        churn_percent: how many are closed and opened anew in a round.
    """

    def __init__(self, sockets: int, busy_percent: float = 5.0, churn_percent: float = 0.0) -> None:
        self.sockets = max(1, sockets // PROCESSES // 2) * PROCESSES * 2
        self.pids: tuple[int, ...] = ()
        """Who holds them."""
        arguments = [str(sockets), str(busy_percent), str(churn_percent), "--on-request"]
        self._argv = [sys.executable, "-m", "tests.benchmarks.load", *arguments]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Load:
        """Open the sockets and wait until all are open."""
        # In a session of its own: Ctrl+C ends it by the end of its standard input, not in the middle.
        self._process = subprocess.Popen(
            self._argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        try:
            self.pids = tuple(map(int, self._answer("ready")))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the sockets."""
        self._end()

    def round(self) -> None:
        """Let a round of bytes and reopenings happen now; returns when it is over."""
        self._say("round")
        self._answer("done")

    def go(self) -> None:
        """Let a round happen every second from now on."""
        self._say("go")

    def _say(self, word: str) -> None:
        if self._process is None or self._process.stdin is None:
            raise LoadError("not started")
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def _answer(self, word: str) -> list[str]:
        if self._process is None or self._process.stdout is None:
            raise LoadError("not started")
        first, *rest = self._process.stdout.readline().split() or [""]
        if first != word:
            raise LoadError(f"the load did not answer {word!r}: too few descriptors or ports?")
        return rest

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()  # its children see the end of their orders
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
