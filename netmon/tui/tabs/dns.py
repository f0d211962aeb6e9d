"""The DNS tab: a name is typed, the ticked servers are asked, and views show what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input
from textual.worker import Worker, WorkerState, get_current_worker

from netmon.engine.state import State
from netmon.model.finding import FindingState
from netmon.model.text import clean
from netmon.resolver.application import hosts_names
from netmon.resolver.ask import TIMEOUT_S, GivenUpError
from netmon.resolver.edns import Wishes
from netmon.resolver.enquiry import Enquiry, NobodyError, Outcome, enquire
from netmon.resolver.offered import Ticks, offered
from netmon.resolver.questions import BadNameError
from netmon.resolver.server import BadServerError, Server
from netmon.resolver.system import System, system
from netmon.resolver.typed import read_typed
from netmon.resolver.watch import due_in, heard
from netmon.tui.dns_lines import introduction, marked, status, ticks_text, views_text
from netmon.tui.dns_panes.base import DnsPane, Subject
from netmon.tui.dns_panes.chain import ChainPane
from netmon.tui.dns_panes.records import RecordsPane
from netmon.tui.dns_panes.servers import ServersPane
from netmon.tui.tabs.base import Place, Tab
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.name_box import NameBox

TICK_S = 1.0
WIDE = 130
"""From this width on, notes and details stand beside the table."""


class DnsTab(Tab):
    """What a name resolves to, who says so and for how long."""

    name_in_bar = "DNS"
    slug = "dns"
    needs: ClassVar[tuple[str, ...]] = ("known_names",)

    PANES: ClassVar[tuple[Callable[[], DnsPane], ...]] = (RecordsPane, ServersPane, ChainPane)
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
        Binding("slash", "focus_name", "Name", key_display="/", id="dns.name"),
        Binding("v", "view(1)", "View", id="view"),
        Binding("V", "view(-1)", "The view before", show=False, id="dns.view-before"),
        Binding("s", "servers", "Servers", id="dns.servers"),
        Binding("r", "again", "Ask again", id="dns.again"),
        Binding("w", "watch", "Watch", id="dns.watch"),
        Binding("escape,backspace", "back", "Back", show=False, id="back"),
    ]

    @dataclass
    class Heard(Message):
        """Servers have answered: some, or all."""

        number: int
        """Which question of this tab it was: an older one may end just after a newer one began."""
        outcome: Outcome

    @dataclass
    class NotAsked(Message):
        """There was nobody to ask."""

        number: int
        why: str

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
        super().__init__(id=id)
        self._offers: Ticks = dict.fromkeys(servers, True)
        """Everybody who could be ticked."""
        self._timeout_s = timeout_s
        self._clock = clock
        self._known_names = known_names
        self._subject: Subject | None = None
        self._line = ""
        """What was typed for the subject."""
        self._asking = False
        self._watches = False
        self._due_at: float | None = None
        """When a watched name is asked for again; None while it is not watched, or being asked for."""
        self._panes = [make() for make in self.PANES]
        self._pane = self._panes[0]

    @property
    def subject(self) -> Subject | None:
        """What the views are about; None before something was typed."""
        return self._subject

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

    @on(NameBox.Left)
    def _name_left(self) -> None:
        self._pane.focus_first()

    def action_back(self) -> None:
        """Close what is open in the view; then go back where one jumped from."""
        if not self._pane.back() and self.came_by_jump:
            self.post_message(self.Return())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a name is typed, letters are letters."""
        return action != "back" or not isinstance(self.app.focused, Input)

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
            self._pane.focus_first()

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
        self._line = line
        self._begin(enquiry)

    def action_servers(self) -> None:
        """Choose who is asked."""
        from netmon.tui.screens.servers import ServersScreen

        def chosen(ticks: Ticks | None) -> None:
            if ticks is not None:
                before, self._offers = self._ticked, ticks
                self.query_one("#dns-servers", Line).show(ticks_text(ticks))
                if self._ticked != before and self._line:
                    self._submit(self._line)

        self.app.push_screen(ServersScreen(self._offers), chosen)

    @property
    def _ticked(self) -> tuple[Server, ...]:
        return tuple(server for server, ticked in self._offers.items() if ticked)

    def _begin(self, enquiry: Enquiry) -> None:
        number = 1 if self._subject is None else self._subject.number + 1
        for pane in self._panes:
            pane.forget()
        self._watches, self._due_at = False, None
        self._subject = Subject(number, enquiry)
        self._show_status(marked("", f"asking for {clean(enquiry.text, 255)} …"))
        self._ask_now()
        self._draw()

    def _ask_now(self) -> None:
        assert self._subject is not None
        self._asking, self._due_at = True, None
        self._ask(self._subject)

    @work(thread=True, exclusive=True, group="dns-lookup", exit_on_error=False, description="lookup")
    def _ask(self, subject: Subject) -> None:
        def on_progress(outcome: Outcome) -> None:
            if subject.outcome is None:  # else what is known already says more
                self.post_message(self.Heard(subject.number, outcome))

        try:
            stop = get_current_worker().cancelled_event
            outcome = enquire(subject.enquiry, stop=stop, on_progress=on_progress)
        except GivenUpError:
            return
        except (BadNameError, NobodyError) as error:
            self.post_message(self.NotAsked(subject.number, str(error)))
        else:
            self.post_message(self.Heard(subject.number, outcome))

    @work(thread=True, exclusive=True, group="dns-system", exit_on_error=False, description="resolv.conf")
    def _read_system(self) -> None:
        self.post_message(self.SystemRead(system(), hosts_names()))

    @on(Heard)
    def _heard(self, message: Heard) -> None:
        subject, outcome = self._subject, message.outcome
        if subject is None or message.number != subject.number:
            return
        watched = subject.watched
        if not outcome.waiting:
            self._asking = False
            watched = heard(watched, outcome, datetime.now(UTC))
            now = self._clock()
            self._due_at = now + due_in(watched, outcome, now) if self._watches else None
        self._subject = subject._replace(outcome=outcome, watched=watched)
        self._draw()

    @on(NotAsked)
    def _not_asked(self, message: NotAsked) -> None:
        if self._subject is not None and message.number == self._subject.number:
            self._asking = False
            self._subject = self._subject._replace(error=message.why)
            self._show_status(marked(FindingState.FAIL, message.why))
            self._pane.show_subject(self._subject)

    @on(SystemRead)
    def _system_read(self, message: SystemRead) -> None:
        self._box.names.add([*message.system.search, *message.names])
        self._offers = offered(self._offers, message.system.servers)
        self.query_one("#dns-servers", Line).show(ticks_text(self._offers))
        if self._subject is None:
            self._show_status(introduction(message.system))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when a worker ended by a fault of ours, instead of waiting for ever."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self._asking = False
            why = f"the lookup failed: {clean(repr(event.worker.error), 255)}"
            self._show_status(marked(FindingState.FAIL, why))

    def action_again(self) -> None:
        """Ask the same again, now."""
        if self._subject is not None:
            self._pane.again()
            self._ask_now()
            self._draw_status()

    # Watching

    def action_watch(self) -> None:
        """Ask again whenever the first record expires, and mark what changes; or stop that."""
        if self._subject is None or self._subject.error:
            return
        self._watches = not self._watches
        self._due_at = self._clock() if self._watches and not self._asking else None
        self._draw_status()
        self._tick()

    def _tick(self) -> None:
        """Let the TTLs tick, where anyone can see them; ask again for what is watched."""
        if self._due_at is not None and self._clock() >= self._due_at and not self._asking:
            self._ask_now()
        if self.is_on_screen and self._subject is not None:
            self._draw_status()
            self._pane.tick()

    # Views

    def action_view(self, by: int) -> None:
        """Show the next view, or the one before."""
        self._show_pane(self._panes[(self._panes.index(self._pane) + by) % len(self._panes)])
        self._pane.focus_first()

    def _show_pane(self, pane: DnsPane) -> None:
        self._pane = pane
        for each in self._panes:
            each.set_class(each is not pane, "-away")
        self.query_one("#dns-views", Line).show(views_text([each.title for each in self._panes], pane.title))
        if self._subject is not None:
            pane.show_subject(self._subject)

    def _draw(self) -> None:
        self._draw_status()
        if self._subject is not None:
            self._pane.show_subject(self._subject)

    def _draw_status(self) -> None:
        if self._subject is not None and self._subject.outcome is not None:
            left = None if self._due_at is None else self._due_at - self._clock()
            watching = (left, self._asking) if self._watches else None
            self._show_status(status(self._subject, watching))

    def _show_status(self, content: Content) -> None:
        self.query_one("#dns-status", Line).show(content)

    @property
    def _box(self) -> NameBox:
        return self.query_one(NameBox)
