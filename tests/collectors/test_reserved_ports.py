"""The settings of queues and ports, of this machine and of made-up ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.reserved_ports import parse_port_list, read_limits
from netmon.model.pressure import PortLimits


def test_the_settings_of_this_machine() -> None:
    limits = read_limits()
    for name, value in (
        ("core/somaxconn", limits.somaxconn),
        ("ipv4/tcp_max_syn_backlog", limits.max_syn_backlog),
        ("ipv4/tcp_tw_reuse", limits.tw_reuse),
    ):
        assert value == int(Path("/proc/sys/net", name).read_text())


def test_made_up_settings(tmp_path: Path) -> None:
    for name, text in (
        ("core/somaxconn", "128\n"),
        ("ipv4/tcp_max_syn_backlog", "nonsense\n"),
        ("ipv4/ip_local_reserved_ports", "40000,40010-40012\n"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    reserved = ((40000, 40000), (40010, 40012))
    assert read_limits(f"{tmp_path}/") == PortLimits(128, None, None, reserved)
    assert read_limits(f"{tmp_path}/none/") == PortLimits()


PORTS = st.integers(0, 65535)


@given(st.lists(st.tuples(PORTS, PORTS).map(lambda ends: (min(ends), max(ends)))))
def test_what_was_written_is_read(ranges: list[tuple[int, int]]) -> None:
    words = (str(low) if low == high else f"{low}-{high}" for low, high in ranges)
    assert parse_port_list(",".join(words) + "\n") == tuple(ranges)


@given(st.text(max_size=60))
def test_any_text_gives_ranges_of_ports_or_nothing(text: str) -> None:
    assert all(0 <= low <= high < 65536 for low, high in parse_port_list(text))


@pytest.mark.parametrize(
    "part", ["", "x", "-1", "9-", "-", "10-9", "65536", "1-65536", "１", "1-2-3", "999999"]
)
def test_nonsense_is_left_out(part: str) -> None:
    assert parse_port_list(f"8080,{part},9000-9010") == ((8080, 8080), (9000, 9010))
