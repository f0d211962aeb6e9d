"""The DNS tab: a name is typed, the ticked servers are asked, and views show what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from netmon.engine.state import State
from netmon.model.finding import FindingState
from netmon.model.text import clean
from netmon.resolver.ask import TIMEOUT_S
from netmon.resolver.edns import Wishes
from netmon.resolver.enquiry import Enquiry
from netmon.resolver.offered import Ticks, offered
from netmon.resolver.questions import BadNameError
from netmon.resolver.rules.ruling import names_file
from netmon.resolver.server import BadServerError, Server
from netmon.resolver.system.application import hosts_names
from netmon.resolver.system.servers import System, system
from netmon.resolver.typed import read_typed
from netmon.tui.dns_lines import introduction, named_text, ticks_text, views_text
from netmon.tui.dns_panes.base import DnsPane
from netmon.tui.dns_panes.chain import ChainPane
from netmon.tui.dns_panes.records import RecordsPane
from netmon.tui.dns_panes.rules import RulesPane
from netmon.tui.dns_panes.servers import ServersPane
from netmon.tui.dns_panes.trace import TracePane
from netmon.tui.dns_panes.trust import TrustPane
from netmon.tui.tabs.asking_tab import AskingTab
from netmon.tui.tabs.base import Place
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.name_box import NameBox

TICK_S = 1.0
WIDE = 130
"""From this width on, notes and details stand beside the table."""

_COPIED = 4 << 16
"""Characters of a line: no record is longer than a message, and four of them may stand for a byte."""
_SHOWN = 400
"""Of what was copied."""
_FILE = "this is a zone file: nobody is asked, and Rules says what is in it"


class DnsTab(AskingTab):
    """What a name resolves to, who says so and for how long."""

    name_in_bar = "DNS"
    slug = "dns"
    needs: ClassVar[tuple[str, ...]] = ("known_names",)

    PANES: ClassVar[tuple[type[DnsPane], ...]] = (
        RecordsPane,
        ServersPane,
        ChainPane,
        TracePane,
        TrustPane,
        RulesPane,
    )
    """The views, in the order in which `v` comes to them."""

    DEFAULT_CSS = """
    DnsTab {
        & > Line { padding: 0 1; }
        & > #dns-views { background: $boost; }
        &:focus-within { background: $surface; }
        DnsPane.-away { display: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the table hears of it: what is typed right behind it would go there, where `1` is a tab.
        Binding("slash", "focus_name", "Name", key_display="/", id="dns.name", priority=True),
        Binding("v", "view(1)", "View", id="view"),
        Binding("V", "view(-1)", "The view before", show=False, id="dns.view-before"),
        Binding("s", "servers", "Servers", id="dns.servers"),
        Binding("r", "again", "Ask again", id="dns.again"),
        Binding("w", "watch", "Watch", id="dns.watch"),
        Binding("y", "copy", "Copy", id="copy"),
        Binding("escape,backspace", "back", "Back", show=False, id="back"),
    ]

    @dataclass
    class SystemRead(Message):
        """The configuration of this machine was read."""

        system: System
        names: tuple[str, ...]
        """Those of its hosts file."""

    def __init__(
        self,
        *,
        servers: Sequence[Server] = (Server("system"),),
        timeout_s: float = TIMEOUT_S,
        clock: Callable[[], float] = time.monotonic,
        known_names: Callable[[], Sequence[str]] = tuple,
        id: str | None = None,
    ) -> None:
        """Make the tab.

        Args:
            servers: Who is ticked at first.
            timeout_s: How long one question may take.
            clock: Monotonic seconds, by which TTLs tick.
            known_names: Gives the names that addresses in the other tabs turned out to have.
            id: The widget's id.
        """
        super().__init__(clock, id)
        self._offers: Ticks = dict.fromkeys(servers, True)
        """Everybody who could be ticked."""
        self._timeout_s = timeout_s
        self._known_names = known_names
        self._line = ""
        """What was typed for the subject."""
        self._named: tuple[Server, ...] = ()
        """The servers that were named in it."""
        self._panes = [make() for make in self.PANES]
        self._pane = self._panes[0]

    def compose(self) -> ComposeResult:
        """The name, who is asked, what came of it, the views."""
        yield NameBox()
        yield Line(ticks_text(self._offers), id="dns-servers")
        yield Line("reading how this machine resolves names …", id="dns-status")
        yield Line(id="dns-views")
        yield from self._panes

    def on_mount(self) -> None:
        """Show who would be asked; nothing goes over the network before a name is typed."""
        for pane in self._panes:
            pane.clock = self._clock
        self._show_pane(self._pane)
        self.set_interval(TICK_S, self._tick)
        self._read_system()

    def on_resize(self) -> None:
        """Put the notes beside the table where there is room for both."""
        for pane in self._panes:
            pane.set_class(self.size.width >= WIDE, "-wide")

    def show_state(self, state: State) -> None:
        """Hand the machine's sockets to the view."""
        self._pane.show_state(state)

    def focus_first(self) -> None:
        """Put the focus on the name."""
        self._box.names.add(self._known_names())
        self._box.input.focus()

    def action_focus_name(self) -> None:
        """Go to the name, to type another."""
        self.focus_first()
        self.screen.set_focus(self._box.input)

    @on(NameBox.Left)
    def _name_left(self) -> None:
        self._pane.focus_first()

    def action_back(self) -> None:
        """Close what is open in the view; then go back where one jumped from."""
        if not self._pane.back() and self.came_by_jump:
            self.post_message(self.Return())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a name is typed, letters are letters."""
        return action not in ("back", "focus_name") or not isinstance(self.app.focused, Input)

    # Places

    def place(self) -> Place:
        """What was typed, and the view."""
        return Place((), self._line, self._pane.view)

    def arrive(self, place: Place) -> None:
        """Show a view, and ask for a name unless it is the one in view."""
        found = next((pane for pane in self._panes if pane.view == place.view), None)
        if found is not None:
            self._show_pane(found)
        if place.text and place.text != self._line:
            self._box.input.value = place.text
            self._submit(place.text)

    # Asking

    @on(NameBox.Submitted)
    def _submitted(self, event: NameBox.Submitted) -> None:
        event.stop()
        self._submit(event.text)

    @on(DnsPane.Ask)
    def _wished(self, event: DnsPane.Ask) -> None:
        event.stop()
        self._box.input.value = event.text
        self._submit(event.text)

    def _submit(self, line: str) -> None:
        """Ask for what was typed; what makes no sense is said, and nothing else changes."""
        if names_file(line.strip()):
            self._judge_file(line.strip())
            return
        try:
            typed = read_typed(line)
        except (BadNameError, BadServerError) as error:
            self._box.show_error(str(error))
            return
        servers = typed.servers or self._ticked
        if not servers:
            self._box.show_error("no server is ticked, so nobody is asked: s chooses them")
            return
        self._box.show_error("")
        self._box.remember(line)
        enquiry = Enquiry(typed.text, typed.types, servers, Wishes(nsid=True), self._timeout_s)
        self._line, self._named = line, typed.servers
        self._show_servers()
        self._begin(enquiry)
        self._pane.focus_first()

    def _judge_file(self, path: str) -> None:
        """Show what the rules say of a zone file: there is nobody to ask."""
        self._box.show_error("")
        self._line, self._named = path, ()
        self._show_servers()
        self._begin(Enquiry(path))
        self._show_pane(next(pane for pane in self._panes if isinstance(pane, RulesPane)))
        self._pane.focus_first()

    def action_servers(self) -> None:
        """Choose who is asked."""
        from netmon.tui.screens.servers import ServersScreen

        def chosen(ticks: Ticks | None) -> None:
            if ticks is not None:
                before, self._offers = self._ticked, ticks
                self._show_servers()
                if self._ticked != before and self._line and not self._named:
                    self._submit(self._line)

        self.app.push_screen(ServersScreen(self._offers), chosen)

    def _show_servers(self) -> None:
        shown = named_text(self._named) if self._named else ticks_text(self._offers)
        self.query_one("#dns-servers", Line).show(shown)

    @property
    def _ticked(self) -> tuple[Server, ...]:
        return tuple(server for server, ticked in self._offers.items() if ticked)

    def _ask_now(self) -> None:
        assert self._subject is not None
        if names_file(self._subject.enquiry.text):
            self.workers.cancel_group(self, "dns-lookup")
            self.post_message(self.NotAsked(self._subject.number, _FILE, FindingState.INFO))
            return
        super()._ask_now()

    @work(thread=True, exclusive=True, group="dns-system", exit_on_error=False, description="resolv.conf")
    def _read_system(self) -> None:
        self.post_message(self.SystemRead(system(), hosts_names()))

    @on(SystemRead)
    def _system_read(self, message: SystemRead) -> None:
        self._box.names.add([*message.system.search, *message.names])
        self._offers = offered(self._offers, message.system.servers)
        self._show_servers()
        if self._subject is None:
            self._show_status(introduction(message.system))

    # Views

    def action_view(self, by: int) -> None:
        """Show the next view, or the one before."""
        self._show_pane(self._panes[(self._panes.index(self._pane) + by) % len(self._panes)])
        if not isinstance(self.app.focused, Input):  # else one has gone on to type already
            self._pane.focus_first()

    def _show_pane(self, pane: DnsPane) -> None:
        self._pane = pane
        for each in self._panes:
            each.set_class(each is not pane, "-away")
        self.query_one("#dns-views", Line).show(views_text([each.title for each in self._panes], pane.title))
        self._show_subject()

    def action_again(self) -> None:
        """Ask the same again, now, and find out anew what the view found out."""
        self._pane.again()
        super().action_again()

    def action_copy(self) -> None:
        """Copy the row under the cursor as one line."""
        text = clean(self._pane.line_to_copy(), _COPIED)
        if text:
            self.app.copy_to_clipboard(text)
            self.notify(clean(text, _SHOWN), title="Copied", markup=False, timeout=3)

    def _tick(self) -> None:
        super()._tick()
        if self.is_on_screen and self._subject is not None:
            self._pane.tick()

    def _show_subject(self) -> None:
        if self._subject is not None:
            self._pane.show_subject(self._subject)

    def _forget(self) -> None:
        for pane in self._panes:
            pane.forget()

    def _show_status(self, content: Content) -> None:
        self.query_one("#dns-status", Line).show(content)

    @property
    def _box(self) -> NameBox:
        return self.query_one(NameBox)
