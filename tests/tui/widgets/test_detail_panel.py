"""The panel shows every word it is given, keeps its place, and repaints only what differs."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region

from netmon.engine.explain import Explanation, Fact, explain
from netmon.tui.widgets.detail_panel import DetailLines, DetailPanel, lay_out_explanation, wrap_cells
from tests.builders import NOW, connection, listener, state
from tests.tui.waiting import until
from tests.tui.widgets.test_fit import HOSTILE

SHORT = Explanation(
    ("curl (4711) opened this connection.", "Outbound: known from the kernel's byte counters."),
    (Fact("round trip", "11.8 ms", "kernel: tcp_info.tcpi_rtt"), Fact("unit", "unknown: none", "kernel")),
    "socket",
)


class PanelApp(App[None]):
    """Holds one panel."""

    def __init__(self, panel: DetailPanel) -> None:
        super().__init__()
        self.panel = panel

    def compose(self) -> ComposeResult:
        """The panel alone."""
        yield self.panel


def seen(panel: DetailPanel) -> list[str]:
    """What is on the screen, line by line, without the border."""
    return [strip.text.replace("▏", " ") for strip in panel.screen._compositor.render_strips()]


def lines(panel: DetailPanel) -> DetailLines:
    """The widget that draws."""
    return panel.query_one(DetailLines)


# -- layout


@given(text=st.text() | st.sampled_from(HOSTILE), width=st.integers(1, 60))
@example(text="日", width=1)
@example(text="\u0301", width=5)
def test_wrapped_lines_are_never_wider_than_the_width(text: str, width: int) -> None:
    for line in wrap_cells(text, width):
        assert cell_len(line) <= width
        assert line.isprintable()


@given(text=st.text(alphabet="ab é日", max_size=200), width=st.integers(2, 40))
def test_wrapping_loses_no_character(text: str, width: int) -> None:
    assert "".join(wrap_cells(text, width)).replace(" ", "") == "".join(text.split())


def test_breaks_at_spaces() -> None:
    assert wrap_cells("who opened it to what", 10) == ["who opened", "it to what"]
    assert wrap_cells("", 10) == [""]


@pytest.mark.parametrize("width", [1, 2, 3, 20, 38, 75, 76, 160])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_line_is_wider_than_the_panel(width: int, text: str) -> None:
    explanation = Explanation((text,), (Fact(text, text, text), Fact("a", text, "b")))
    for line in lay_out_explanation(explanation, width):
        assert sum(cell_len(span.text) for span in line) <= width


def test_without_any_width_there_is_no_line() -> None:
    assert lay_out_explanation(SHORT, 0) == []


def test_a_wide_panel_has_three_columns() -> None:
    laid_out = lay_out_explanation(SHORT, 100)
    texts = ["".join(span.text for span in line) for line in laid_out]
    assert texts[0] == "curl (4711) opened this connection."
    assert texts[2] == ""
    assert texts[3].split("  ")[0] == "round trip"
    assert texts[3].index("11.8 ms") == texts[4].index("unknown: none") == 12
    assert texts[3].index("kernel: tcp_info") == texts[4].index("kernel")
    assert [span.kind for span in laid_out[4]] == ["label", "unknown", "origin"]


def test_a_narrow_panel_has_the_origin_under_the_value() -> None:
    texts = ["".join(span.text for span in line) for line in lay_out_explanation(SHORT, 36)]
    at = texts.index("round trip  11.8 ms")
    assert texts[at + 1 :] == [
        " " * 12 + "kernel:",
        " " * 12 + "tcp_info.tcpi_rtt",
        "unit        unknown: none",
        " " * 12 + "kernel",
    ]


# -- on the screen


@pytest.mark.parametrize("width", [38, 160])
async def test_shows_every_word_of_an_explanation(width: int) -> None:
    made = explain(connection(), state())
    panel = DetailPanel()
    async with PanelApp(panel).run_test(size=(width, 200)) as pilot:
        panel.show(made)
        await pilot.pause()
        text = "".join("".join(seen(panel)).split())
        for sentence in made.sentences:
            assert "".join(sentence.split()) in text
        for fact in made.facts:
            assert fact.label.replace(" ", "") in text


@pytest.mark.parametrize("text", [text for text in HOSTILE if len(text) < 100])
async def test_strangers_text_is_neither_markup_nor_a_command_to_the_terminal(text: str) -> None:
    panel = DetailPanel()
    async with PanelApp(panel).run_test(size=(80, 30)) as pilot:
        panel.show(explain(connection(process=text), state()))
        await pilot.pause()
        assert all(line.isprintable() for line in seen(panel))
        if text.isascii() and text.isprintable():
            assert text in "".join(seen(panel))


async def test_what_is_shown_before_it_is_mounted_or_visible_appears() -> None:
    panel = DetailPanel()
    panel.show(SHORT)
    panel.display = False
    async with PanelApp(panel).run_test(size=(80, 20)) as pilot:
        other = SHORT._replace(sentences=("Something else, and longer.", "a", "b", "c"))
        panel.show(other)
        panel.display = True
        await pilot.pause()
        assert "Something else, and longer." in "".join(seen(panel))


async def test_keeps_its_place_while_the_same_is_refreshed_and_begins_anew_for_another() -> None:
    panel = DetailPanel()
    row = connection()
    async with PanelApp(panel).run_test(size=(44, 12)) as pilot:
        panel.show(explain(row, state()))
        await pilot.pause()
        panel.focus()
        await pilot.press("j", "j", "j", "j", "j")
        await pilot.pause()
        assert panel.scroll_y == 5
        # A sentence more, so that lines move too.
        later = row._replace(closed_at=NOW + 1)
        panel.show(explain(later, state(monotonic=NOW + 2)))
        await pilot.pause()
        assert panel.scroll_y == 5
        panel.show(explain(listener(), state()))
        await until(pilot, lambda: panel.scroll_y == 0)


async def test_scrolls_by_the_keys_of_the_house() -> None:
    panel = DetailPanel()
    async with PanelApp(panel).run_test(size=(44, 12)) as pilot:
        panel.show(explain(connection(), state()))
        await pilot.pause()
        panel.focus()
        await pilot.press("G")
        await pilot.pause()
        assert panel.scroll_y == panel.max_scroll_y > 0
        await pilot.press("k")
        await pilot.pause()
        assert panel.scroll_y == panel.max_scroll_y - 1
        await pilot.press("g")
        await pilot.pause()
        assert panel.scroll_y == 0


async def test_repaints_nothing_when_equal_and_only_the_lines_that_differ() -> None:
    panel = DetailPanel()
    async with PanelApp(panel).run_test(size=(100, 30)) as pilot:
        panel.show(SHORT)
        await pilot.pause()
        with patch.object(DetailLines, "refresh") as refresh:
            panel.show(Explanation(*SHORT))
            refresh.assert_not_called()
            changed = (SHORT.facts[0]._replace(value="12.0 ms"), SHORT.facts[1])
            panel.show(SHORT._replace(facts=changed))
            refresh.assert_called_once_with(Region(0, 3, lines(panel).size.width, 1))


async def test_wraps_anew_when_the_width_changes() -> None:
    panel = DetailPanel()
    async with PanelApp(panel).run_test(size=(160, 60)) as pilot:
        panel.show(explain(connection(), state()))
        await pilot.pause()
        wide = len(lines(panel).lines)
        await pilot.resize_terminal(38, 60)
        await pilot.pause()
        assert len(lines(panel).lines) > wide
        assert lines(panel).size.height == len(lines(panel).lines)
        assert panel.max_scroll_x == 0


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_draws_in_every_theme(theme: str) -> None:
    panel = DetailPanel()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 20)) as pilot:
        app.theme = theme
        panel.show(SHORT)
        await pilot.pause()
        assert "curl (4711) opened this connection." in "".join(seen(panel))
