"""The counters of listeners, from the file of this kernel, of old ones and of none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.netstat import parse_netstat, read_listen_counters
from netmon.model.pressure import ListenCounters

TWO_GROUPS = (
    b"TcpExt: SyncookiesSent ListenOverflows ListenDrops New\nTcpExt: 0 8 9 4\n"
    b"IpExt: InNoRoutes ListenDrops\nIpExt: 5 77\n"
)


def test_a_group_of_several() -> None:
    assert parse_netstat(TWO_GROUPS) == {
        "SyncookiesSent": 0,
        "ListenOverflows": 8,
        "ListenDrops": 9,
        "New": 4,
    }
    assert parse_netstat(TWO_GROUPS, "IpExt") == {"InNoRoutes": 5, "ListenDrops": 77}
    assert parse_netstat(TWO_GROUPS, "MPTcpExt") == {}


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,20}", fullmatch=True)


@given(st.dictionaries(NAMES, st.integers(0, 2**64 - 1)), st.dictionaries(NAMES, st.integers(0, 2**64 - 1)))
def test_what_was_written_is_read(counters: dict[str, int], others: dict[str, int]) -> None:
    lines = []
    for group, values in (("IpExt", others), ("TcpExt", counters)):
        lines.append(f"{group}: {' '.join(values)}\n{group}: {' '.join(map(str, values.values()))}\n")
    assert parse_netstat("".join(lines).encode()) == counters


@given(st.binary(max_size=300))
def test_any_bytes_give_numbers_or_nothing(text: bytes) -> None:
    for prefix in (b"", b"TcpExt: a b c\nTcpExt: "):
        assert all(value >= 0 for value in parse_netstat(prefix + text).values())


@pytest.mark.parametrize(
    ("text", "counters"),
    [
        (TWO_GROUPS, ListenCounters(8, 9)),
        (b"TcpExt: ListenOverflows\nTcpExt: 3\n", ListenCounters(3, None)),  # an old kernel
        (b"TcpExt: ListenOverflows ListenDrops\nTcpExt: 3\n", ListenCounters(3, None)),  # cut short
        (b"TcpExt: ListenOverflows ListenDrops\n", ListenCounters(None, None)),
        (b"TcpExt: ListenOverflows ListenDrops\nTcpExt: -1 x\n", ListenCounters(None, None)),
        (b"", ListenCounters(None, None)),
    ],
)
def test_a_value_that_is_missing_is_unknown(tmp_path: Path, text: bytes, counters: ListenCounters) -> None:
    (tmp_path / "netstat").write_bytes(text)
    assert read_listen_counters(str(tmp_path / "netstat")) == counters


def test_without_the_file_nothing_is_known(tmp_path: Path) -> None:
    assert read_listen_counters(str(tmp_path / "none")) is None
    assert read_listen_counters(str(tmp_path)) is None


def test_this_kernel_counts() -> None:
    counters = read_listen_counters()
    assert counters is not None
    assert counters.overflows is not None
    assert counters.drops is not None
    assert counters.drops >= counters.overflows
