"""The pictures in `screenshots/` show what the app shows now, and nothing from elsewhere."""

from __future__ import annotations

import ipaddress
import re
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path

import pytest

from screenshots import scene
from screenshots.make import PICTURES, PLACE, make, text_of

FOR_DOCUMENTATION = [
    ipaddress.ip_network(network)
    for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


def committed(name: str) -> str:
    return (PLACE / f"{name}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PICTURES)
async def test_is_up_to_date(name: str) -> None:
    now = text_of(await make(PICTURES[name]))
    lines = unified_diff(text_of(committed(name)), now, "committed", "now", lineterm="", n=0)
    difference = "\n".join(lines)
    assert not difference, f"run `python screenshots/make.py {name}` and look at it\n{difference}"


async def test_comes_out_the_same_each_time() -> None:
    first, second = [await make(PICTURES["connections-80x24"]) for _ in range(2)]
    assert first == second


@pytest.mark.parametrize("name", PICTURES)
def test_is_text_of_its_size(name: str) -> None:
    lines = text_of(committed(name))
    width, height = PICTURES[name].size
    assert len(lines) == height
    assert max(map(len, lines)) <= width
    assert "1 Connections" in lines[0]


@pytest.mark.parametrize("name", PICTURES)
def test_takes_nothing_from_the_network(name: str) -> None:
    # In attributes and in styles: what is written for people, such as a server's URL, is fetched by nobody.
    hosts = set(re.findall(r"""(?:=["']|url\(["']?)\w+://([\w.-]+)""", committed(name)))
    assert hosts == {"www.w3.org"}  # the name of SVG itself, which nobody fetches
    assert "@font-face" not in committed(name)


def test_shows_documentation_addresses_only() -> None:
    shown = {end.address for flow in scene.FLOWS for end in flow.local_and_remote}
    shown |= {door.local.address for door in scene.DOORS} | set(scene.ADDRESSES)
    for address in map(ipaddress.ip_address, shown):
        near = address.is_loopback or address.is_unspecified or address.is_link_local
        assert near or any(address in network for network in FOR_DOCUMENTATION), address


def test_every_socket_has_a_key_of_its_own() -> None:
    numbers = [flow.number for flow in scene.FLOWS] + [door.number for door in scene.DOORS]
    assert len(numbers) == len(set(numbers))


def test_runs_as_a_program(tmp_path: Path) -> None:
    """From any folder; without a name that it knows, it makes nothing."""
    program = [sys.executable, str(PLACE / "make.py"), "no-such-picture"]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "no-such-picture" in done.stderr
