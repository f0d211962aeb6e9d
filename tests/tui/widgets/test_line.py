"""A line shows what it is given, letter by letter, and repaints only when that differs."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.text import Text
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region

from netmon.tui.widgets.line import Line
from tests.tui.widgets.test_fit import HOSTILE


class Counted(Line):
    """A line that counts its repaints and layouts."""

    repaints = layouts = 0

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Counted:
        """Count, then refresh."""
        self.repaints += repaint
        self.layouts += layout
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def seen(self) -> str:
        """What is on the screen, through Textual's own cache."""
        return self.render_lines(Region(0, 0, *self.size))[0].text


class LineApp(App[None]):
    """Holds one line."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def compose(self) -> ComposeResult:
        """The line alone."""
        yield self.line


@pytest.mark.parametrize("content", [Text("eth0 98 %"), Content("eth0 98 %"), "eth0 98 %"])
async def test_shows_each_kind_of_content(content: Text | Content | str) -> None:
    line = Counted(content)
    async with LineApp(line).run_test(size=(20, 3)):
        assert line.seen() == "eth0 98 %".ljust(20)
        assert line.size.height == 1
        assert line.text == "eth0 98 %"


async def test_repaints_only_what_differs_and_never_lays_out() -> None:
    line = Counted()
    async with LineApp(line).run_test(size=(20, 3)) as pilot:
        line.repaints = line.layouts = 0
        line.show(Text("one"))
        await pilot.pause()
        assert line.seen().strip() == "one"
        line.show(Text("one"))
        line.show("one")
        assert line.repaints == 1
        line.show(Text("one", style="bold"))
        line.show(Text("a much longer text than there is room for"))
        await pilot.pause()
        assert (line.repaints, line.layouts) == (3, 0)
        assert line.seen() == "a much longer text …"


async def test_a_text_that_is_changed_afterwards_does_not_change_the_line() -> None:
    line = Counted()
    text = Text("one")
    async with LineApp(line).run_test(size=(20, 3)) as pilot:
        line.show(text)
        text.append(" two")
        assert line.text == "one"
        line.show(text)
        await pilot.pause()
        assert line.seen().strip() == "one two"


async def test_styles_survive_the_crop() -> None:
    line = Counted(Text.assemble("plain ", ("boldly going", "bold")))
    async with LineApp(line).run_test(size=(10, 3)):
        plain, bold, ellipsis = line.render_line(0)
        assert (plain.text, bold.text, ellipsis.text) == ("plain ", "bol", "…")
        assert bold.style is not None
        assert bold.style.bold
        assert plain.style is not None
        assert not plain.style.bold


async def test_colours_follow_the_theme() -> None:
    line = Counted(Content.styled("warning", "$text-warning"))
    async with LineApp(line).run_test(size=(20, 3)) as pilot:
        before = next(iter(line.render_line(0))).style
        pilot.app.theme = "textual-light"
        await pilot.pause()
        after = next(iter(line.render_line(0))).style
        assert before is not None
        assert after is not None
        assert before.color != after.color
        assert before.bgcolor != after.bgcolor


@pytest.mark.parametrize("width", [1, 2, 10, 40, 160])
async def test_any_text_at_any_width(width: int) -> None:
    line = Counted()
    async with LineApp(line).run_test(size=(width, 2)) as pilot:
        for text in HOSTILE:
            for content in (text, Text(text), Content(text), Text.assemble((text, "bold"), text)):
                line.show(content)
                await pilot.pause()
                seen = line.seen()
                assert cell_len(seen) == width
                assert seen.isprintable()


async def test_nothing_is_markup() -> None:
    line = Counted("[b]bold[/b] [/x] [fe80::1%eth0]:443")
    async with LineApp(line).run_test(size=(60, 2)) as pilot:
        assert line.seen().rstrip() == "[b]bold[/b] [/x] [fe80::1%eth0]:443"
        line.show(Text("[b]bold[/b] [/x] [fe80::1%eth0]:443"))
        await pilot.pause()
        assert line.seen().rstrip() == "[b]bold[/b] [/x] [fe80::1%eth0]:443"
