"""The answer of `netmon loopback`, as text and as JSON, of machines that are set up in memory."""

from __future__ import annotations

import io
import json

import pytest

from netmon.loopback.checks import Examined
from netmon.loopback.listeners import judge_listeners
from netmon.loopback.report import report
from netmon.model.finding import Finding, FindingState
from netmon.model.process import Owner, Process
from netmon.output.layout import text_width
from netmon.output.loopback import write_json, write_text
from tests.builders import HOSTILE, state
from tests.loopback.staged import BOTH, listener, seen

LONG = Finding(
    "listener-family",
    FindingState.WARN,
    "node (4711) listens on [::1]:5173 only; 127.0.0.1:5173 is refused",
    "node (4711) listens on [::1]:5173 only; 127.0.0.1:5173 is refused; it costs 60 µs",
    "Programs that try only the first address fail. " * 3,
    "Let it listen on 127.0.0.1 too.",
    "RFC 6724 section 6",
)
FINE = Finding("lo-v4", FindingState.OK, "127.0.0.1 carries a connection (60 µs)", "bound it", reference="x")


def examined(*findings: Finding, name: str = "node") -> Examined:
    owner = Owner((Process(4711, name),))
    sockets = [listener("::1", 5173, True, owner), listener("0.0.0.0", 80, owner=owner)]
    return Examined(seen(BOTH), judge_listeners(BOTH, sockets), 60, (), report(findings))


def text(found: Examined) -> list[str]:
    stream = io.StringIO()
    write_text(stream, found)
    return stream.getvalue().splitlines()


def test_the_verdict_comes_first_then_the_worst() -> None:
    lines = text(examined(FINE, LONG))
    assert lines[0] == " 7/10  localhost works for every program here  (listener-family: warn)"
    assert lines[1] == "10/10  ready for IPv6"
    assert lines[2].startswith("localhost works for most programs here: node (4711) listens on")
    assert "→ Let it listen on 127.0.0.1 too." in lines
    warning = next(at for at, line in enumerate(lines) if line.startswith("⚠ warn    node (4711) listens"))
    fine = lines.index("✓ ok      127.0.0.1 carries a connection (60 µs) [lo-v4]")
    assert warning < fine
    assert "          (RFC 6724 section 6)" in lines[warning:fine]
    assert "bound it" not in " ".join(lines)


def test_every_line_fits_80_columns() -> None:
    assert max(map(text_width, text(examined(FINE, LONG)))) <= 80


def test_the_listeners_stand_below() -> None:
    lines = text(examined(FINE))
    at = lines.index("localhost here: 127.0.0.1, then ::1")
    assert lines[at + 1].split() == ["PORT", "HELD", "BY", "LISTENS", "ON", "CALLED", "AS", "LOCALHOST"]
    assert lines[at + 2].split(maxsplit=4)[:4] == ["80", "node", "(4711)", "0.0.0.0"]
    assert lines[at + 3].endswith("::1         refused, then works")


@pytest.mark.parametrize(
    ("addresses", "words"), [(("192.0.2.1",), "192.0.2.1, no loopback address"), ((), "nothing")]
)
def test_localhost_that_leads_elsewhere_says_where(addresses: tuple[str, ...], words: str) -> None:
    assert f"localhost here: {words}" in text(examined(FINE)._replace(localhost=seen(addresses)))


def test_nothing_listens() -> None:
    lines = text(examined(FINE)._replace(ports=()))
    assert lines[-1] == "no listening TCP port was seen"


def test_json_carries_everything() -> None:
    stream = io.StringIO()
    write_json(stream, state(), examined(FINE, LONG))
    body = json.loads(stream.getvalue())
    assert body["schema"] == "netmon/loopback/1"
    assert {"taken_at", "source"} <= set(body)
    assert body["scores"][0] == {
        "title": "localhost works for every program here", "points": 7, "of": 10, "worst": "listener-family",
    }  # fmt: skip
    assert body["scores"][1]["worst"] is None
    assert (body["sentence"][-1], body["fix"]) == (".", "Let it listen on 127.0.0.1 too.")
    assert body["localhost"]["order"] == body["localhost"]["addrconfig"] == ["127.0.0.1", "::1"]
    assert body["localhost"]["steady"] is True
    assert body["listeners"][1] == {
        "port": 5173, "binds": ["::1"], "holders": ["node (4711)"], "pids": [4711],
        "answers": "first_refused", "works": ["::1"],
    }  # fmt: skip
    assert [finding["check"] for finding in body["findings"]] == ["listener-family", "lo-v4"]


def test_hostile_names_reach_no_terminal() -> None:
    assert not [line for line in text(examined(FINE, name=HOSTILE)) if "\x1b" in line]
