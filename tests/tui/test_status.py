"""What the first and the last line say."""

from __future__ import annotations

from netmon.engine.state import ClosedTotals, Coverage, InterfaceRate, Totals
from netmon.model.connection import Direction
from netmon.model.snapshot import Degradation
from netmon.tui.status import busiest, figures, filter_chip, frozen_text, history_text, status_text
from tests.builders import NOW, connection, state


def test_the_source_and_how_complete_it_is() -> None:
    shown = state(coverage=Coverage(1408, 1412, 98, 100), poll_cost_s=0.003)
    assert status_text(shown).plain == " sock_diag · no root · owners 1,408/1,412 (98 % of bytes) · poll 3 ms"


def test_root_and_another_source_are_said() -> None:
    said = status_text(state(source="psutil", privileged=True)).plain
    assert said.startswith(" psutil · root · owners 0/0 · poll ")


def test_a_share_of_no_bytes_is_no_share() -> None:
    assert "of bytes" not in status_text(state(coverage=Coverage(1, 2, 0, 0))).plain


def test_what_is_missing_and_why() -> None:
    degradations = (Degradation("ipv6", "not read: denied"), Degradation("closed", "[/x]"))
    said = status_text(state(degradations=degradations)).plain
    assert said.endswith(" · ipv6: not read: denied · closed: [/x]")


def test_an_error_and_lost_events_come_first() -> None:
    said = status_text(state(error="netlink: [/x]", lost_events=2)).plain
    assert said.startswith(" ✕ not read: netlink: [/x]  ⚠ closings lost: event overflow ×2  sock_diag")


def test_expensive_polls_say_their_interval() -> None:
    assert "poll 300 ms every 3s" in status_text(state(poll_cost_s=0.3, interval_s=3.0, slowed=True)).plain
    assert "every" not in status_text(state(poll_cost_s=0.9, interval_s=1.0)).plain


def test_frozen_says_since_when_and_what_is_missed() -> None:
    frozen = state(opened_total=5, closed_totals=ClosedTotals(2))
    now = state(opened_total=42, closed_totals=ClosedTotals(14), monotonic=NOW + 72)
    assert frozen_text(frozen, now).plain == "  FROZEN 1m · +37 new, 12 closed since "


def test_a_filter_is_only_text() -> None:
    assert filter_chip("[/x] port:443", 53, 1412).plain == "  / [/x] port:443 ▸ 53 of 1,412 "


# -- the first line


def test_the_busiest_interface_comes_first_and_an_idle_one_not_at_all() -> None:
    interfaces = {
        "lo": InterfaceRate(10.0, 10.0, 20.0, 20.0),
        "idle": InterfaceRate(0.0, 0.0, 0.0, 0.0),
        "eth0": InterfaceRate(4.0e6, 3000.0, 3.9e6, 2900.0),
    }
    assert [name for name, _ in busiest(state(interfaces=interfaces))] == ["eth0", "lo"]


def test_figures_become_shorter_and_never_say_more() -> None:
    interfaces = {f"eth{n}": InterfaceRate(1e6 - n, 0.0, 5e5, 0.0) for n in range(5)}
    totals = {Direction.INBOUND: Totals(1, 1000.0, 3.0e6), Direction.OUTBOUND: Totals(1, 2000.0, 1.1e6)}
    lines = figures(state(interfaces=interfaces, totals=totals), "devbox")
    assert lines[0].startswith("devbox · ▼ 4.1 MB/s ▲ 3.0 kB/s · eth0 ▼ 1.0 MB/s ▲ 0 B/s 50 % accounted for")
    assert lines[-1] == "▼ 4.1 MB/s ▲ 3.0 kB/s"
    assert [len(line) for line in lines] == sorted((len(line) for line in lines), reverse=True)
    assert all("▼ 4.1 MB/s ▲ 3.0 kB/s" in line for line in lines)


def test_figures_of_a_quiet_machine() -> None:
    assert figures(state(), "devbox") == ["devbox · ▼ 0 B/s ▲ 0 B/s", "▼ 0 B/s ▲ 0 B/s"]


def test_the_history_says_how_much_of_it_is_kept() -> None:
    kept = connection(closed_at=NOW)
    all_of_it = state(history=[kept], closed_totals=ClosedTotals(1, 40, 2_000))
    assert history_text(all_of_it) == "1 connection · ▼ 2.0 kB ▲ 40 B"
    a_part = state(history=[kept], closed_totals=ClosedTotals(9_000, 0, 0))
    assert history_text(a_part) == "9,000 connections, the last 1 kept · ▼ 0 B ▲ 0 B"
