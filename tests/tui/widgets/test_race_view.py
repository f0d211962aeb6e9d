"""A race drawn as bars."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from netmon.loopback.race.result import Alone, RaceResult
from netmon.loopback.race.stacks import Run
from netmon.tui.widgets.race_view import RaceView, race_content
from tests.loopback.race.staged import FOUR, REFUSED, SIX, alone, raced
from tests.tui.waiting import until


def lines(result: RaceResult, width: int = 78) -> list[str]:
    return race_content(result, width).plain.splitlines()


def test_a_race_that_is_over() -> None:
    shown = lines(raced(alone(SIX, REFUSED), alone(FOUR), wins=(FOUR,) * 20))
    assert shown[0] == "Race to localhost:5173  done"
    assert shown[1].startswith("[::1]:5173 is refused")
    assert " ::1             ●●●●● ✕ refused" in shown
    assert " 127.0.0.1       ●●●●● ✓ 60 µs" in shown
    assert shown[2] == "→ Let the server answer on ::1 too, or call it as 127.0.0.1:5173."
    assert " RFC 8305, 250 ms: median 0.10 ms" in shown
    assert f" 127.0.0.1       {'█' * 20} 20 (84–100 %)" in shown
    assert f" ::1             {'░' * 20}  0 (0–16 %)" in shown
    [curl] = [line for line in shown if line.startswith(" curl, 200 ms")]
    assert curl.split()[3:] == ["0.06", "ms", "0.00", "ms", "200", "ms"]


def test_bars_fill_in_while_it_runs() -> None:
    result = raced(alone(SIX), alone(FOUR), wins=(SIX,) * 5, done=False)
    assert lines(result)[0] == "Race to localhost:5173  round 5 of 20 … Esc ends it"
    assert f" ::1             {'█' * 5}{'░' * 15}  5 (57–100 %)" in lines(result)


def test_before_the_first_round() -> None:
    shown = lines(raced(alone(SIX, times=2), Alone(FOUR), done=False))
    assert shown[0] == "Race to localhost:5173  trying each address …"
    assert " ::1             ●●··· ✓ 60 µs" in shown
    assert " 127.0.0.1       ····· … not tried yet" in shown
    assert not any("Who wins" in line for line in shown)


def test_rounds_that_reached_nobody_are_counted() -> None:
    result = raced(alone(SIX), wins=(SIX,))
    lost = result.contests[0]._replace(runs=(Run(None, 0.9),) * 2)
    assert " ✕ 2 reached nobody" in lines(result._replace(contests=(lost,)))


def test_how_it_ended() -> None:
    assert lines(raced(alone(SIX))._replace(stopped="cancelled"))[0].endswith("ended early: cancelled")
    shown = lines(RaceResult("x:1", error="x does not resolve", done=True))
    assert shown == ["Race to x:1  not run", "x does not resolve"]


@pytest.mark.parametrize("width", [36, 60, 70, 120])
def test_it_fits(width: int) -> None:
    result = raced(alone(SIX, REFUSED), alone(FOUR), wins=(FOUR,) * 20)
    shown = lines(result, width)
    drawn = [line for line in shown if line.startswith(" ")]  # prose is wrapped
    assert max(map(len, drawn)) <= width
    assert any("fails" in line for line in shown)


async def test_it_is_drawn_again_for_another_width_and_is_no_markup() -> None:
    class ViewApp(App[None]):
        def compose(self) -> ComposeResult:
            yield RaceView()

    async with ViewApp().run_test(size=(100, 30)) as pilot:
        view = pilot.app.query_one(RaceView)
        result = raced(alone(FOUR), wins=(FOUR,) * 20)._replace(target="[/x]:1")
        view.show(result)
        await pilot.pause()
        assert view.result is result
        assert "█" * 20 in str(view.query_one("Static").render())
        assert "Race to [/x]:1" in str(view.query_one("Static").render())
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert "█" * 11 not in str(view.query_one("Static").render())
        view.focus()
        await pilot.press("G")
        await until(pilot, lambda: view.scroll_offset.y == view.max_scroll_y > 0)
        await pilot.press("g")
        await until(pilot, lambda: view.scroll_offset.y == 0)
