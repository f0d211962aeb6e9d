"""The settings of queues and ports, of this machine and of made-up ones."""

from __future__ import annotations

from pathlib import Path

from netmon.collectors.port_limits import read_limits
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
        ("net/core/somaxconn", "128\n"),
        ("net/ipv4/tcp_max_syn_backlog", "nonsense\n"),
        ("net/ipv4/ip_local_reserved_ports", "40000,40010-40012\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    reserved = ((40000, 40000), (40010, 40012))
    assert read_limits(f"{tmp_path}/") == PortLimits(128, None, None, reserved)
    assert read_limits(f"{tmp_path}/none/") == PortLimits()
