"""The ephemeral ports of this system, and what the commands of others say."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.collectors import ephemeral
from netmon.collectors.ephemeral import ephemeral_range, parse_netsh, parse_sysctl


def test_the_range_is_that_of_the_system() -> None:
    low, high = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert ephemeral_range() == (int(low), int(high))


@pytest.mark.parametrize("text", [None, "", "1", "a b", "1 2 3"])
def test_a_file_that_does_not_tell_leaves_the_kernels_default(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "ip_local_port_range"
    if text is not None:
        path.write_text(text)
    assert ephemeral._read_range(str(path)) == (32768, 60999)


@pytest.mark.parametrize("platform", ["win32", "darwin", "freebsd14", "openbsd7"])
def test_a_system_whose_command_is_missing_has_the_standard_range(platform: str) -> None:
    # Here, netsh and the BSDs' sysctl are not where those systems keep them, or know no such name.
    ephemeral._asked_range.cache_clear()
    assert ephemeral._asked_range(platform) == (49152, 65535)


GERMAN = """
Protokoll TCP Dynamischer Portbereich
---------------------------------
Startport\t: 49152
Anzahl von Ports : 16384
"""


def test_netsh_in_any_language() -> None:
    assert parse_netsh(GERMAN) == (49152, 65535)
    assert parse_netsh(GERMAN.replace("49152", "1025").replace("16384", "1000")) == (1025, 2024)


@pytest.mark.parametrize("text", ["", "Start Port : 1", GERMAN.replace("16384", "99999"), "a : 0\nb : 0"])
def test_netsh_nonsense_gives_the_standard_range(text: str) -> None:
    assert parse_netsh(text) == (49152, 65535)


def test_sysctl() -> None:
    assert parse_sysctl("10000\n20000\n") == (10000, 20000)


@pytest.mark.parametrize("text", ["", "10000", "20000\n10000\n", "1 2 3", "1 70000", "sysctl: unknown"])
def test_sysctl_nonsense_gives_the_standard_range(text: str) -> None:
    assert parse_sysctl(text) == (49152, 65535)
