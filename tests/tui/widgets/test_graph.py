"""A graph scales to what is in view, tells nothing from unknown, and repaints without a layout."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from netmon.tui.widgets.graph import Graph, graph_lines, graph_text

VALUES = st.lists(st.none() | st.floats(), max_size=50)


@pytest.mark.parametrize(
    ("values", "width", "text"),
    [
        ([], 4, "    "),
        ([0, 0], 4, "  ▁▁"),
        ([0, 0.1, 50, 100], 4, "▁▂▅█"),
        ([1, 2, 3, 4, 5, 6, 7], 7, "▂▃▄▅▆▇█"),
        ([100, 1, 1], 2, "██"),
        ([1, None, 1], 3, "█·█"),
        ([nan, inf, -5, 1], 4, "··▁█"),
        ([1, 2], 0, ""),
        ([1, 2], -1, ""),
    ],
)
def test_examples(values: list[float | None], width: int, text: str) -> None:
    assert graph_text(values, width) == text


def test_two_lines_hold_twice_the_levels() -> None:
    assert graph_lines([0, 1, 7, 8, 15, None], 6, 2) == ["   ▁█ ", "▁▂███·"]


@given(VALUES, st.integers(0, 40), st.integers(1, 4))
def test_any_values_fill_the_size(values: list[float | None], width: int, height: int) -> None:
    lines = graph_lines(values, width, height)
    assert [len(line) for line in lines] == [width] * height


@given(st.lists(st.floats(min_value=0, max_value=1e12), min_size=2, max_size=20))
def test_a_higher_value_is_never_drawn_lower(values: list[float]) -> None:
    text = graph_text(values, len(values))
    by_value = [block for _, block in sorted(zip(values, text, strict=True))]
    assert by_value == sorted(by_value)
    assert by_value[-1] == ("█" if max(values) > 0 else "▁")


class Counted(Graph):
    """A graph that counts its repaints and layouts."""

    repaints = layouts = 0

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Counted:
        """Count, then refresh."""
        self.repaints += repaint
        self.layouts += layout
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def seen(self) -> list[str]:
        """The lines on the screen, through Textual's own cache."""
        return [strip.text for strip in self.render_lines(Region(0, 0, *self.size))]


class GraphApp(App[None]):
    """Holds one graph."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph

    def compose(self) -> ComposeResult:
        """The graph alone."""
        yield self.graph


async def test_a_push_repaints_without_a_layout_and_only_if_the_picture_differs() -> None:
    graph = Counted(capacity=100)
    async with GraphApp(graph).run_test(size=(5, 3)) as pilot:
        graph.repaints = graph.layouts = 0
        for value in (1, 2, 4):
            graph.push(value)
        await pilot.pause()
        assert graph.seen() == ["  ▃▅█"]
        assert (graph.repaints, graph.layouts) == (3, 0)
        graph.show([3.0] * 9)
        graph.push(3.0)
        await pilot.pause()
        assert graph.seen() == ["█████"]
        assert (graph.repaints, graph.layouts) == (4, 0)


async def test_the_history_is_bounded() -> None:
    graph = Graph(capacity=3)
    for value in range(10):
        graph.push(value)
    assert graph.values == (7, 8, 9)


async def test_it_fills_the_height_that_css_gives_and_follows_a_resize() -> None:
    graph = Counted()
    graph.show([1, 2, 4])
    async with GraphApp(graph).run_test(size=(4, 6)) as pilot:
        graph.styles.height = 2
        await pilot.pause()
        assert graph.seen() == graph_lines([1, 2, 4], 4, 2)
        await pilot.resize_terminal(9, 6)
        await pilot.pause()
        assert graph.seen() == graph_lines([1, 2, 4], 9, 2)
