"""When the checks are to run again: when something that they read changed, and from time to time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from netmon.engine.state import State
from netmon.loopback.watching import FILES, Watcher

INTERVAL_S = 60.0
PAUSE_S = 2.0
"""How long what comes and goes is waited for before the checks run again."""
_RESOLVERS = "resolv.conf"


class Schedule:
    """Keeps when the checks began last, and whether something changed since."""

    def __init__(self, files: Sequence[str] = FILES, clock: Callable[[], float] = time.monotonic) -> None:
        """Make it; the checks are due.

        Args:
            files: What they read besides the kernel.
            clock: Monotonic seconds.
        """
        self._watcher, self._clock = Watcher(files), clock
        self._began: float | None = None
        self._stale = False
        self._under_way = False
        self.new_resolvers = False
        """Whether the configured resolvers may be others than when the checks began last."""

    @property
    def ever_began(self) -> bool:
        """Whether the checks have ever been started."""
        return self._began is not None

    @property
    def due(self) -> bool:
        """Whether they should be started now."""
        if self._under_way:
            return False
        if self._began is None:
            return True
        since = self._clock() - self._began
        return since >= INTERVAL_S or (self._stale and since >= PAUSE_S)

    def look(self, state: State) -> None:
        """Notice what changed; for the poller's thread."""
        if changes := self._watcher.changed(state.listeners, state.addresses):
            self._stale = True
            self.new_resolvers |= any(os.path.basename(what) == _RESOLVERS for what in changes)

    def begin(self) -> None:
        """They begin; what changes from now on is news."""
        self._stale, self._under_way, self._began = False, True, self._clock()
        self.new_resolvers = False

    def end(self) -> None:
        """They have ended, well or not."""
        self._under_way = False
