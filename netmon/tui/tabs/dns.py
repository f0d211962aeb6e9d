"""The DNS tab: a name is typed, every resolver record of it appears with its TTL ticking down."""

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
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState, get_current_worker

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Answer, Configuration, Held, Lookup
from netmon.resolver.configuration import configuration
from netmon.resolver.lookup import TIMEOUT_S, TYPES, lookup
from netmon.tui.tabs.base import Tab
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

TICK_S = 1.0

_HINT = (
    "Type a name such as example.com, or an address such as 192.0.2.1, and press Enter: "
    f"{', '.join(TYPES)} are asked at once; an address gives the names registered for it."
)


class DnsTab(Tab):
    """What a name resolves to, who says so and for how long."""

    name_in_bar = "DNS"
    slug = "dns"

    DEFAULT_CSS = """
    DnsTab {
        & > #dns-status { padding: 0 1; }
        & > #dns-notes { padding: 0 1; height: auto; max-height: 40%; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "focus_name", "Name", key_display="/", id="dns.name"),
        Binding("down,escape", "focus_records", "Records", show=False, id="dns.records"),
    ]

    @dataclass
    class Answered(Message):
        """A lookup has ended."""

        found: Lookup
        number: int
        """Which lookup of this tab it was: an older one may end just after a newer one began."""

    @dataclass
    class SystemRead(Message):
        """The configuration of this machine was read."""

        system: Configuration

    def __init__(
        self,
        *,
        servers: Sequence[Endpoint] | None = None,
        timeout_s: float = TIMEOUT_S,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,
    ) -> None:
        """Make the tab.

        Args:
            servers: Who is asked; None for the resolvers of this machine.
            timeout_s: How long one lookup may take.
            clock: Monotonic seconds, by which TTLs tick.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._servers = servers
        self._timeout_s = timeout_s
        self._clock = clock
        self._number = 0
        """Counts the lookups."""
        self._found: Lookup | None = None

    @property
    def found(self) -> Lookup | None:
        """The lookup that is shown; None before the first has ended."""
        return self._found

    def compose(self) -> ComposeResult:
        """The name on top, then who answered, the records, and what came of each type."""
        yield Input(placeholder="a name, or an address", id="dns-name")
        yield Line("reading how this machine resolves names …", id="dns-status")
        yield LiveTable[Held](self._columns(), _key, row_kind=self._row_kind, id="dns-records")
        yield Static(Content(_HINT), id="dns-notes")

    def _columns(self) -> list[Column[Held]]:
        return [
            Column("type", "TYPE", 6, 0, lambda row: row.record.type),
            Column("name", "NAME", 16, 3, lambda row: row.record.name, flexible=True),
            Column("ttl", "TTL", 9, 2, self._ttl, right=True, kind="number"),
            Column("data", "DATA", 24, 1, lambda row: row.record.data, flexible=True),
        ]

    def on_mount(self) -> None:
        """Show who would be asked; nothing goes over the network before a name is typed."""
        self.set_interval(TICK_S, self._tick)
        if self._servers is None:
            self._read_system()
        else:
            self.post_message(self.SystemRead(Configuration(tuple(self._servers), source="netmon")))

    def focus_first(self) -> None:
        """Put the focus on the name."""
        self.query_one(Input).focus()

    def action_focus_name(self) -> None:
        """Go to the name, to type another."""
        self.focus_first()

    def action_focus_records(self) -> None:
        """Leave the name for the records."""
        self._records.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the name is left by these keys: elsewhere they belong to the table or the app."""
        return action != "focus_records" or isinstance(self.app.focused, Input)

    # Looking up

    @on(Input.Submitted, "#dns-name")
    def _name_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if not text:
            return
        self._number += 1
        self._show_status(Content(f"asking for {clean(text, 255)} …"))
        self._look_up(text, self._number)

    @work(thread=True, exclusive=True, group="dns-lookup", exit_on_error=False)
    def _look_up(self, text: str, number: int) -> None:
        worker = get_current_worker()
        stop = worker.cancelled_event
        found = lookup(text, timeout_s=self._timeout_s, servers=self._servers, stop=stop)
        if not worker.is_cancelled:
            self.post_message(self.Answered(found, number))

    @work(thread=True, exclusive=True, group="dns-system", exit_on_error=False)
    def _read_system(self) -> None:
        self.post_message(self.SystemRead(configuration()))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if message.number != self._number:
            return
        self._found = found = message.found
        self._records.empty_text = "no records"
        self._records.set_rows(found.held())
        self._records.action_top()
        self._show_status(status(found))
        self.query_one("#dns-notes", Static).update(notes(found.answers))

    @on(SystemRead)
    def _system_read(self, message: SystemRead) -> None:
        if self._number == 0:
            self._show_status(introduction(message.system))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when a worker ended by a fault of ours, instead of waiting for ever."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self._show_status(_mark("fail", f"the lookup failed: {clean(repr(event.worker.error), 255)}"))

    # Showing

    @property
    def _records(self) -> LiveTable[Held]:
        return self.query_one("#dns-records", LiveTable)

    def _show_status(self, content: Content) -> None:
        self.query_one("#dns-status", Line).show(content)

    def _tick(self) -> None:
        """Let the TTLs tick, where anyone can see them."""
        if self._found is not None and self.is_on_screen:
            self._records.set_rows(self._records.rows)

    def _ttl(self, row: Held) -> str:
        left = row.left(self._clock())
        return f"{left} s" if left or not row.record.ttl else "expired"

    def _row_kind(self, row: Held) -> str:
        return "dim" if self._ttl(row) == "expired" else ""


def _key(row: Held) -> tuple[str, str, str]:
    return row.record.name, row.record.type, row.record.data


def introduction(system: Configuration) -> Content:
    """Who would be asked, before anyone was."""
    if system.error is not None:
        return _mark("fail", system.error)
    search = f", with {' '.join(system.search)} behind short names" if system.search else ""
    servers = ", ".join(map(str, system.servers))
    return Content(f"resolvers here: {servers} (from {clean(system.source)}){search}")


def status(found: Lookup) -> Content:
    """The lookup in one line: the name and its aliases, who answered, how fast."""
    if found.error is not None:
        return _mark("fail", found.error)
    parts = [" → ".join(found.chain)]
    answered = [answer for answer in found.answers if answer.server is not None]
    if servers := dict.fromkeys(str(answer.server) for answer in answered):
        slowest = max(answer.ms or 0.0 for answer in answered)
        parts.append(f"answered by {', '.join(servers)} in {slowest:.0f} ms")
    else:
        parts.append("nobody answered")
    parts += [f"{other} does not exist" for other in found.tried]
    good = any(answer.error is None for answer in found.answers)
    return _mark("ok" if good else "fail", " · ".join(parts))


def notes(answers: Sequence[Answer]) -> Content:
    """What came of each type, one line for those of which the same is to be said."""
    lines: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        lines.setdefault(_note(answer), []).append(answer.type)
    shown = (_mark(kind, f"{', '.join(types)}: {text}") for (kind, text), types in lines.items())
    return Content("\n").join(shown)


def _note(answer: Answer) -> tuple[str, str]:
    """How to mark what came of a type, and what to say of it."""
    if answer.error is not None:
        return "none" if answer.rcode == "NOERROR" else "fail", answer.error
    count = sum(record.type == answer.type for record in answer.records) or len(answer.records)
    over = " over TCP" if answer.transport == "tcp" else ""
    records = "1 record" if count == 1 else f"{count} records"
    return "ok", f"{records}, {answer.ms or 0:.0f} ms, {answer.server}{over}"


_MARKS = {"ok": ("✓ ", "$text-success"), "none": ("– ", "$text-muted"), "fail": ("✕ ", "$text-error")}


def _mark(kind: str, text: str) -> Content:
    return Content.assemble(_MARKS[kind], Content(text))
