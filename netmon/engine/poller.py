"""Runs a collector on a thread of its own and hands every state to its subscribers."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from netmon.collectors.base import Collector, CollectorError
from netmon.engine.state import State
from netmon.engine.tracker import Tracker

Subscriber = Callable[[State], None]
Clock = Callable[[], float]

MAX_SHARE = 0.1
"""The processor time that a poll may take, as a share of its interval, before that is lengthened."""
FIRST_INTERVAL_S = 0.25
"""The second poll comes sooner than the others: with it, rates become known."""


class Poller:
    """Polls at an interval until it is stopped.

    A tick that comes while the last poll still runs is dropped, not queued. A poll that costs more processor
    time than a tenth of the interval lengthens it; one that only waits, because the machine is busy, does
    not: that is when people look. A collector that raises does not end the polling: the state before is
    handed out again with the error.

    Args:
        collector: what to poll; closed by `stop`.
        interval_s: seconds between polls.
        clock: monotonic seconds.
        cpu_clock: seconds of processor time of the calling thread.
    """

    def __init__(
        self,
        collector: Collector,
        interval_s: float = 1.0,
        clock: Clock = time.monotonic,
        cpu_clock: Clock = time.thread_time,
    ) -> None:
        self.collector = collector
        self.interval_s = interval_s
        self.latest: State | None = None
        """The newest state; replaced whole, so it may be read from any thread."""
        self._clock = clock
        self._cpu_clock = cpu_clock
        self._tracker = Tracker()
        self._subscribers: list[Subscriber] = []
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber` with every state from now on, on the poller's thread, and with the latest now."""
        self._subscribers.append(subscriber)
        if self.latest is not None:
            subscriber(self.latest)

    def start(self) -> None:
        """Begin to poll."""
        self._thread = threading.Thread(target=self._run, name="netmon-poller", daemon=True)
        self._thread.start()

    def stop(self, patience_s: float = 10.0) -> None:
        """Stop polling, wait for the thread and close the collector.

        Args:
            patience_s: How long to wait for a poll that hangs. It is then left behind with its collector,
                which must not be closed under it; the thread is a daemon.
        """
        self._stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(patience_s)
            if self._thread.is_alive():
                return
        self.collector.close()

    def poll_once(self) -> State:
        """Poll now, on the calling thread; only for a poller that was not started."""
        state = self._poll()
        self.latest = state
        return state

    def _run(self) -> None:
        due, cost, longest = self._clock(), 0.0, FIRST_INTERVAL_S
        while not self._stopping.is_set():
            started = self._cpu_clock()
            state = self._poll()
            # One dear poll (the first, which reads everything) is no reason to slow down; two are.
            before, cost = cost, self._cpu_clock() - started
            lengthened = max(self.interval_s, min(before, cost) / MAX_SHARE)
            self._publish(state._replace(interval_s=lengthened, slowed=lengthened > self.interval_s))
            due = max(due + min(lengthened, longest), self._clock())
            longest = math.inf
            if self._stopping.wait(max(0.0, due - self._clock())):
                return

    def _poll(self) -> State:
        started = self._clock()
        try:
            state = self._tracker.update(self.collector.poll())
        except CollectorError as error:
            return self._failed(str(error))
        except Exception as error:  # noqa: BLE001  a fault in one collector never takes the app down
            return self._failed(f"{type(error).__name__}: {error}")
        return state._replace(poll_cost_s=self._clock() - started)

    def _failed(self, message: str) -> State:
        from datetime import UTC, datetime

        from netmon.model.text import clean

        latest = self.latest
        if latest is None:
            latest = State(0, datetime.now(UTC), self._clock(), self.collector.source)
        return latest._replace(closed=(), error=clean(message, 200))

    def _publish(self, state: State) -> None:
        self.latest = state
        for subscriber in self._subscribers:
            subscriber(state)
