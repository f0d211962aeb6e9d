"""The ports by process: what each serves, and what it was lent as a client."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import chain
from typing import Any

from rich.text import Text

from netmon.engine.explain import Explanation
from netmon.engine.state import State
from netmon.model.process import Process
from netmon.ports.by_process import (
    LOW_FIRST,
    PROCESS_SORT,
    Census,
    ProcessPorts,
    ProcessSettings,
    ProcessView,
    by_process,
)
from netmon.ports.process_words import about_ports, copied_holder, explain_holder
from netmon.ports.traffic_filter import holder_filter
from netmon.tui.columns import Moment
from netmon.tui.port_columns import holder_columns
from netmon.tui.port_panes.base import PortsPane
from netmon.tui.tabs.base import Place
from netmon.tui.widgets.column import Column


class ProcessesPane(PortsPane):
    """One line a process, with the ports that it holds."""

    view = "processes"
    sortable = PROCESS_SORT
    low_first = LOW_FIRST
    empty = "no process holds a port"
    gone = "It uses no port any more; what follows is how it last was."

    def __init__(self, moment: Moment) -> None:
        """Make the view.

        Args:
            moment: The time that cells are drawn with.
        """
        super().__init__(ProcessSettings(), moment)

    def gather(self, state: State) -> ProcessView:
        """Everybody; what the filter leaves is counted anew."""
        return by_process(state, self.settings)

    def pick(self, gathered: ProcessView, settings: ProcessSettings) -> ProcessView:
        """As they were gathered, or anew for other settings."""
        return gathered if gathered.settings is settings else by_process(gathered.state, settings)

    def columns(self, moment: Moment) -> list[Column[Any]]:
        """Those of holders."""
        return holder_columns()

    def headline(self, view: ProcessView, state: State) -> Text:
        """How many processes there are, and what they use."""
        return headline(view)

    def counts(self, view: ProcessView) -> tuple[int, int]:
        """Holders."""
        return len(view.rows), len(view.everybody)

    # Rows

    def as_now(self, key: Hashable, gathered: ProcessView) -> ProcessPorts | None:
        """A holder by its process, also where the filter hides it."""
        return next((row for row in chain(gathered.rows, gathered.everybody) if row.key == key), None)

    def process_of(self, row: ProcessPorts) -> Process | None:
        """The first of them."""
        return row.owner.process

    def explain(self, row: ProcessPorts, state: State, ancestors: tuple[Process, ...]) -> Explanation:
        """The holder and its ports."""
        return explain_holder(row, state, ancestors)

    def about(self, row: ProcessPorts, state: State) -> tuple[str, ...]:
        """What its ports are to it."""
        return about_ports(row, state)

    def line_of(self, row: ProcessPorts, state: State) -> str:
        """Who it is and what it serves."""
        return copied_holder(row)

    def connections_of(self, row: ProcessPorts) -> Place | str:
        """All of them, in and out."""
        chosen = holder_filter(row)
        return "No process can be named here." if chosen is None else Place(text=chosen, view="split")


def headline(view: ProcessView) -> Text:
    """The processes of the machine by what ports they use."""
    counted: Census = view.census
    parts = [
        f"{counted.serving:,} serve",
        f"{counted.clients:,} only as clients",
        _without(counted),
    ]
    return Text(f" PORTS  {_whose(counted)}{' · '.join(parts)}")


def _whose(counted: Census) -> str:
    """Of whom the numbers are, said before them where many processes may not be read."""
    using = counted.serving + counted.clients
    if counted.without is not None and counted.unreadable:
        readable = using + counted.without
        return f"{readable:,} of {readable + counted.unreadable:,} processes can be read: "
    return f"{using:,} {'process uses' if using == 1 else 'processes use'} ports · "


def _without(counted: Census) -> str:
    if counted.without is None:
        return "how many use none is not told here"
    if counted.unreadable is None:
        return f"{counted.without:,} others use none or could not be read"
    return f"{counted.without:,} use no port at all"
