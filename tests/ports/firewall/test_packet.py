"""The packet that is asked about."""

from __future__ import annotations

from netmon.ports.firewall.packet import Packet


def test_packets_of_this_machine_to_itself_come_by_lo() -> None:
    assert Packet(4, "tcp", 80, "lo").is_local
    assert not Packet(4, "tcp", 80, "eth0").is_local
