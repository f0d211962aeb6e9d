"""Dual-stack names of a hosts file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.order.names import NAMES_LIMIT, dual_stack_names

HOSTS = """
127.0.0.1 localhost box  # ::1 box
::1\tlocalhost ip6-localhost
192.0.2.1 only4
fe80::1%lo only6
nonsense only4
192.0.2.1 bad\x1b[m
::1 bad\x1b[m
"""


def names(tmp_path: Path, hosts: str, nsswitch: str = "hosts: files dns") -> tuple[str, ...]:
    (tmp_path / "hosts").write_text(hosts)
    (tmp_path / "nsswitch.conf").write_text(nsswitch)
    return dual_stack_names(tmp_path / "hosts", tmp_path / "nsswitch.conf")


def test_those_with_both_families(tmp_path: Path) -> None:
    assert names(tmp_path, HOSTS) == ("localhost",)


@pytest.mark.parametrize("nsswitch", ["hosts: dns files", "# hosts: files", "passwd: files", "hosts:", ""])
def test_none_where_others_are_asked_first(tmp_path: Path, nsswitch: str) -> None:
    assert names(tmp_path, HOSTS, nsswitch) == ()


def test_no_more_than_a_few(tmp_path: Path) -> None:
    lines = (f"{address} name{n}" for n in range(50) for address in ("192.0.2.1", "2001:db8::1"))
    assert len(names(tmp_path, "\n".join(lines))) == NAMES_LIMIT


def test_no_files(tmp_path: Path) -> None:
    assert dual_stack_names(tmp_path / "hosts", tmp_path / "nsswitch.conf") == ()


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text(tmp_path_factory: pytest.TempPathFactory, hosts: str, nsswitch: str) -> None:
    directory = tmp_path_factory.getbasetemp()
    (directory / "hosts").write_bytes(hosts.encode(errors="replace"))
    (directory / "nsswitch").write_bytes(f"hosts: files {nsswitch}".encode(errors="replace"))
    assert len(dual_stack_names(directory / "hosts", directory / "nsswitch")) <= NAMES_LIMIT
