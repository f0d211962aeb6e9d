"""Whether memory stays flat while connections come and go for minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from tests.benchmarks.figures import Series, megabytes, slope
from tests.benchmarks.held import Load
from tests.benchmarks.pty_app import PtyApp
from tests.benchmarks.starts import row_marker
from tests.benchmarks.table import Row
from tests.benchmarks.usage import resident_bytes

CHURN_PERCENT = 2.0
_EVERY_S = 10.0
_SETTLE_S = 60.0
"""What the first minute adds is what the app keeps of any load; only what comes after it is growth."""


def churn_row(argv: Sequence[str], sockets: int, minutes: float) -> Row:
    """The slope of the resident memory under churn, in MB a minute."""
    with Load(sockets, churn_percent=CHURN_PERCENT) as load, PtyApp(argv, row_marker(load)) as app:
        app.wait_for_marker()
        load.go()
        samples = _sample(app.pid, minutes * 60)
    settled = [(at, size) for at, size in samples if at >= _SETTLE_S] or samples
    sizes = Series.of(size for _, size in settled)
    growth = 60 * slope(settled) / 2**20
    first, last = megabytes(samples[0][1]), megabytes(samples[-1][1])
    raw = f"{sizes.text(megabytes)} MB resident, from {first} at the start to {last}"
    what = f"memory growth, {CHURN_PERCENT:g} % of {load.sockets:,} anew each second for {minutes:g} min"
    return Row(what, growth, "MB/min", raw=raw)


def _sample(pid: int, seconds: float) -> list[tuple[float, float]]:
    began, pause = time.monotonic(), threading.Event()
    samples: list[tuple[float, float]] = []
    count = max(2, int(seconds / _EVERY_S))
    for number in range(count + 1):
        pause.wait(max(0.0, began + number * seconds / count - time.monotonic()))
        samples.append((time.monotonic() - began, float(resident_bytes(pid))))
    return samples
