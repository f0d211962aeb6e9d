"""The time from a key press until the terminal has the whole of what it changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from tests.benchmarks.figures import Series, milliseconds
from tests.benchmarks.pty_app import PtyApp
from tests.benchmarks.table import Row, Target

INTERVAL_S = 1.0
_QUIET_S = 0.12
"""After so long without a frame, the key has had all its effect."""
_PATIENCE_S = 0.5
_BEFORE_REFRESH_S = 0.35
"""So long before the app's next refresh of its own, no key is pressed."""
_TARGET_MS = 25


class Kind(NamedTuple):
    """One sort of key press."""

    name: str
    before: tuple[bytes, ...]
    """Pressed first, not timed."""
    keys: tuple[bytes, ...]
    """Pressed in turn, timed."""
    after: tuple[bytes, ...]


KINDS = (
    Kind("down", (), (b"\x1b[B",), (b"g",)),
    Kind("page down", (), (b"\x1b[6~",), (b"g",)),
    Kind("sort", (), (b"s",), ()),
    Kind("filter", (b"/",), (b"1", b"2", b"\x7f", b"\x7f"), (b"\x1b",)),
)


class Response(NamedTuple):
    """Seconds from the key to the ends of the first and the last frame that it brought about."""

    first: float
    last: float


def key_rows(app: PtyApp, presses: int) -> list[Row]:
    """Press each sort of key so many times; every response beside the target."""
    rows, everything = [], []
    for kind in KINDS:
        found = _responses(app, kind, presses)
        everything += found
        rows.append(_row(f"key to frame, {kind.name}, p95", found))
    return [_row("key to frame, all, p95", everything), *rows]


def _row(what: str, found: Sequence[Response]) -> Row:
    last, first = Series.of(r.last for r in found), Series.of(r.first for r in found)
    raw = f"{last.text(milliseconds)} ms, {len(found)} keys"
    raw += f"; first frame p95 {milliseconds(first.percentile(95))}"
    late = sum(response.last >= _PATIENCE_S for response in found)
    raw += f"; {late} later than {milliseconds(_PATIENCE_S)} ms or never" if late else ""
    return Row(what, last.percentile(95) * 1000, "ms", Target(_TARGET_MS), raw)


def _responses(app: PtyApp, kind: Kind, presses: int) -> list[Response]:
    refresh = _Refresh(app)
    for key in kind.before:
        refresh.press(key)
    responses = [refresh.press(kind.keys[number % len(kind.keys)]) for number in range(presses)]
    for key in kind.after:
        refresh.press(key)
    return responses


class _Refresh:
    """Presses keys only well between two refreshes of the app's own, so that no frame is mistaken for one."""

    def __init__(self, app: PtyApp) -> None:
        self._app = app
        self._due = 0.0
        """When the next refresh is expected."""

    def press(self, key: bytes) -> Response:
        """Press a key and wait until nothing more is drawn; where nothing was, patience is the response."""
        if time.monotonic() > self._due - _BEFORE_REFRESH_S:
            self._let_pass()
        pressed = self._app.write(key)
        first = self._app.next_frame(pressed, _PATIENCE_S)
        if first is None:
            self._due = 0.0
            return Response(_PATIENCE_S, _PATIENCE_S)
        return Response(first.at - pressed, self._last_after(first.at) - pressed)

    def _let_pass(self) -> None:
        """Wait for the next refresh; a frame after which nothing comes for a while ends it."""
        frame = self._app.next_frame(time.monotonic(), 2 * INTERVAL_S)
        began = frame.at if frame is not None else time.monotonic()
        self._last_after(began)
        self._due = began + INTERVAL_S

    def _last_after(self, at: float) -> float:
        while (frame := self._app.next_frame(at, _QUIET_S)) is not None:
            at = frame.at
        return at
