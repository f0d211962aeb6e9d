"""What an IPv6 socket is by default."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from netmon.collectors.bindv6only import read_bindv6only


def test_it_is_what_a_new_socket_is() -> None:
    with socket.socket(socket.AF_INET6) as fresh:
        assert read_bindv6only() is bool(fresh.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))


@pytest.mark.parametrize(("text", "found"), [("0\n", False), ("1\n", True), ("x", None), ("", None)])
def test_the_file(tmp_path: Path, text: str, found: bool | None) -> None:
    path = tmp_path / "net/ipv6/bindv6only"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert read_bindv6only(f"{tmp_path}/") is found


def test_without_ipv6_there_is_none(tmp_path: Path) -> None:
    assert read_bindv6only(f"{tmp_path}/none/") is None
