"""Which servers are asked: each with a tick or without; others are added as they would be written."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from netmon.resolver.offered import Ticks
from netmon.resolver.server import BadServerError, Server, parse_server
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable
from netmon.tui.widgets.name_box import NameInput

_KEYS = "Space tick · a add · x remove · Esc done"
_OVER = {
    "system": "this machine's; what programs get",
    "authoritative": "the zone's own: what holds now",
    "udp": "UDP; TCP where an answer is cut",
    "tcp": "TCP",
    "tls": "TLS (RFC 7858)",
    "https": "HTTPS (RFC 8484)",
    "quic": "QUIC (RFC 9250)",
}


class Offer(NamedTuple):
    """One line."""

    server: Server
    ticked: bool


class ServersScreen(ModalScreen[Ticks]):
    """Ticks, adds and removes servers; asks nobody. What comes of it is its result."""

    DEFAULT_CSS = """
    ServersScreen {
        align: center middle;
        & > #servers {
            width: 90;
            max-width: 100%;
            height: 20;
            max-height: 100%;
            background: $surface;
            color: $foreground;
            border: round $primary;
            padding: 0 1;
        }
        & #servers-error { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Tick", id="servers.tick"),
        Binding("a,slash", "add", "Add", id="servers.add"),
        Binding("x,delete", "remove", "Remove", id="servers.remove"),
        Binding("escape", "done", "Done", id="servers.done"),
    ]

    def __init__(self, ticks: Ticks) -> None:
        """Make the screen.

        Args:
            ticks: The servers as they are now.
        """
        super().__init__()
        self._ticks = dict(ticks)

    def compose(self) -> ComposeResult:
        """The servers, and a line to add others."""
        with Vertical(id="servers") as box:
            box.border_title = "Servers to ask"
            box.border_subtitle = _KEYS
            yield LiveTable[Offer](_COLUMNS, lambda offer: offer.server, id="servers-table")
            yield NameInput(
                placeholder="a: another, such as [::1]:5353, tls://HOST, https://HOST/dns-query",
                compact=True,
                id="servers-new",
            )
            yield Line(id="servers-error")

    def on_mount(self) -> None:
        """Begin on the first server."""
        self._draw()
        self._table.focus()

    def action_tick(self) -> None:
        """Ask the server under the cursor, or do not."""
        offer = self._table.cursor_row
        if offer is not None:
            self._ticks[offer.server] = not offer.ticked
            self._draw()

    @on(LiveTable.RowSelected)
    def _selected(self) -> None:
        self.action_tick()

    def action_add(self) -> None:
        """Type another."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            server = parse_server(event.value)
        except BadServerError as error:
            self._say(f"✕ {error}")
            return
        self._say("")
        self._ticks[server] = True
        event.input.value = ""
        self._draw()
        self._table.focus()
        self._table.seek(server)

    def action_remove(self) -> None:
        """Offer the server under the cursor no more."""
        offer = self._table.cursor_row
        if offer is not None:
            del self._ticks[offer.server]
            self._draw()

    def action_done(self) -> None:
        """Leave the line, or the screen."""
        if isinstance(self.focused, Input):
            self._say("")
            self._table.focus()
        else:
            self.dismiss(self._ticks)

    def _draw(self) -> None:
        self._table.set_rows([Offer(*each) for each in self._ticks.items()])

    def _say(self, text: str) -> None:
        self.query_one("#servers-error", Line).show(text)

    @property
    def _table(self) -> LiveTable[Offer]:
        return self.query_one("#servers-table", LiveTable)


_COLUMNS: list[Column[Offer]] = [
    Column("tick", "ASK", 3, 0, lambda offer: "[x]" if offer.ticked else "[ ]"),
    Column("server", "SERVER", 36, 1, lambda offer: str(offer.server)),
    Column("over", "OVER", 24, 2, lambda offer: _OVER[offer.server.scheme], kind="dim", flexible=True),
]
