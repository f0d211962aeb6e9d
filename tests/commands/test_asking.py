"""What every command that reads sockets does alike: both collectors, and where `--portable` stands."""

from __future__ import annotations

import socket

from tests.commands.meeting import Pair, term_of
from tests.program import netmon, steady
from tests.sockets import listener, port_of


def test_both_collectors_agree_on_connections(pair: Pair) -> None:
    keys = ("protocol", "local", "remote", "state", "owner", "scope", "interface")
    term = term_of(pair)
    kernel = netmon("connections", "--json", term)
    portable = netmon("--portable", "connections", "--json", term)
    assert (kernel.body["source"], portable.body["source"]) == ("sock_diag", "psutil")
    assert len(kernel.connections) == len(portable.connections) == 2
    assert steady(kernel.connections, *keys) == steady(portable.connections, *keys)
    ways = {row["local"]["port"]: row["direction"] for row in kernel.connections}
    for row in portable.connections:
        assert row["bytes_sent"] is None
        assert row["direction"] in (ways[row["local"]["port"]], "unknown")


def test_both_collectors_agree_on_ports() -> None:
    with listener() as first, listener(socket.AF_INET6) as second:
        term = f"lport:{port_of(first)},{port_of(second)}"
        keys = ("protocol", "port", "address", "owners", "reach", "service", "range", "inbound_connections")
        kernel = netmon("ports", "--json", term).body["ports"]
        portable = netmon("ports", "--portable", "--json", term).body["ports"]
        assert len(kernel) == 2
        assert steady(kernel, *keys) == steady(portable, *keys)


def test_portable_stands_before_or_behind_the_command() -> None:
    for arguments in (("--portable", "ports", "--json"), ("ports", "--portable", "--json")):
        assert netmon(*arguments).body["source"] == "psutil"
