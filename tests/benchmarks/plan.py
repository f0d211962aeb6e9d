"""How much is measured: by default all of it in six minutes, or a little of everything in forty seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Sizes, repetitions and times."""

    poll_sizes: tuple[int, ...] = (1_000, 10_000, 19_000)
    few: int = 1_000
    many: int = 10_000
    """The number of sockets that most targets are meant for."""
    port_sockets: int = 100
    """What `netmon port` is to answer among as fast as five interpreters start."""
    poll_rounds: int = 15
    command_rounds: int = 15
    names: int = 2_000
    """Asked of a local resolver."""
    name_rounds: int = 7
    warm_s: float = 5.0
    watch_s: float = 30.0
    presses: int = 40
    """Of each sort of key."""
    starts: int = 12
    start_sockets: int = 16


FULL = Plan()
QUICK = Plan(
    poll_sizes=(200, 1_000), few=200, many=1_000, poll_rounds=3, command_rounds=3, names=200, name_rounds=3,
    warm_s=1.0, watch_s=3.0, presses=4, starts=3,
)  # fmt: skip
