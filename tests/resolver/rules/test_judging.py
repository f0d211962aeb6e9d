"""All rules together: silence on sound zones, also by the judgement of the servers' own checkers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules.judging import judge, verdict_of
from netmon.resolver.rules.zone_file import read_zone
from tests.resolver.daemon import find
from tests.resolver.rules.zones import DATA, view_of, wrong

ZONES = sorted(path.name for path in DATA.iterdir())


def test_there_are_sound_zones() -> None:
    assert len(ZONES) >= 4


@pytest.mark.parametrize("name", ZONES)
def test_silence_on_a_sound_zone(name: str) -> None:
    view = read_zone(str(DATA / name))
    assert wrong(view) == []
    assert view.complete
    assert len(view.entries) > 5


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("checker", ["named-checkzone", "nsd-checkzone"])
def test_the_checkers_of_bind_and_nsd_call_it_sound_too(checker: str, name: str) -> None:
    program = find(checker, "bind9-utils" if "named" in checker else "nsd")
    options = ["-i", "local"] if checker == "named-checkzone" else []
    origin = read_zone(str(DATA / name)).origin
    done = subprocess.run(
        [program, *options, origin, str(DATA / name)], capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_sound_zone_has_one_line_for_each_group(tmp_path: Path) -> None:
    findings = judge(view_of(tmp_path, ""))
    assert [finding.check for finding in findings] == ["syntax", "cname", "targets", "ttl", "mail", "apex"]
    assert {finding.state for finding in findings} == {FindingState.OK}


def test_the_worst_comes_first(tmp_path: Path) -> None:
    text = "a CNAME x.example.net.\nw 1 A 192.0.2.1\nw 2 A 192.0.2.2\nx CNAME 192.0.2.9\n"
    states = [finding.state.value for finding in judge(view_of(tmp_path, text))]
    assert states == ["fail", "warn", "unknown", "ok", "ok", "ok", "ok"]


def test_a_large_zone_is_judged_soon(tmp_path: Path) -> None:
    text = "".join(f"h{n} A 192.0.2.9\nw{n} CNAME h{n}\nm{n} MX 10 h{n}\n" for n in range(3000))
    assert wrong(view_of(tmp_path, text)) == []


def test_the_verdict_counts() -> None:
    bad, odd, dark, fine = (
        Finding("x", FindingState(state), "") for state in ("fail", "warn", "unknown", "ok")
    )
    assert verdict_of([bad, bad, odd, dark, fine]) == "not sound: 2 fail, 1 warn, 1 cannot be told"
    assert verdict_of([dark, fine]) == "no rule is broken as far as can be told: 1 cannot be told"
    assert verdict_of([odd, fine]) == "sound: 1 warn"
    assert verdict_of([fine]) == "sound"
