"""The help: every key that does something now, the filter language, and what the marks mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple

from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from netmon.tui.tabs.base import Tab
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

Rows = list[tuple[str, str]]


class Group(NamedTuple):
    """Keys that belong together."""

    title: str
    rows: Rows
    """Keys, and what they do."""


FILTER_LANGUAGE: Rows = [
    ("ssh", "the word anywhere: process, address, port, service, state"),
    ("port:443", "a port at either end; lport: here, rport: there"),
    ("port:8000-9000", "a range; port:80,443 is either"),
    ("addr:10.0.0.0/8", "an address or network at either end; laddr: raddr:"),
    ("proc:nginx", "by process; also pid: user: unit:"),
    ("dir:in", "by who opened it: in or out"),
    ("state:listen", "by state; proto:udp by protocol"),
    ("-state:time_wait", "not this; works before every term"),
    ("/^10[.]/", "a regular expression; also behind a field"),
    ('"two words"', "as it stands"),
]
"""Each example is a filter; terms are separated by spaces and all must hold."""

MARKS: list[tuple[str, str, str]] = [
    ("+", "new", "new: appeared a moment ago (green)"),
    ("~", "changed", "changed: another state or owner (yellow)"),
    ("✕", "closing", "closing: over, with its totals (red)"),
    ("⚠", "", "worth a look: the note beside it or the details say why"),
    ("▼", "", "received by this machine"),
    ("▲", "", "sent by this machine; behind a queue: above half"),
    ("──▶", "", "who opened it: from the opener to the one that accepted"),
    ("⟲", "", "the other end is on this machine"),
    ("● ○", "", "reached from there by its binding, or not; a firewall may stand between"),
    ("–", "", "unknown or none; the details say why"),
]
"""A mark, the kind of row it stands for, and what it means."""


class HelpScreen(ModalScreen[None]):
    """What the keys do in the screen beneath, made from its bindings themselves."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > #help {
            width: 80;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            background: $surface;
            color: $foreground;
            border: round $primary;
            padding: 0 1;
            scrollbar-size-vertical: 1;
        }
        & Line { text-style: bold; color: $text-primary; }
        & Static { margin-bottom: 1; }
        & .help--new { color: $text-success; }
        & .help--changed { color: $text-warning; }
        & .help--closing { color: $text-error; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"help--new", "help--changed", "help--closing"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close", id="help.close"),
        Binding("j,down", "scroll('scroll_down')", "Down", show=False, id="help.down"),
        Binding("k,up", "scroll('scroll_up')", "Up", show=False, id="help.up"),
        Binding("space,pagedown", "scroll('scroll_page_down')", "Page down", show=False, id="help.page-down"),
        Binding("pageup", "scroll('scroll_page_up')", "Page up", show=False, id="help.page-up"),
        Binding("g,home", "scroll('scroll_home')", "Top", show=False, id="help.top"),
        Binding("G,end", "scroll('scroll_end')", "Bottom", show=False, id="help.bottom"),
    ]

    def __init__(self, about_row: Sequence[str] = ()) -> None:
        """Make the help.

        Args:
            about_row: What the row under the cursor is, in sentences; it stands first.
        """
        super().__init__()
        self._about_row = tuple(about_row)

    def compose(self) -> ComposeResult:
        """What the row is, the groups of keys, the filter language, the marks."""
        with VerticalScroll(id="help", can_focus=False) as box:
            box.border_title = "Help"
            box.border_subtitle = "Esc closes"
            if self._about_row:
                yield Line("This row")
                yield Static(Text(" ".join(self._about_row)), id="help-row")
            for group in self._groups():
                yield Line(group.title)
                yield Static(_grid((Text(keys), Text(does)) for keys, does in group.rows))
            yield Line("Filter: all terms must hold")
            yield Static(_grid((Text(example), Text(does)) for example, does in FILTER_LANGUAGE))
            yield Line("Marks and colours")
            yield Static(id="help-marks")

    def on_mount(self) -> None:
        """The marks in the colours of the theme, which are known from here on."""
        marks = ((Text(mark, self._colour(kind)), Text(does)) for mark, kind, does in MARKS)
        self.query_one("#help-marks", Static).update(_grid(marks))

    def action_scroll(self, method: str) -> None:
        """Move the text."""
        getattr(self.query_one("#help"), method)(animate=False)

    def _colour(self, kind: str) -> str:
        return str(self.get_component_rich_style(f"help--{kind}", partial=True)) if kind else ""

    def _groups(self) -> list[Group]:
        stack = self.app.screen_stack
        beneath: Screen[object] | None = stack[stack.index(self) - 1] if self in stack[1:] else None
        return key_groups(self.app, beneath.active_bindings) if beneath is not None else []


def key_groups(app: App[object], active: Mapping[str, ActiveBinding]) -> list[Group]:
    """The keys by what they belong to; those of one action in one row."""
    groups: dict[tuple[int, str], dict[tuple[str, str], list[str]]] = {}
    for node, binding, enabled, _ in active.values():
        if enabled and binding.description and not binding.system:
            rows = groups.setdefault(_place(node), {})
            keys = rows.setdefault((binding.action, binding.description), [])
            display = app.get_key_display(binding)
            if display in keys:  # "space,p" with one display of its own has it for both keys
                display = app.get_key_display(replace(binding, key_display=None))
            if display not in keys:
                keys.append(display)
    return [
        Group(title, [(" ".join(keys), does[:1].upper() + does[1:]) for (_, does), keys in rows.items()])
        for (_, title), rows in sorted(groups.items())
    ]


def _place(node: DOMNode) -> tuple[int, str]:
    """The rank and the title of a group of keys: those that differ from tab to tab come first."""
    if isinstance(node, Tab):
        return 0, node.name_in_bar
    if isinstance(node, LiveTable):
        return 1, "In the table"
    if isinstance(node, Input | FilterBox):
        return 1, "While typing"
    if isinstance(node, App | Screen):
        return 3, "Everywhere"
    return 2, "Where the focus is"


def _grid(rows: Iterable[tuple[Text, Text]]) -> Table:
    """Two columns: the first as wide as it must be, the second wrapped."""
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(style="bold", max_width=16)
    grid.add_column(ratio=1)
    for row in rows:
        grid.add_row(*row)
    return grid
