"""Waiting for what is seen in an app, instead of for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.pilot import Pilot


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Wait for a condition, for ten seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "not true in time"
        await pilot.pause(0.005)
