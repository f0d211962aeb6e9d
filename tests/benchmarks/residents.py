"""What it costs to leave a monitor running: its share of a core and its memory."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.figures import megabytes, percent
from tests.benchmarks.pty_app import PtyApp
from tests.benchmarks.table import Row, Target
from tests.benchmarks.usage import Usage, watch

_PARTS = 6


def watched(app: PtyApp, warm_s: float, seconds: float) -> Usage:
    """The cost of a running app, once it has shown its first row and `warm_s` have passed."""
    app.next_frame(app.started_at + app.wait_for_marker() + warm_s, 5.0)
    return watch(app.pid, seconds, _PARTS)


def usage_rows(
    what: str, usage: Usage, *, share: float | None = None, resident_mb: float | None = None
) -> Sequence[Row]:
    """CPU share and memory, with their targets in percent and MB where there are any."""
    return (
        Row(
            f"CPU of {what}", 100 * usage.share, "%", Target(share) if share else None,
            f"{usage.shares.text(percent)} % of a core in {len(usage.shares.values)} parts",
        ),
        Row(
            f"memory of {what}", usage.resident.highest / 2**20, "MB",
            Target(resident_mb) if resident_mb else None, f"{usage.resident.text(megabytes)} MB resident",
        ),
    )  # fmt: skip
