"""The time from the start of netmon until its first live row is on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.commands import interpreter
from tests.benchmarks.contest import command
from tests.benchmarks.figures import Series, milliseconds
from tests.benchmarks.held import Load
from tests.benchmarks.pty_app import PtyApp
from tests.benchmarks.table import Row, Target

_TARGET_MS = 450


def row_marker(load: Load) -> bytes:
    """What the terminal gets with a live row: the id of a process that holds sockets, as in `python 4711`."""
    return f" {load.pids[0]} ".encode()


def start_row(argv: Sequence[str], load: Load, times: int) -> Row:
    """Start so many times; a start before that is not counted, as it may have to write byte code."""
    bare = command([*interpreter(), "-c", "pass"])  # in turn with it: says how fast the machine is now
    taken, bares = zip(*[(_start(argv, load), bare().wall_s) for _ in range(times + 1)], strict=True)
    series, floor = Series.of(taken[1:]), Series.of(bares[1:])
    raw = f"{series.text(milliseconds)} ms, {times} starts, {load.sockets} sockets; "
    raw += f"a bare interpreter beside it {milliseconds(floor.median)} ms"
    return Row("start to first live row", series.median * 1000, "ms", Target(_TARGET_MS), raw)


def _start(argv: Sequence[str], load: Load) -> float:
    with PtyApp(argv, row_marker(load)) as app:
        return app.wait_for_marker()
