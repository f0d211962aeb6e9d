"""What the cells say, and what marks a row."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.engine.aggregate import by_process
from netmon.engine.state import LINGER_S
from netmon.model.connection import Connection, Direction, OpenedBasis, Peer
from netmon.model.process import NO_OWNER, Owner, OwnerReason
from netmon.model.socket import SocketState, Uncounted
from netmon.tui.columns import (
    ALL_COLUMNS,
    INBOUND_COLUMNS,
    Moment,
    all_columns,
    connection_columns,
    inbound_columns,
    outbound_columns,
    owner_text,
    process_columns,
)
from tests.builders import NOW, connection, owner, process, tcp_info


def at(now: float = NOW, **fields: Any) -> Moment:
    """A moment well after the first look."""
    moment = Moment()
    moment.now, moment.started = now, NOW - 1000
    for name, value in fields.items():
        setattr(moment, name, value)
    return moment


def cell(key: str, row: Connection, moment: Moment | None = None) -> str:
    """What one column says of a row."""
    return connection_columns(moment or at())[key].text(row)


def kind(key: str, row: Connection) -> str:
    """How one cell is coloured."""
    said = connection_columns(at())[key].kind
    return said if isinstance(said, str) else said(row)


# -- the cells of a connection


def test_a_connection_in_full() -> None:
    row = connection(direction=Direction.INBOUND, local="10.0.0.5:443", remote="203.0.113.7:50122")
    moment = at()
    assert {key: column.text(row) for key, column in connection_columns(moment).items()} == {
        "process": "curl 4711",
        "remote": "203.0.113.7:50122",
        "to_port": "──▶ 443",
        "direction": "◀──",
        "rate_received": "45 kB",
        "rate_sent": "0 B",
        "age": ">10s",
        "service": "–",
        "state": "established",
        "rtt": "11.8 ms",
        "bytes_received": "90 kB",
        "bytes_sent": "517 B",
        "local": "10.0.0.5:443",
    }


@pytest.mark.parametrize(
    ("direction", "arrow"),
    [(Direction.INBOUND, "◀──"), (Direction.OUTBOUND, "──▶"), (Direction.UNKNOWN, "─?─")],
)
def test_the_arrow_is_who_opened_it(direction: Direction, arrow: str) -> None:
    row = connection(direction=direction)
    assert cell("direction", row) == arrow
    (remote,) = [column for column in outbound_columns(at()) if column.key == "remote"]
    assert remote.text(row) == f"{arrow} 203.0.113.7:443"


def test_the_panes_have_their_columns() -> None:
    assert [column.key for column in inbound_columns(at())] == list(INBOUND_COLUMNS)
    assert [column.key for column in all_columns(at())] == list(ALL_COLUMNS)
    outbound = [column.key for column in outbound_columns(at())]
    assert "to_port" not in outbound
    assert outbound.index("remote") == INBOUND_COLUMNS.index("remote")


@pytest.mark.parametrize(
    ("received", "said", "colour"), [(None, "–", "dim"), (0.0, "0 B", "dim"), (2.9e6, "2.9 MB", "number")]
)
def test_a_rate_that_is_unknown_is_not_nought(received: float | None, said: str, colour: str) -> None:
    row = connection(rate_received=received)
    assert (cell("rate_received", row), kind("rate_received", row)) == (said, colour)


def test_udp_says_not_counted_and_shows_its_queues() -> None:
    row = connection(protocol="udp", socket={"receive_queue": 212, "drops": 3})
    assert (cell("rate_received", row), cell("rate_sent", row)) == ("not", "counted")
    assert (cell("bytes_received", row), cell("bytes_sent", row)) == ("queue 212", "drops 3")
    bare = connection(protocol="udp")
    assert (cell("bytes_received", bare), cell("bytes_sent", bare), cell("rtt", bare)) == ("–", "–", "–")


def test_what_another_source_does_not_count_is_a_dash() -> None:
    row = connection(
        socket={"tcp": None, "uncounted": Uncounted.SOURCE},
        bytes_sent=None, bytes_received=None, rate_sent=None, rate_received=None,
    )  # fmt: skip
    for key in ("rate_received", "rate_sent", "bytes_received", "bytes_sent", "rtt"):
        assert cell(key, row) == "–"


def test_a_closed_row_shows_its_totals_where_the_rates_were() -> None:
    row = connection(closed_at=NOW, rate_sent=None, rate_received=None, bytes_received=14_000)
    assert (cell("rate_received", row), cell("rate_sent", row)) == ("Σ14 kB", "Σ517 B")
    unknown = connection(closed_at=NOW, rate_sent=None, rate_received=None, bytes_received=None)
    assert cell("rate_received", unknown) == "–"


def test_an_rtt_before_the_first_measurement() -> None:
    assert cell("rtt", connection(socket={"tcp": tcp_info(rtt_us=None)})) == "–"


def test_a_socket_without_a_peer() -> None:
    assert cell("remote", connection(None)) == "*"


# -- ages


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"opened_at": NOW - 8, "opened_basis": OpenedBasis.KERNEL}, "8s"),
        ({"opened_at": NOW - 0.4, "opened_basis": OpenedBasis.SEEN}, "<1s"),
        ({"open_since": NOW - 7200}, ">2h"),
        ({"open_since": NOW - 0.4}, "–"),
        ({"opened_at": NOW - 0.09, "closed_at": NOW}, "90 ms"),
        ({"closed_at": NOW}, "brief"),
    ],
)
def test_an_age_says_how_sure_it_is(fields: dict[str, Any], said: str) -> None:
    assert cell("age", connection(**fields)) == said


# -- owners


@pytest.mark.parametrize(
    ("holder", "said"),
    [
        (owner("curl"), "curl 4711"),
        (owner(process("a", 1), process("b", 2), process("c", 3)), "a 1 +2"),
        (owner(reason=OwnerReason.TIME_WAIT, uid=5), "(time wait)"),
        (owner(reason=OwnerReason.TIME_WAIT, former=[process("curl", 9)]), "(was curl 9)"),
        (owner(uid=33, unit="backup.service"), "(uid 33) backup.service"),
        (owner(uid=33, user="www-data"), "(www-data) other user"),
        (owner(uid=33, reason=OwnerReason.HIDDEN), "(uid 33) hidden"),
        (owner(reason=OwnerReason.KERNEL, uid=0), "(kernel)"),
        (owner(reason=OwnerReason.GONE), "(gone)"),
        (NO_OWNER, "(not supported)"),
    ],
)
def test_who_holds_it_or_why_nobody_can_be_named(holder: Owner, said: str) -> None:
    assert owner_text(holder) == said


def test_every_reason_has_words() -> None:
    for reason in OwnerReason:
        assert owner_text(Owner(reason=reason)) == f"({reason.value.replace('_', ' ')})"


def test_the_process_at_the_other_end_stands_for_the_address() -> None:
    row = connection("127.0.0.1:5432", peer=Peer("k", owner(process("postgres", 701))))
    assert cell("remote", row) == "⟲ postgres 701"
    gone = connection("127.0.0.1:5432", peer=Peer("k", owner(reason=OwnerReason.CLOSED, former=[process()])))
    assert cell("remote", gone) == "⟲ (was curl 4711)"


def test_a_peer_that_cannot_be_named_leaves_the_address() -> None:
    assert cell("remote", connection("127.0.0.1:5432", peer=Peer("k", owner(uid=5)))) == "127.0.0.1:5432"


# -- names


def test_names_stand_for_the_addresses_that_have_one() -> None:
    moment = at(names={"203.0.113.7": "www.example.net"}.get)
    assert cell("remote", connection(), moment) == "www.example.net:443"
    assert cell("local", connection(), moment) == "10.0.0.5:50000"
    assert cell("remote", connection()) == "203.0.113.7:443"
    assert cell("remote", connection("[2001:db8::1]:443")) == "[2001:db8::1]:443"


# -- marks


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ""),
        ({"closed_at": NOW - 1}, "closing"),
        ({"first_seen_at": NOW - 1, "changed_at": NOW - 1}, "new"),
        ({"first_seen_at": NOW - 9, "changed_at": NOW - 1}, "changed"),
        ({"first_seen_at": NOW - 9, "changed_at": NOW - LINGER_S}, ""),
        ({"first_seen_at": NOW - LINGER_S, "changed_at": NOW - LINGER_S}, ""),
        ({"state": SocketState.TIME_WAIT}, "dim"),
        ({"state": SocketState.TIME_WAIT, "changed_at": NOW - 1}, "changed"),
    ],
)
def test_what_marks_a_row(fields: dict[str, Any], said: str) -> None:
    assert at().kind(connection(**fields)) == said


def test_what_was_there_at_the_first_look_is_not_new() -> None:
    row = connection(first_seen_at=NOW, changed_at=NOW)
    assert at(started=NOW).kind(row) == ""
    assert at(started=NOW - 1).kind(row) == "new"


# -- sums


def test_the_sums_of_a_process() -> None:
    rows = [
        connection(open_since=NOW - 90, rate_received=1000.0),
        connection(direction=Direction.INBOUND, rate_received=500.0),
        connection(direction=Direction.UNKNOWN, rate_received=None, bytes_received=None),
    ]
    (summed,) = by_process(rows)
    assert {column.key: column.text(summed) for column in process_columns(at())} == {
        "process": "curl 4711",
        "user": "dev",
        "unit": "–",
        "connections": "3",
        "inbound": "1",
        "outbound": "1",
        "rate_received": "1.5 kB",
        "rate_sent": "0 B",
        "bytes_received": "180 kB",
        "bytes_sent": "1.6 kB",
        "age": "10s",
    }


def test_the_sums_of_what_nobody_can_be_named_for() -> None:
    (summed,) = by_process([connection(process=None, protocol="udp")])
    said = {column.key: column.text(summed) for column in process_columns(at())}
    assert said["process"] == "(uid 33) backup.service"
    assert (said["user"], said["unit"], said["rate_received"]) == ("33", "backup.service", "–")
