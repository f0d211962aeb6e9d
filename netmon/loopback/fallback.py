"""What it costs on this machine when the first address of localhost refuses and the second one answers.

Measured, not predicted: with a listener of netmon's own on one address, and real connections to both. Linux
refuses within microseconds; Windows asks again for a second or two.
"""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Sequence

from netmon.loopback.probing import Outcome, connect

_REPEATS = 5
_TIMEOUT_S = 0.1
"""A refusal that takes longer than this is reported as this."""


def refusal_us(order: Sequence[str]) -> int | None:
    """The median time in microseconds until the first address of `order` refuses while the second listens.

    None where there is no second one, or where the first does not refuse.
    """
    if len(order) < 2:
        return None
    first, second = order[:2]
    try:
        with socket.socket(socket.AF_INET6 if ":" in second else socket.AF_INET) as listener:
            listener.bind((second, 0))
            listener.listen(_REPEATS)
            port = listener.getsockname()[1]
            times = [_refused(first, port) for _ in range(_REPEATS)]
            if None in times or not connect(second, port, _TIMEOUT_S).works:
                return None
            return int(statistics.median(time for time in times if time is not None))
    except OSError:
        return None


def _refused(address: str, port: int) -> int | None:
    started = time.perf_counter_ns()
    outcome = connect(address, port, _TIMEOUT_S).outcome
    elapsed = (time.perf_counter_ns() - started) // 1000
    return elapsed if outcome in (Outcome.REFUSED, Outcome.TIMED_OUT, Outcome.NOT_HERE) else None
