"""The view by process: what it says in a line, and where its rows lead."""

from __future__ import annotations

from netmon.engine.filter import parse_filter
from netmon.model.snapshot import ProcessCount
from netmon.ports.by_process import ProcessSettings, by_process
from netmon.tui.columns import Moment
from netmon.tui.port_panes.processes import ProcessesPane, headline
from netmon.tui.tabs.base import Place
from tests.builders import listener, state


def head(count: ProcessCount | None) -> str:
    shown = state(listeners=[listener()], processes=count)
    return headline(by_process(shown, ProcessSettings())).plain


def test_the_headline_says_what_is_not_known_and_why() -> None:
    begins = " PORTS  1 process uses ports · 1 serve · 0 only as clients · "
    assert head(ProcessCount(10, 0)) == begins + "9 use no port at all"
    assert head(ProcessCount(10, None)) == begins + "9 others use none or could not be read"
    assert head(None) == begins + "how many use none is not told here"


def test_whom_the_numbers_are_of_is_said_first_where_some_cannot_be_read() -> None:
    begins = " PORTS  8 of 10 processes can be read: 1 serve · 0 only as clients · "
    assert head(ProcessCount(10, 2)) == begins + "7 use no port at all"


def test_a_row_leads_to_all_its_connections_where_it_can_be_named() -> None:
    pane = ProcessesPane(Moment())
    rows = pane.gather(state(listeners=[listener(pid=7), listener("0.0.0.0:1", process=None)])).rows
    assert {pane.connections_of(row) for row in rows} == {
        Place(text="pid:7", view="split"),
        "No process can be named here.",
    }


def test_a_row_is_found_also_where_the_filter_hides_it() -> None:
    pane = ProcessesPane(Moment())
    pane.settings = ProcessSettings(parse_filter("pid:7"))
    rows = [listener(pid=7), listener("0.0.0.0:1", pid=8)]
    gathered = pane.gather(state(listeners=rows))
    assert pane.counts(gathered) == (1, 2)
    hidden = pane.as_now(("holder", (8,)), gathered)
    assert hidden is not None
    assert [port for port, _ in hidden.serves] == [1]
    assert pane.as_now(("holder", (9,)), gathered) is None
