"""Names in the background: asking never waits, whatever the resolver does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from netmon.resolver import reverse
from netmon.resolver.reverse import (
    ANSWER_LIFE_S,
    FAILURE_LIFE_S,
    KNOWN,
    NAME_LIMIT,
    THREADS,
    WAITING,
    ReverseNames,
)
from tests.builders import HOSTILE
from tests.sockets import wait_for

ADDRESS = "192.0.2.1"


class Names:
    """A resolver whose answers are told, and a clock that is put forward."""

    def __init__(self) -> None:
        self.names: dict[str, str | Exception] = {ADDRESS: "one.example"}
        self.asked: list[str] = []
        self.now = 0.0
        self.gate = threading.Event()
        """Closed, lookups hang."""
        self.gate.set()
        self.changes = 0

    def resolve(self, address: str) -> str:
        self.asked.append(address)
        assert self.gate.wait(20)
        name = self.names.get(address, socket.gaierror(socket.EAI_NONAME, "no name"))
        if isinstance(name, Exception):
            raise name
        return name

    def changed(self) -> None:
        self.changes += 1


@contextmanager
def running(names: Names) -> Iterator[ReverseNames]:
    reverse_names = ReverseNames(resolve=names.resolve, clock=lambda: names.now, on_change=names.changed)
    try:
        yield reverse_names
    finally:
        names.gate.set()
        reverse_names.close()


def settled(names: ReverseNames, address: str = ADDRESS) -> Callable[[], bool]:
    """Whether a lookup has ended."""
    return lambda: address not in names._asked


def test_answers_at_once_and_knows_later() -> None:
    names = Names()
    with running(names) as known:
        assert known.lookup(ADDRESS) is None
        assert wait_for(lambda: known.lookup(ADDRESS)) == "one.example"
        assert names.asked == [ADDRESS]


def test_tells_the_names_that_have_come() -> None:
    names = Names()
    with running(names) as reverse_names:
        assert reverse_names.known() == ()
        reverse_names.lookup(ADDRESS)
        reverse_names.lookup("192.0.2.2")
        wait_for(lambda: reverse_names.known() == ("one.example",))


def test_no_thread_starts_before_the_first_unknown_address() -> None:
    with running(Names()) as known:
        known.lookup("127.0.0.1")
        assert known._threads == 0
        known.lookup(ADDRESS)
        assert known._threads == 1


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("127.0.0.1", "localhost"),
        ("127.0.1.1", "localhost"),
        ("::1", "localhost"),
        ("0.0.0.0", None),
        ("::", None),
        ("169.254.0.1", None),
        ("fe80::1", None),
        ("224.0.0.251", None),
        ("ff02::fb", None),
        ("no address", None),
    ],
)
def test_what_belongs_to_this_link_is_never_sent_anywhere(address: str, name: str | None) -> None:
    names = Names()
    with running(names) as known:
        assert known.lookup(address) == name
        assert known._threads == 0
        assert names.asked == []


def test_asking_never_waits_for_a_resolver_that_hangs() -> None:
    names = Names()
    names.gate.clear()
    with running(names) as known:
        started = time.monotonic()
        for number in range(1000):
            assert known.lookup(f"198.51.100.{number % 250}") is None
        assert time.monotonic() - started < 2
        wait_for(lambda: len(names.asked) == THREADS)
        assert known._threads == THREADS


def test_closing_never_waits_either() -> None:
    names = Names()
    names.gate.clear()
    with running(names) as known:
        known.lookup(ADDRESS)
        wait_for(lambda: names.asked)
        started = time.monotonic()
        known.close()
        assert time.monotonic() - started < 1
        names.gate.set()
        wait_for(settled(known))
        assert known.lookup("192.0.2.2") is None
        assert names.asked == [ADDRESS]
        assert names.changes == 0


def test_threads_end_when_closed() -> None:
    def alive() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name.startswith("names-")]

    wait_for(lambda: not alive())
    with running(Names()) as known:
        known.lookup(ADDRESS)
        assert alive()
        assert all(thread.daemon for thread in alive())
    wait_for(lambda: not alive())


def test_the_queue_is_bounded_and_what_was_dropped_is_asked_later() -> None:
    names = Names()
    names.gate.clear()
    addresses = [f"10.0.{number // 250}.{number % 250}" for number in range(WAITING + 100)]
    with running(names) as known:
        for address in addresses:
            known.lookup(address)
        assert len(known._waiting) <= WAITING
        assert addresses[-1] not in known._asked
        names.gate.set()
        wait_for(lambda: not known._asked)
        names.names[addresses[-1]] = "late.example"
        assert wait_for(lambda: known.lookup(addresses[-1])) == "late.example"


def test_the_least_used_answers_are_forgotten_first() -> None:
    names = Names()
    with running(names) as known:
        wait_for(lambda: known.lookup(ADDRESS))
        for number in range(KNOWN - 1):
            known._remember(f"10.1.{number // 250}.{number % 250}", "x.example")
        assert known.lookup(ADDRESS) == "one.example"  # used again: the others are older now
        known._remember("192.0.2.77", None)
        assert len(known._entries) == KNOWN
        assert ADDRESS in known._entries
        assert "10.1.0.0" not in known._entries


def test_a_failure_is_remembered_for_a_while() -> None:
    names = Names()
    with running(names) as known:
        known.lookup("192.0.2.9")
        wait_for(settled(known, "192.0.2.9"))
        names.now = FAILURE_LIFE_S - 1
        assert known.lookup("192.0.2.9") is None
        assert names.asked == ["192.0.2.9"]
        names.names["192.0.2.9"] = "nine.example"
        names.now = FAILURE_LIFE_S
        assert wait_for(lambda: known.lookup("192.0.2.9")) == "nine.example"
        assert len(names.asked) == 2


def test_an_answer_lives_longer_and_is_given_until_the_next_has_come() -> None:
    names = Names()
    with running(names) as known:
        wait_for(lambda: known.lookup(ADDRESS))
        names.now = ANSWER_LIFE_S - 1
        assert known.lookup(ADDRESS) == "one.example"
        assert names.asked == [ADDRESS]
        names.now = ANSWER_LIFE_S
        names.names[ADDRESS] = "two.example"
        names.gate.clear()
        assert known.lookup(ADDRESS) == "one.example"
        names.gate.set()
        wait_for(lambda: known.lookup(ADDRESS) == "two.example")


def test_names_that_arrive_together_are_announced_once() -> None:
    names = Names()
    names.gate.clear()
    names.names.update({f"192.0.2.{number}": f"{number}.example" for number in range(1, 21)})
    with running(names) as known:
        for address in names.names:
            known.lookup(address)
        names.gate.set()
        wait_for(lambda: not known._asked and names.changes)
        assert names.changes == 1
        assert known.lookup(ADDRESS) == "1.example"  # someone has looked: the next counts again
        names.names["192.0.2.99"] = "99.example"
        known.lookup("192.0.2.99")
        wait_for(lambda: names.changes == 2)


def test_what_changes_nothing_is_not_announced() -> None:
    names = Names()
    with running(names) as known:
        known.lookup("192.0.2.9")  # has no name
        wait_for(settled(known, "192.0.2.9"))
        wait_for(lambda: known.lookup(ADDRESS) and names.changes == 1)
        names.now = ANSWER_LIFE_S
        known.lookup(ADDRESS)
        wait_for(lambda: len(names.asked) == 3)
        wait_for(settled(known))
        assert names.changes == 1


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("one.example.", "one.example"),
        ("127.0.0.1", None),
        ("::1", None),
        ("[::1]", None),
        ("", None),
        (".", None),
        (OSError("no"), None),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), None),
    ],
)
def test_what_a_stranger_may_answer(answer: str | Exception, name: str | None) -> None:
    names = Names()
    names.names[ADDRESS] = answer
    with running(names) as known:
        known.lookup(ADDRESS)
        wait_for(settled(known))
        assert known.lookup(ADDRESS) == name


def test_a_hostile_name_is_cleaned_and_bounded() -> None:
    names = Names()
    names.names[ADDRESS] = HOSTILE + "x" * 5000
    with running(names) as known:
        name = wait_for(lambda: known.lookup(ADDRESS))
        assert name is not None
        assert name.isprintable()
        assert len(name) == NAME_LIMIT


def test_many_threads_may_ask() -> None:
    names = Names()
    with running(names) as known:
        threads = [
            threading.Thread(target=lambda: [known.lookup(f"10.2.0.{n}") for n in range(200)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        wait_for(lambda: not known._asked)
        assert len(names.asked) == len(set(names.asked)) == 200


def test_the_system_is_asked_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[tuple[str, int], int]] = []

    def getnameinfo(address: tuple[str, int], flags: int) -> tuple[str, str]:
        asked.append((address, flags))
        return "host.example", "0"

    monkeypatch.setattr(socket, "getnameinfo", getnameinfo)
    known = ReverseNames()
    known.lookup(ADDRESS)
    assert wait_for(lambda: known.lookup(ADDRESS)) == "host.example"
    assert asked == [((ADDRESS, 0), socket.NI_NAMEREQD)]
    known.close()


def test_the_system_knows_its_own_hosts_file() -> None:
    assert reverse.resolve_by_system("127.0.0.1")
