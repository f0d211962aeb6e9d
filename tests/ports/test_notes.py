"""The one remark on a port that matters most."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from netmon.engine.listener_log import local_end
from netmon.model.connection import Connection
from netmon.ports.groups import port_groups
from netmon.ports.notes import NO_NOTE, Note, clock, note_of_group, note_of_socket
from tests.builders import NOW, TAKEN_AT, listener, state

LOCAL = listener("127.0.0.1:80", first_seen_at=NOW - 100)


def note(*listeners: Connection, first: tuple[Connection, ...] = (), **fields: Any) -> Note:
    ends = frozenset(local_end(row.socket) for row in first)
    shown = state(listeners=listeners, **{"first_listeners": ends, "started_at": NOW - 100, **fields})
    (group,) = port_groups(shown)
    return note_of_group(group, shown)


def test_a_queue_that_fills_is_the_most_pressing() -> None:
    filling = listener("0.0.0.0:80", socket={"receive_queue": 100})
    assert note(filling) == Note(9, "⚠ accept queue filling", "warn")
    full = listener("0.0.0.0:80", socket={"receive_queue": 128})
    assert note(full) == Note(9, "⚠ accept queue full", "warn")
    shown = state(listeners=[filling, listener("[::]:80")])
    (group,) = port_groups(shown)
    assert [note_of_socket(row, shown).text for row in group.sockets] == ["⚠ accept queue filling", ""]


def test_drift_is_said_with_its_time() -> None:
    wide = listener("0.0.0.0:80", first_seen_at=NOW - 60)
    assert note(wide) == Note(7, "+ new since 11:59 UTC", "new")
    widened = note(wide, first=(LOCAL,))
    assert widened == Note(8, "⚠ other machines reach it since 11:59 UTC (was 127.0.0.1)", "warn")
    gone = wide._replace(closed_at=NOW - 180)
    assert note(first=(wide,), gone_listeners=(gone,)) == Note(6, "✕ gone 3m ago", "closing")
    narrowed = note(LOCAL, first=(wide,), gone_listeners=(gone,))
    assert narrowed.text == "only this machine reaches it since 11:57 UTC (was 0.0.0.0)"
    assert note(LOCAL, first=(wide,)).text == "only this machine reaches it since the start (was 0.0.0.0)"


def test_a_widened_port_that_no_machine_reaches_is_said_to_be_bound_wider() -> None:
    wide = listener("0.0.0.0:80", first_seen_at=NOW - 60)
    alone = {"127.0.0.1": "lo", "::1": "lo"}
    text = note(wide, first=(LOCAL,), addresses=alone).text
    assert text == "⚠ bound to more addresses since 11:59 UTC (was 127.0.0.1)"


def test_what_only_one_half_of_localhost_reaches() -> None:
    assert note(LOCAL, first=(LOCAL,)) is NO_NOTE
    six = listener("[::1]:80")
    assert note(six, first=(six,)) == Note(1, "localhost may miss it: only ::1")
    assert note(LOCAL, six, first=(LOCAL, six)) is NO_NOTE
    assert note(six, first=(six,), addresses={"::1": "lo"}) is NO_NOTE
    udp = listener("[::1]:53", protocol="udp")
    assert note(udp, first=(udp,)) is NO_NOTE


def test_what_listens_on_another_address_of_127_alone_is_reached_by_that() -> None:
    stub = listener("127.0.0.53:53")
    assert note(stub, first=(stub,)) == Note(1, "only by 127.0.0.53")
    second = listener("127.0.0.54:53")
    assert note(stub, second, first=(stub, second)) == Note(1, "only by 127.0.0.53 and 127.0.0.54")
    local = listener("127.0.0.1:53")
    assert note(stub, local, first=(stub, local)) is NO_NOTE


def test_drops_are_added_up() -> None:
    rows = [listener(f"{host}:53", protocol="udp", socket={"drops": 2}) for host in ("0.0.0.0", "[::]")]
    assert note(*rows, first=tuple(rows)) == Note(4, "4 datagrams dropped")


def test_another_day_is_named() -> None:
    shown = state(taken_at=TAKEN_AT + timedelta(hours=1))
    assert clock(shown, NOW - 60) == "12:59 UTC"
    assert clock(shown, NOW - 86400) == "2026-06-30 13:00 UTC"
