"""How a port is waited for: how often it is looked at, when it is bound, when it ends."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.bound import Bound
from netmon.model.socket import Protocol
from netmon.ports.question import parse_question
from netmon.ports.server_bind import Binding
from netmon.ports.waiting import FIRST_PAUSE_S, LONGEST_PAUSE_S, PortWait, Wait

HELD = [Bound(4, "0.0.0.0", 7, None)]


class Staged:
    """A port whose looks are staged, on a clock that only pauses move."""

    def __init__(
        self, *looks: Sequence[Bound], binds: Sequence[Binding] = (Binding.POSSIBLE,), costs_s: float = 0.0
    ) -> None:
        self.costs_s = costs_s
        self._looks, self._binds = list(looks), list(binds)
        self.now = 100.0
        self.pauses: list[float] = []
        self.bound_at: list[float] = []
        self.asked: list[tuple[Protocol, int]] = []

    def at(self, protocol: Protocol, port: int) -> list[Bound]:
        """The next look; the last stays."""
        self.asked.append((protocol, port))
        return list(self._looks.pop(0) if len(self._looks) > 1 else self._looks[0])

    def close(self) -> None:
        """Nothing is open."""

    def pause(self, seconds: float) -> None:
        """Let time go by."""
        self.pauses.append(seconds)
        self.now += seconds

    def bind(self, protocol: Protocol, port: int, address: str | None) -> Binding:
        """The next bind; the last stays."""
        self.bound_at.append(self.now)
        return self._binds.pop(0) if len(self._binds) > 1 else self._binds[0]

    def wait(self, text: str = "8080", *, free: bool, timeout_s: float | None = None) -> Wait:
        """Wait for the port."""
        waiting = PortWait(parse_question(text), self, lambda: self.now, self.pause, self.bind)
        return waiting.until(free=free, timeout_s=timeout_s)


def test_what_is_so_already_takes_no_pause() -> None:
    assert Staged(HELD).wait(free=False) == Wait(True, tuple(HELD))
    assert Staged([]).wait(free=True) == Wait(True)


def test_looks_soon_at_first_and_never_seldom() -> None:
    staged = Staged(*[HELD] * 200, [])
    assert staged.wait(free=True).is_so
    assert len(staged.pauses) == 200
    assert staged.pauses[0] == FIRST_PAUSE_S
    assert staged.pauses == sorted(staged.pauses)
    assert staged.pauses[-1] == LONGEST_PAUSE_S


def test_what_is_dear_is_asked_seldom() -> None:
    staged = Staged(HELD, HELD, [], costs_s=0.05)
    assert staged.wait(free=True).is_so
    assert staged.pauses == [1.0, 1.0]


def test_gives_up_in_time_after_a_last_look() -> None:
    staged = Staged(HELD)
    assert staged.wait(free=True, timeout_s=0.5) == Wait(False, tuple(HELD))
    assert abs(staged.now - 100.5) < 1e-9
    at_once = Staged([])
    assert at_once.wait(free=False, timeout_s=0) == Wait(False)
    assert at_once.pauses == []


@given(st.floats(0, 5), st.integers(0, 400))
def test_is_so_or_not_by_the_deadline(timeout_s: float, looks: int) -> None:
    staged = Staged(*[[]] * looks, HELD)
    ended = staged.wait(free=False, timeout_s=timeout_s)
    assert staged.now <= 100 + timeout_s + 1e-9
    assert ended.is_so or staged.now >= 100 + timeout_s - 1e-9


def test_binds_only_what_nothing_listens_on_and_not_again_at_once() -> None:
    staged = Staged(HELD, HELD, [], binds=[Binding.TAKEN, Binding.TAKEN, Binding.POSSIBLE])
    assert staged.wait(free=True).is_so
    first, second, third = staged.bound_at
    assert first > 100
    assert min(second - first, third - second) >= 0.25


def test_what_cannot_be_proved_is_left_to_the_sockets() -> None:
    assert Staged([], binds=[Binding.NOT_PROVABLE]).wait(free=True).is_so


def test_never_binds_for_open() -> None:
    staged = Staged([], [], HELD)
    assert staged.wait(free=False).is_so
    assert staged.bound_at == []


def test_protocol_and_address_are_those_of_the_question() -> None:
    staged = Staged(HELD)
    assert staged.wait("53/udp", free=False).is_so
    assert staged.asked == [("udp", 53)]
    assert not Staged(HELD).wait("[::1]:8080", free=False, timeout_s=0).is_so
