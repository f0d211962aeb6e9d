"""The two families of localhost drawn."""

from __future__ import annotations

from textual.app import App, ComposeResult

from netmon.loopback.listeners import judge_listeners
from netmon.loopback.localhost import Localhost
from netmon.loopback.resolving import Resolution
from netmon.tui.widgets.family_diagram import FamilyDiagram, family_text
from netmon.tui.widgets.line import Line
from tests.loopback.examined import FOUR_ONLY, SOUND, UNNAMED
from tests.loopback.staged import listener, seen

PORTS = judge_listeners(SOUND.order, [listener("::1", v6only=True), listener("0.0.0.0", 80)])


class DiagramApp(App[None]):
    """The diagram alone."""

    def compose(self) -> ComposeResult:
        """The diagram alone."""
        yield FamilyDiagram()


def test_a_family_that_works() -> None:
    line = family_text(SOUND, PORTS, "127.0.0.1", "┌").plain
    assert line == "           ┌─ 1 ─▶ 127.0.0.1 ●───● lo  ✓ works (60 µs), 1/2 ports"
    assert "└─ 2 ─▶ ::1       ●───● lo  ✓ works" in family_text(SOUND, PORTS, "::1", "└").plain


def test_a_family_that_is_not_named() -> None:
    line = family_text(UNNAMED, PORTS, "::1", "└").plain
    assert line.endswith("└─ ✕    ::1       ●───● lo  ⚠ works (60 µs), not named, 1/2 ports")


def test_a_family_that_breaks() -> None:
    assert family_text(FOUR_ONLY, PORTS, "::1", "└").plain.endswith("●─✕ ○ lo  ⚠ refused, not named")
    dead = seen(("127.0.0.1", "::1"), dead=("::1",))
    assert family_text(dead, (), "::1", "└").plain.endswith("└─ 2 ─▶ ::1       ●─✕ ○ lo  ✕ refused")


def test_every_line_fits_into_80_columns() -> None:
    for machine in (SOUND, UNNAMED, FOUR_ONLY):
        for address in ("127.0.0.1", "::1"):
            assert len(family_text(machine, PORTS, address, "┌").plain) <= 78


async def test_the_family_that_is_tried_first_is_above() -> None:
    async with DiagramApp().run_test(size=(80, 3)) as pilot:
        diagram = pilot.app.query_one(FamilyDiagram)
        lines = list(pilot.app.query(Line))
        diagram.show(seen(("::1", "127.0.0.1")), ())
        assert [" 1 ─▶ ::1 " in lines[0].text, "localhost" in lines[1].text] == [True, True]
        diagram.show(SOUND, ())
        assert " 1 ─▶ 127.0.0.1 " in lines[0].text
        nowhere = Localhost(Resolution(error="x"), Resolution(error="x"), SOUND.probes, True)
        diagram.show(nowhere, ())
        assert lines[1].text == "localhost ─✕  leads nowhere on this machine"
