"""Settings of the kernel: those of this machine, and whatever else a file may hold."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.sysctl import parse_number, read_number, read_text


def test_a_setting_of_this_machine() -> None:
    assert read_number("net/core/somaxconn") == int(Path("/proc/sys/net/core/somaxconn").read_text())
    low, high = read_text("net/ipv4/ip_local_port_range").split()
    assert int(low) <= int(high)


def test_what_cannot_be_read_is_no_number(tmp_path: Path) -> None:
    (tmp_path / "setting").write_bytes(b"\xff" * 100)
    assert read_number("setting", f"{tmp_path}/") is None
    assert len(read_text("setting", 10, f"{tmp_path}/")) == 10
    assert read_text("none", root=f"{tmp_path}/") == ""
    assert read_text("", root=f"{tmp_path}/") == "", "a directory"


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = parse_number(text)
    assert number is None or number >= 0


@given(st.integers(0, 1 << 32))
def test_a_number_is_read_as_it_is_written(number: int) -> None:
    assert parse_number(f"{number}\n") == number
