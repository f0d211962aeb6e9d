"""The ports in view: one line a port, its sockets beneath."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual import on, work
from textual.message import Message

from netmon.collectors.nftables import RulesetReader
from netmon.engine.explain import Explanation
from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.process import Process
from netmon.ports.firewall.word import Firewall
from netmon.ports.groups import PortGroup
from netmon.ports.question import PortQuestion
from netmon.ports.reach.proof import Proof
from netmon.ports.reach.telling import ReachTelling, cannot_be_tried, try_port
from netmon.ports.stopping.survey import StopTarget
from netmon.ports.traffic_filter import connections_filter
from netmon.ports.view import LOW_FIRST, PORT_SORT, PortRow, Ports, PortSettings, PortView, all_ports, arrange
from netmon.ports.words import copied_port, explain_port
from netmon.tui.columns import Moment
from netmon.tui.port_columns import port_columns
from netmon.tui.port_panes.base import PortsPane
from netmon.tui.tabs.base import Place
from netmon.tui.widgets.column import Column


class ListenersPane(PortsPane):
    """Listening TCP and bound UDP sockets by port, with their owners, their reach and their queues."""

    @dataclass
    class Learned(Message):
        """The rules of the firewall, or why there are none to be had."""

        firewall: Firewall

    @dataclass
    class Tried(Message):
        """What each address answered."""

        key: object
        proofs: tuple[Proof, ...]

    view = "listeners"
    sortable = PORT_SORT
    low_first = LOW_FIRST
    empty = "no listeners"

    def __init__(self, moment: Moment) -> None:
        """Make the view.

        Args:
            moment: The time that cells are drawn with.
        """
        super().__init__(PortSettings(), moment)
        self._telling = ReachTelling()
        self._rules = RulesetReader()

    def gather(self, state: State) -> Ports:
        """Every port of the state."""
        return all_ports(state)

    def pick(self, gathered: Ports, settings: PortSettings) -> PortView:
        """The ports that match, in order, each with its sockets."""
        return arrange(gathered, settings)

    def columns(self, moment: Moment) -> list[Column[Any]]:
        """Those of ports."""
        return port_columns(moment)

    def headline(self, view: PortView, state: State) -> Text:
        """How many, how many are open to others, what is pressing."""
        return headline(view.groups)

    def counts(self, view: PortView) -> tuple[int, int]:
        """Ports."""
        return len(view.groups), view.total

    def kind_of(self, row: PortRow) -> str:
        """Gone, new, changed a moment ago; dim beneath a port, and where it is lent to a client of UDP."""
        if row.group.is_gone:
            return "closing"
        lent = row.group.protocol == "udp" and row.group.range == "ephemeral"
        mark = next((kind for each in row.sockets if (kind := self._moment.kind(each.listener))), "")
        return mark or ("dim" if row.tree or lent else "")

    # Rows

    def as_now(self, key: Hashable, gathered: Ports) -> PortRow | None:
        """A port by its own key, a socket by that of its socket."""
        settings = PortSettings(opened=frozenset(row.group.key for row in gathered.rows))
        return next((row for row in arrange(gathered, settings).rows if row.key == key), None)

    def process_of(self, row: PortRow) -> Process | None:
        """The first of those who hold it."""
        return row.owner.process

    def explain(self, row: PortRow, state: State, ancestors: tuple[Process, ...]) -> Explanation:
        """The port or the socket."""
        return explain_port(row, state, ancestors, (self._telling.tell,))

    def line_of(self, row: PortRow, state: State) -> str:
        """The sockets that it is about."""
        return copied_port(row, state)

    def connections_of(self, row: PortRow) -> Place | str:
        """Exactly what came to the port, or to the socket."""
        if row.group.is_gone:
            return f"Nothing is bound to port {row.group.port}/{row.group.protocol} any more."
        return Place(text=connections_filter(row), view="split")

    def socket_of(self, row: PortRow) -> Connection | None:
        """The first: the port is that of all of them."""
        return row.sockets[0].listener

    def stop_target(self, row: PortRow) -> StopTarget | None:
        """The whole port on its own line, one socket on a line beneath."""
        if row.group.is_gone:
            return None
        if row.socket is not None and not row.folded:
            return row.socket.listener
        return PortQuestion(row.group.port, row.group.protocol)

    # What takes time

    def look_further(self, row: PortRow, state: State) -> None:
        """Ask the firewall, unless the state is a recording of another machine's."""
        if state.source != "replay":
            self._ask_firewall()

    # A description, as Textual would make one of the arguments.
    @work(thread=True, exclusive=True, group="firewall", exit_on_error=False, description="firewall")
    def _ask_firewall(self) -> None:
        self.post_message(self.Learned(Firewall(self._rules.read())))

    def try_row(self, row: PortRow, state: State) -> str | None:
        """Connect to the port by each of this machine's addresses."""
        reason = cannot_be_tried(row, state)
        if reason is None:
            self._try(row, state)
        return reason

    @work(thread=True, exclusive=True, group="try", exit_on_error=False, description="try a port")
    def _try(self, row: PortRow, state: State) -> None:
        self.post_message(self.Tried(row.key, try_port(row, state)))

    @on(Learned)
    def _on_learned(self, message: Learned) -> None:
        self._telling = self._telling._replace(firewall=message.firewall)
        self.post_message(self.Found())

    @on(Tried)
    def _on_tried(self, message: Tried) -> None:
        self._telling = self._telling._replace(tried=message.key, proofs=message.proofs)
        self.post_message(self.Found())

    def opens(self, row: PortRow) -> bool:
        """Show the sockets that are folded into a line."""
        if not row.folded:
            return False
        self.settings = self.settings._replace(opened=self.settings.opened | {row.group.key})
        return True

    def fold(self) -> None:
        """Hide the sockets beneath the ports, or show them again."""
        shown = not self.settings.with_sockets
        self.settings = self.settings._replace(with_sockets=shown, opened=frozenset())


def headline(groups: Sequence[PortGroup]) -> Text:
    """The ports in view in a line: how many, how many are open to others, what fills up, what drifts."""
    served = [group for group in groups if not group.is_gone]
    sockets = sum(len(group.sockets) for group in served)
    text = Text(f" PORTS  {_plural(len(served), 'port')}")
    text.append(f" · {sum(group.is_exposed for group in served):,} open to other machines")
    full = [group for group in served if group.is_full]
    filling = [group for group in served if group.is_filling and not group.is_full]
    for pressed, word in ((full, "full"), (filling, "filling")):
        if pressed:
            ports = ", ".join(str(group.port) for group in pressed[:3])
            more = f" and {len(pressed) - 3} more" if len(pressed) > 3 else ""
            text.append(f" · ⚠ accept queue {word}: {ports}{more}", style="bold")
    for change, sign in (("widened", "⚠ "), ("new", "+ "), ("gone", "✕ ")):
        count = sum(group.drift is not None and group.drift.change == change for group in groups)
        if count:
            text.append(f" · {sign}{count:,} {change}", style="bold" if change == "widened" else "")
    if sockets != len(served):
        text.append(f" · {_plural(sockets, 'socket')}")
    return text


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
