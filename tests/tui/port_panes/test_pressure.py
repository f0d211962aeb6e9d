"""What presses on ports as a view of the tab: its order, its rows, and where they lead."""

from __future__ import annotations

from netmon.engine.view import Sorting
from netmon.ports.pressure.view import PressureView
from netmon.tui.columns import Moment
from netmon.tui.port_panes.pressure import DESTINATION_SORT, PressurePortsPane, PressureSettings
from netmon.tui.tabs.base import Place
from tests.builders import connection, state


def pane_over() -> tuple[PressurePortsPane, PressureView]:
    """Two destinations, one of them with two connections."""
    rows = [
        connection("203.0.113.7:443", local="10.0.0.5:40001"),
        connection("203.0.113.7:443", local="10.0.0.5:40002"),
        connection("[2001:db8::9]:5432", local="[2001:db8::5]:40003"),
    ]
    pane = PressurePortsPane(Moment())
    return pane, pane.gather(state(rows, ephemeral=(40000, 40009)))


def test_what_the_ports_of_a_destination_are() -> None:
    pane, gathered = pane_over()
    first = pane.pick(gathered, pane.settings).rows[0]
    lent, left = pane.about(first, state(ephemeral=(40000, 40009)))
    assert lent.startswith("Each connection to 203.0.113.7:443 ")
    assert "out of 40000–40009" in lent
    assert "8 more are possible now" in left


def test_the_fullest_destination_stands_first_until_another_order_is_asked_for() -> None:
    pane, gathered = pane_over()
    first = pane.pick(gathered, pane.settings).rows[0]
    assert (first.used, first.free) == (2, 8)
    by_room = PressureSettings(sorting=Sorting("free", True))
    assert pane.pick(gathered, by_room).rows[0].used == 1
    assert set(DESTINATION_SORT) == set(pane.sortable)


def test_a_destination_leads_to_its_connections_and_is_found_again() -> None:
    pane, gathered = pane_over()
    first, second = pane.pick(gathered, pane.settings).rows
    assert pane.connections_of(first) == Place(text="raddr:203.0.113.7 rport:443 dir:out", view="split")
    assert pane.connections_of(second) == Place(text="raddr:2001:db8::9 rport:5432 dir:out", view="split")
    assert pane.as_now(second.key, gathered) == second
    assert pane.as_now("nowhere", gathered) is None
    assert pane.line_of(first, state()).startswith("203.0.113.7:443 from 10.0.0.5: 2 of 10 ephemeral ports")
