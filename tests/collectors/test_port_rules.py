"""The rules for ports: what the kernel writes in its files, and what else may stand there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.port_rules import PortRules, parse_ranges, read_port_rules, read_reserved
from tests.kernel.hosts import on_a_host_alone

RANGES = st.lists(
    st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(lambda pair: (min(pair), max(pair)))
)


@given(RANGES)
def test_ranges_are_read_as_they_are_written(ranges: list[tuple[int, int]]) -> None:
    rules = PortRules(reserved=tuple(ranges))
    assert parse_ranges(rules.shown + "\n") == rules.reserved
    for first, last in ranges:
        assert rules.is_reserved(first)
        assert rules.is_reserved(last)


@given(st.text())
def test_anything_else_is_left_out(text: str) -> None:
    for first, last in parse_ranges(text):
        assert 0 <= first <= last < 65536


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("\n", ()),
        ("8080,9148\n", ((8080, 8080), (9148, 9148))),
        ("8080-8090,x,9-1,70000", ((8080, 8090),)),
        ("-5,5-,²", ()),
        ("8080,-1,-,1-2-3,65536,1-65536,9000-9010", ((8080, 8080), (9000, 9010))),
    ],
)
def test_what_the_kernel_writes_and_what_it_never_would(
    text: str, ranges: tuple[tuple[int, int], ...]
) -> None:
    assert parse_ranges(text) == ranges


def test_the_reserved_ports_are_read_from_their_file(tmp_path: Path) -> None:
    place = tmp_path / "net/ipv4/ip_local_reserved_ports"
    place.parent.mkdir(parents=True)
    place.write_text("40000,40010-40012\n")
    assert read_reserved(f"{tmp_path}/") == ((40000, 40000), (40010, 40012))
    assert read_reserved(f"{tmp_path}/none/") == ()


def test_one_more_is_reserved_beside_the_others() -> None:
    assert PortRules().reserving(8080) == "8080"
    assert PortRules(reserved=((1, 5), (9, 9))).reserving(8080) == "1-5,9,8080"


@pytest.mark.root
def test_the_rules_are_those_of_this_network_namespace() -> None:
    def changed() -> PortRules:
        for name, value in {
            "ipv4/ip_unprivileged_port_start": "80",
            "ipv4/ip_local_reserved_ports": "9000-9005,9100",
            "ipv6/bindv6only": "1",
            "ipv6/conf/all/disable_ipv6": "1",
        }.items():
            Path("/proc/sys/net", name).write_text(value)
        return read_port_rules()

    assert on_a_host_alone(changed) == PortRules(80, ((9000, 9005), (9100, 9100)), True, True)
    assert on_a_host_alone(read_port_rules) == PortRules(1024, (), False, False)
