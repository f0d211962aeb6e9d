"""Every tab, in the order of the bar. Plain words, so that the command line can name them without Textual."""

from __future__ import annotations

from typing import NamedTuple


class TabEntry(NamedTuple):
    """One tab and where its class is."""

    slug: str
    """What `netmon --tab` calls it."""
    title: str
    module: str
    class_name: str


TABS = (
    TabEntry("connections", "Connections", "netmon.tui.tabs.connections", "ConnectionsTab"),
    TabEntry("ports", "Ports", "netmon.tui.tabs.ports", "PortsTab"),
    TabEntry("dns", "DNS", "netmon.tui.tabs.dns", "DnsTab"),
    TabEntry("loopback", "Loopback", "netmon.tui.tabs.loopback", "LoopbackTab"),
)
