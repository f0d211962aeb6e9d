"""Sums that are kept up to date, rates by direction and interface, and an interface's share."""

from __future__ import annotations

import pytest

from netmon.engine.state import Coverage, Totals
from netmon.engine.totals import IntervalRates, RunningTotals, interface_rates
from netmon.model.connection import Direction
from netmon.model.snapshot import InterfaceCounters
from netmon.model.socket import SocketState
from tests.builders import connection, listener

NONE = IntervalRates()
ROWS = [
    connection(bytes_sent=10, bytes_received=1),
    connection(bytes_sent=20, bytes_received=2, direction=Direction.INBOUND),
    connection(bytes_sent=40, bytes_received=4, process=None),
    connection(protocol="udp", direction=Direction.UNKNOWN, bytes_sent=None, bytes_received=None),
    connection(state=SocketState.TIME_WAIT, direction=Direction.INBOUND, bytes_sent=99, bytes_received=99),
    listener(),
]


def test_every_row_counts_where_it_belongs() -> None:
    totals = RunningTotals()
    for row in ROWS:
        totals.add(row)
    assert totals.by_direction(NONE) == {
        Direction.INBOUND: Totals(1, time_wait=1),
        Direction.OUTBOUND: Totals(2),
        Direction.UNKNOWN: Totals(1),
    }
    assert totals.coverage == Coverage(sockets_owned=4, sockets=5, bytes_owned=33, bytes=77)


def test_what_is_taken_out_leaves_nothing() -> None:
    totals = RunningTotals()
    for row in ROWS:
        totals.add(row)
    for row in reversed(ROWS):
        totals.remove(row)
    assert totals.by_direction(NONE) == dict.fromkeys(Direction, Totals())
    assert totals.coverage == Coverage()


def test_rates_add_up_by_direction_and_by_interface() -> None:
    rates = IntervalRates()
    rates.add(connection(interface="lo"), 1.0, 10.0)
    rates.add(connection(interface="eth0"), 2.0, 20.0)
    rates.add(connection(interface="eth0", direction=Direction.INBOUND), 4.0, 40.0)
    rates.add(connection(interface=None), 8.0, 80.0)
    assert rates.of_direction(Direction.OUTBOUND) == (11.0, 110.0)
    assert rates.of_direction(Direction.INBOUND) == (4.0, 40.0)
    assert rates.of_direction(Direction.UNKNOWN) == (0.0, 0.0)
    assert rates.of_interface("eth0") == (6.0, 60.0)
    assert rates.of_interface("wg0") == (0.0, 0.0)
    assert RunningTotals().by_direction(rates)[Direction.INBOUND] == Totals(0, 4.0, 40.0)


def test_rates_move_with_a_row_whose_direction_is_found_later() -> None:
    rates = IntervalRates()
    row = connection(direction=Direction.UNKNOWN, rate_sent=0.1, rate_received=None)
    rates.add(row, 0.1, 0.0)
    rates.add(connection(direction=Direction.UNKNOWN), 0.2, 5.0)
    rates.move(row, row._replace(direction=Direction.INBOUND))
    assert rates.of_direction(Direction.UNKNOWN) == pytest.approx((0.2, 5.0))
    assert rates.of_direction(Direction.INBOUND) == pytest.approx((0.1, 0.0))
    rates.move(row._replace(rate_sent=9.0), row._replace(direction=Direction.INBOUND))
    assert rates.of_direction(Direction.UNKNOWN) == (0.0, 5.0), "never below nothing"
    rates.move(row, row)
    assert rates.of_direction(Direction.UNKNOWN) == (0.0, 5.0)


def test_an_interface_has_the_rate_of_the_interval_beside_its_rows() -> None:
    rows = IntervalRates()
    rows.add(connection(interface="eth0"), 5.0, 50.0)
    before, now = {"eth0": InterfaceCounters(100, 10)}, {"eth0": InterfaceCounters(300, 30)}
    found = interface_rates(before, now, 2.0, rows)
    assert found == {"eth0": (100.0, 10.0, 50.0, 5.0)}
    assert found["eth0"].accounted == pytest.approx(0.5)


def test_an_interface_that_is_new_or_gone_has_no_rate() -> None:
    before, now = {"gone": InterfaceCounters(1, 1)}, {"new": InterfaceCounters(9, 9)}
    assert interface_rates(before, now, 1.0, NONE) == {}


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_no_time_no_rate(seconds: float) -> None:
    counters = {"eth0": InterfaceCounters(1, 1)}
    assert interface_rates(counters, counters, seconds, NONE) == {}


def test_an_interface_that_began_anew_is_not_negative() -> None:
    before, now = {"eth0": InterfaceCounters(500, 500)}, {"eth0": InterfaceCounters(3, 3)}
    assert interface_rates(before, now, 1.0, NONE)["eth0"][:2] == (0.0, 0.0)
