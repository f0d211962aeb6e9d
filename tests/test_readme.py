"""README.md says what is so: its keys, filters, commands, examples and pictures are those of the code."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from netmon.arguments import parse
from netmon.engine.filter import parse_filter
from netmon.engine.state import State
from netmon.engine.tracker import Tracker
from netmon.output.rows import connection_row, port_rows
from netmon.tui.screens.help import FILTER_LANGUAGE, Group, key_groups
from netmon.tui.tabs.registry import TABS
from netmon.tui.widgets.live_table import LiveTable
from screenshots import scene
from screenshots.make import StagedApp, StagedPoller, on_devbox

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

Keys = dict[tuple[str, str], list[str]]
"""Keys and what they do, with where they do it."""


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def section(title: str) -> str:
    """What stands under a title."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(head: str, *rows: str) -> str:
    """A table as it stands in the README."""
    columns = head.count("|") + 1
    return "\n".join(f"| {row} |" for row in (head, " | ".join(["---"] * columns), *rows))


# -- commands


@pytest.mark.parametrize("marker", ["start", "test"])
def test_a_marked_command_stands_alone_as_ci_takes_it(marker: str) -> None:
    lines = README.splitlines()
    assert lines.count(f"<!-- {marker} -->") == 1
    start = lines.index(f"<!-- {marker} -->")
    assert lines[start + 1] == "```sh"
    assert lines[start + 2].startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert lines[start + 3] == "```"


def test_every_command_shown_is_one_that_netmon_takes() -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("netmon ")]
    commands += re.findall(r"`(netmon [a-z][^`]*)`", README)
    assert len(commands) >= 5
    for command in commands:
        options = parse(shlex.split(command)[1:])
        parse_filter(" ".join(getattr(options, "filter", ())))


# -- examples


@pytest.fixture(scope="module")
def state() -> State:
    with on_devbox():
        tracker = Tracker()
        return [tracker.update(snapshot) for snapshot in scene.snapshots()][-1]


def test_the_examples_are_rows_of_the_machine_in_the_pictures(state: State) -> None:
    connections = [connection_row(connection, state) for connection in state.connections]
    for example, rows in zip(map(json.loads, blocks("json")), (connections, port_rows(state)), strict=True):
        assert any(is_part(example, row) for row in rows), example


def is_part(example: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a row has every key of an example, in its order, with the same values."""
    order = [key for key in row if key in example]
    return order == list(example) and all(row[key] == value for key, value in example.items())


def test_the_filters_are_those_of_the_help() -> None:
    rows = (f"`{example}` | {means}" for example, means in FILTER_LANGUAGE)
    expected = table("Filter | Matches", *rows)
    assert expected in section("Filters"), f"the table should be:\n{expected}"


# -- keys


async def test_the_keys_are_those_of_the_bindings() -> None:
    keys: Keys = {}
    for entry in TABS:
        await collect(entry.slug, keys)
    rows = (f"{quoted(held)} | {does} | {', '.join(where)}" for (held, does), where in keys.items())
    expected = table("Keys | What they do | Where", *rows)
    assert expected in section("Keys"), f"the table should be:\n{expected}"


def quoted(keys: str) -> str:
    """Each key by itself."""
    return " ".join(f"`{key}`" for key in keys.split())


async def collect(slug: str, keys: Keys) -> None:
    """Add what the keys do in a tab: where it begins, and in its table."""
    with on_devbox():
        app: Any = StagedApp(StagedPoller(), first_tab=slug)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            at_first = key_groups(app, app.screen.active_bindings)
            next(iter(app.query(LiveTable))).focus()
            await settled(pilot)
            in_table = key_groups(app, app.screen.active_bindings)
    titles = {entry.title for entry in TABS}
    for group in [*(group for group in at_first if group.title in titles), *in_table]:
        add(group, keys)


def add(group: Group, keys: Keys) -> None:
    """Add a group where it is not yet known."""
    where = {"In the table": "tables", "Everywhere": "everywhere"}.get(group.title, group.title)
    for row in group.rows:
        places = keys.setdefault(row, [])
        if where not in places:
            places.append(where)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the tab is there."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


# -- pictures and files


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert "screenshots/connections.svg" in links
    for link in links:
        assert (ROOT / link).is_file(), link


def test_begins_with_one_sentence_one_picture_and_two_commands() -> None:
    first = README.partition("\n## ")[0]
    assert first.count("![") == 1
    assert first.count("```sh") == 2
