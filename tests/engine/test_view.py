"""What a face shows: filtered, sorted, split by direction, with what has just closed."""

from __future__ import annotations

import pytest

from netmon.engine.filter import parse_filter
from netmon.engine.state import Totals
from netmon.engine.view import (
    CLOSED_SORT,
    CONNECTION_SORT,
    PROCESS_SORT,
    TEXT_COLUMNS,
    Sorting,
    ViewSettings,
    connection_view,
    owner_name,
    sort_connections,
    sort_processes,
)
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner, OwnerReason
from netmon.model.socket import SocketState
from tests.builders import NOW, connection, listener, owner, process, state, tcp_info

IN = connection("10.0.0.9:50001", local="10.0.0.5:22", process="sshd", pid=1, direction=Direction.INBOUND)
OUT = connection(process="curl", pid=2)
UNKNOWN = connection("10.0.0.9:800", local="10.0.0.5:700", pid=3, direction=Direction.UNKNOWN)
TOTALS = {
    Direction.INBOUND: Totals(1, 1.0, 10.0, 3),
    Direction.OUTBOUND: Totals(2, 2.0, 20.0, 4),
    Direction.UNKNOWN: Totals(4, 4.0, 40.0, 5),
}


def settings(text: str = "", column: str = "local", reverse: bool = False, **fields: bool) -> ViewSettings:
    """What a user asked for."""
    return ViewSettings(parse_filter(text), Sorting(column, reverse), **fields)


# -- split and filter


def test_rows_are_split_and_none_vanishes() -> None:
    view = connection_view(state([OUT, UNKNOWN, IN]), settings())
    assert view.rows == [IN, UNKNOWN, OUT]
    assert (view.inbound, view.outbound) == ([IN], [UNKNOWN, OUT])
    assert view.total == 3


def test_a_filter_leaves_what_matches_and_says_of_how_many() -> None:
    view = connection_view(state([IN, OUT, UNKNOWN]), settings("proc:sshd"))
    assert (view.rows, view.inbound, view.outbound, view.total) == ([IN], [IN], [], 3)


def test_without_a_filter_the_totals_are_those_of_the_state() -> None:
    view = connection_view(state([IN], totals=TOTALS), settings())
    assert view.inbound_totals == Totals(1, 1.0, 10.0, 3)
    assert view.outbound_totals == Totals(6, 6.0, 60.0, 9), "with what has no known direction"
    assert view.totals == Totals(7, 7.0, 70.0, 12)


def test_with_a_filter_the_totals_are_those_of_its_live_rows() -> None:
    rows = [
        connection(rate_sent=1.0, rate_received=10.0),
        connection(rate_sent=None, rate_received=None),
        connection(state=SocketState.TIME_WAIT, rate_sent=None, rate_received=None),
    ]
    gone = connection("203.0.113.7:444", rate_sent=99.0, rate_received=99.0, closed_at=NOW)
    others = connection(process="wget", rate_sent=500.0)
    view = connection_view(state([*rows, others], lingering=[gone], totals=TOTALS), settings("proc:curl"))
    assert len(view.rows) == 4
    assert view.outbound_totals == Totals(2, 1.0, 10.0, time_wait=1)
    assert view.inbound_totals == Totals()


# -- what has just closed


NO_COUNTERS = {"tcp": None}


@pytest.mark.parametrize("kept", [SocketState.TIME_WAIT, SocketState.FIN_WAIT2])
def test_what_has_just_closed_is_shown_in_place_of_its_remains(kept: SocketState) -> None:
    gone = connection(closed_at=NOW, state=SocketState.CLOSED)
    remains = connection(state=kept, process=None, socket=NO_COUNTERS)
    other = connection("203.0.113.8:443", state=kept, process=None, socket=NO_COUNTERS)
    view = connection_view(state([OUT, remains, other], lingering=[gone]), settings())
    assert [row.key for row in view.rows] == [OUT.key, other.key, gone.key]
    assert OUT.socket.local == gone.socket.local, "the same endpoints, used again, are another connection"
    assert view.total == 3


def test_with_nothing_lingering_remains_are_shown() -> None:
    remains = connection(state=SocketState.TIME_WAIT, socket=NO_COUNTERS)
    assert connection_view(state([remains]), settings()).rows == [remains]


# -- sums by process


def test_sums_by_process_are_made_only_when_wanted_and_of_live_rows() -> None:
    given = state([IN, OUT], lingering=[connection(pid=77, closed_at=NOW)])
    assert connection_view(given, settings()).processes == []
    view = connection_view(given, settings(column="process", with_processes=True))
    assert [owner_name(row.owner) for row in view.processes] == ["curl", "sshd"]


def test_a_column_that_only_one_of_both_has_leaves_the_other_in_its_usual_order() -> None:
    usual = Sorting("rate", True)
    view = connection_view(state([IN]), settings(column="rtt"))
    assert (view.sorting, view.process_sorting) == (Sorting("rtt", False), usual)
    view = connection_view(state([IN]), settings(column="connections"))
    assert (view.sorting, view.process_sorting) == (usual, Sorting("connections", False))


# -- names


@pytest.mark.parametrize(
    ("held", "name"),
    [
        (owner(process("b", 1), process("a", 2)), "b"),
        (owner(former=[process("was", 1)], reason=OwnerReason.TIME_WAIT), "was"),
        (Owner(reason=OwnerReason.OTHER_USER, user="www-data", unit="nginx.service"), "nginx.service"),
        (Owner(reason=OwnerReason.OTHER_USER, user="www-data"), "www-data"),
        (Owner(reason=OwnerReason.NOT_SUPPORTED), ""),
    ],
)
def test_an_owner_has_the_best_name_there_is(held: Owner, name: str) -> None:
    assert owner_name(held) == name


# -- sorting


def ascending(column: str, rows: list[Connection]) -> None:
    """Fail if `rows` are not in ascending order by a column, and the other way round reversed."""
    assert sort_connections(rows[::-1], Sorting(column, False)) == rows
    assert sort_connections(rows, Sorting(column, True)) == rows[::-1]


def test_addresses_are_sorted_as_numbers_and_ipv4_first() -> None:
    texts = ["9.0.0.1:5", "10.0.0.1:9", "10.0.0.1:10", "10.0.0.2:1", "[::1]:1", "[2001:db8::1]:1"]
    ascending("remote", [connection(text) for text in texts])
    ascending("local", [connection(local=text) for text in texts])
    ascending("remote", [connection(None, protocol="udp"), connection("0.0.0.0:1")])


def test_numbers_are_sorted_as_numbers_and_unknown_ones_last() -> None:
    counts = None, 0, 9, 10
    ascending("bytes_sent", [connection(bytes_sent=count) for count in counts])
    ascending("bytes_received", [connection(bytes_received=count) for count in counts])


def test_of_equal_rates_the_greater_total_is_higher() -> None:
    rows = [
        connection(rate_received=None, bytes_received=None),
        connection(rate_received=0.0, bytes_received=0),
        connection(rate_received=0.0, bytes_received=10),
        connection(rate_received=1.0, bytes_received=5),
    ]
    ascending("rate_received", rows)


def test_who_sends_most_is_on_top_like_who_receives_most() -> None:
    upload = connection(rate_sent=9e6, rate_received=0.0)
    rows = [
        connection(rate_sent=None, rate_received=None),
        connection(rate_sent=0.0, rate_received=5.0),
        upload,
    ]
    assert connection_view(state(rows), ViewSettings()).rows[0] is upload
    idle = [connection(rate_sent=0.0, rate_received=0.0, bytes_sent=n, bytes_received=0) for n in (1, 2)]
    unknown = connection(rate_sent=None, rate_received=None, bytes_sent=None, bytes_received=None)
    ascending("rate", [unknown, *idle, connection(rate_sent=0.0, rate_received=1.0), upload])


def test_names_are_sorted_without_case_then_by_pid_and_nobody_last() -> None:
    ascending(
        "process",
        [
            connection(process="Apache", pid=9),
            connection(process="curl", pid=1),
            connection(process="curl", pid=2),
            connection(owner=Owner(reason=OwnerReason.NOT_SUPPORTED)),
        ],
    )


def test_the_youngest_is_lowest_by_age() -> None:
    ascending(
        "age",
        [
            connection(opened_at=NOW - 1, open_since=NOW - 1),
            connection(opened_at=None, open_since=NOW - 5),
            connection(opened_at=NOW - 9, open_since=NOW - 9),
        ],
    )


def test_round_trips_without_a_measurement_are_lowest() -> None:
    ascending(
        "rtt",
        [
            connection(socket={"tcp": None}),
            connection(socket={"tcp": tcp_info(rtt_us=60)}),
            connection(socket={"tcp": tcp_info(rtt_us=900)}),
        ],
    )


@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.parametrize("column", sorted(CONNECTION_SORT))
def test_every_column_sorts_every_row_and_equal_ones_keep_their_order(column: str, reverse: bool) -> None:
    twins = [connection(socket={"key": number}, pid=1) for number in range(5)]
    odd = [
        connection(protocol="udp", direction=Direction.UNKNOWN, bytes_sent=None, rate_sent=None),
        connection(None, protocol="udp"),
        connection("[2001:db8::9]:443", local="[2001:db8::5]:50000", service=None),
        connection(process=None, state=SocketState.TIME_WAIT),
        listener(),
    ]
    found = sort_connections([*twins, *odd], Sorting(column, reverse))
    assert [row.key for row in found if row in twins] == [0, 1, 2, 3, 4]
    assert len(found) == 10


@pytest.mark.parametrize("column", sorted(PROCESS_SORT))
def test_every_column_of_processes_sorts_every_row(column: str) -> None:
    rows = [
        connection(process="curl", pid=1),
        connection(process=None, bytes_sent=None, bytes_received=None),
        connection(process="sshd", pid=2, direction=Direction.INBOUND),
    ]
    processes = connection_view(state(rows), settings(column=column, with_processes=True)).processes
    assert len(processes) == 3
    assert sort_processes(processes, Sorting(column, True))[0].key is not None


def test_columns_of_text_are_columns() -> None:
    assert set(CONNECTION_SORT) | set(PROCESS_SORT) >= TEXT_COLUMNS


# -- the history


def test_the_history_is_filtered_and_stands_newest_first() -> None:
    kept = [connection(process=name, closed_at=NOW - age) for name, age in (("a", 9), ("ab", 1), ("c", 5))]
    shown = state(history=kept)
    assert connection_view(shown, settings()).closed == ()
    view = connection_view(shown, settings("proc:a", column="state", with_closed=True))
    assert view.closed_sorting == Sorting("closed_at", True)
    assert [row.owner.processes[0].name for row in view.closed] == ["ab", "a"]


@pytest.mark.parametrize("column", CLOSED_SORT)
def test_every_column_of_the_history_sorts_every_row(column: str) -> None:
    kept = [connection(closed_at=NOW, opened_at=opened) for opened in (None, NOW - 3, NOW - 1)]
    for reverse in (False, True):
        view = connection_view(
            state(history=kept), settings(column=column, reverse=reverse, with_closed=True)
        )
        assert sorted(map(id, view.closed)) == sorted(map(id, kept))
