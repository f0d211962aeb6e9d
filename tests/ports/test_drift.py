"""What is new, gone, widened or narrowed since netmon started."""

from __future__ import annotations

from collections.abc import Iterable

from netmon.engine.listener_log import local_end
from netmon.model.connection import Connection
from netmon.ports.drift import BRIEFLY_SHOWN_S, GONE_SHOWN_S, Drift
from netmon.ports.groups import port_groups
from tests.builders import NOW, listener, state

STARTED = NOW - 100


def at(local: str, seen: float = STARTED, **fields: object) -> Connection:
    return listener(local, first_seen_at=seen, **fields)  # type: ignore[arg-type]


def drifts(
    now: Iterable[Connection], first: Iterable[Connection] = (), gone: Iterable[Connection] = ()
) -> list[Drift | None]:
    ends = frozenset(local_end(row.socket) for row in first)
    shown = state(listeners=list(now), first_listeners=ends, gone_listeners=tuple(gone), started_at=STARTED)
    return [group.drift for group in port_groups(shown)]


def test_what_was_there_at_the_start_does_not_drift() -> None:
    there = at("0.0.0.0:80")
    assert drifts([there], [there]) == [None]
    restarted = at("0.0.0.0:80", NOW - 5)
    assert drifts([restarted], [there]) == [None]


def test_a_port_that_nothing_was_bound_to_is_new_since_its_first_socket() -> None:
    assert drifts([at("0.0.0.0:80", NOW - 7), at("[::]:80", NOW - 5)]) == [Drift("new", NOW - 7)]


def test_before_the_first_poll_is_known_nothing_drifts() -> None:
    (group,) = port_groups(state(listeners=[at("0.0.0.0:80")]))
    assert group.drift is None


def test_sockets_of_udp_clients_are_no_news() -> None:
    assert drifts([at("0.0.0.0:40000", NOW - 5, protocol="udp")]) == [None]
    assert drifts([at("0.0.0.0:5353", NOW - 5, protocol="udp")]) == [Drift("new", NOW - 5)]


def test_widened_by_another_socket_or_in_place_of_the_first() -> None:
    local, wide = at("127.0.0.1:80"), at("0.0.0.0:80", NOW - 5)
    widened = Drift("widened", NOW - 5, ("127.0.0.1",))
    assert drifts([local, wide], [local]) == [widened]
    assert drifts([wide], [local], [local._replace(closed_at=NOW - 6)]) == [widened]
    assert drifts([wide], [local]) == [widened]  # its going is not remembered any more


def test_widened_also_where_it_came_after_the_start() -> None:
    later, wide = at("[::1]:80", NOW - 50), at("[::]:80", NOW - 5)
    assert drifts([wide], [], [later._replace(closed_at=NOW - 6)]) == [Drift("widened", NOW - 5, ("::1",))]
    assert drifts([later, wide]) == [Drift("widened", NOW - 5, ("::1",))]


def test_more_addresses_of_what_was_open_already_are_not_wider() -> None:
    wide = at("0.0.0.0:80")
    assert drifts([wide, at("[::]:80", NOW - 5)], [wide]) == [None]
    assert drifts([at("0.0.0.0:80", NOW - 5)], [at("10.0.0.5:80")]) == [None]


def test_another_loopback_address_is_not_wider() -> None:
    local = at("127.0.0.1:80")
    assert drifts([local, at("[::1]:80", NOW - 5)], [local]) == [None]


def test_narrowed() -> None:
    wide, local = at("0.0.0.0:80"), at("127.0.0.1:80", NOW - 5)
    gone = wide._replace(closed_at=NOW - 6)
    assert drifts([local], [wide], [gone]) == [Drift("narrowed", NOW - 6, ("0.0.0.0",))]
    assert drifts([local], [wide]) == [Drift("narrowed", None, ("0.0.0.0",))]


def test_gone_for_a_while_with_those_that_were_last() -> None:
    last = at("0.0.0.0:80")._replace(closed_at=NOW - 9)
    before = at("127.0.0.1:80")._replace(closed_at=NOW - 50)
    (group,) = port_groups(state(gone_listeners=(before, last), started_at=STARTED))
    assert group.drift == Drift("gone", NOW - 9)
    assert group.addresses == ("0.0.0.0",)
    old = last._replace(closed_at=NOW - GONE_SHOWN_S)
    assert drifts([], [last], [old]) == []
    assert drifts([at("127.0.0.1:80")], [at("127.0.0.1:80")], [at("[::1]:80")._replace(closed_at=NOW)]) == [
        None
    ]


def test_what_came_after_the_start_is_shown_for_as_long_as_it_lived() -> None:
    def gone_for(seconds: float, lived: float) -> list[Drift | None]:
        closed = NOW - seconds
        return drifts([], [], [at("0.0.0.0:80", closed - lived)._replace(closed_at=closed)])

    assert gone_for(40, lived=41) == [Drift("gone", NOW - 40)]
    assert gone_for(40, lived=39) == []
    assert gone_for(BRIEFLY_SHOWN_S - 1, lived=0.1) == [Drift("gone", NOW - BRIEFLY_SHOWN_S + 1)]
    assert gone_for(BRIEFLY_SHOWN_S, lived=0.1) == []
    assert gone_for(GONE_SHOWN_S, lived=1e6) == []
