"""The rows that JSON and CSV are made of are the promised ones."""

from __future__ import annotations

import json

from netmon.collectors.nftables import RulesetAnswer
from netmon.model.connection import Direction, OpenedBasis, Peer
from netmon.model.process import OwnerReason
from netmon.model.socket import SocketState, Uncounted
from netmon.output.rows import bytes_reason, connection_row, port_rows, timestamp
from netmon.ports.firewall.word import Firewall
from tests.builders import NOW, TAKEN_AT, connection, listener, owner, process, state
from tests.ports.firewall.staged import base, document

PROMISED = [
    "protocol",
    "local",
    "remote",
    "state",
    "direction",
    "direction_basis",
    "scope",
    "interface",
    "owner",
    "owner_reason",
    "bytes_sent",
    "bytes_received",
    "rate_sent",
    "rate_received",
    "rtt_us",
    "retransmits",
    "opened_at",
    "closed_at",
    "inode",
    "cookie",
]
PROMISED_OF_PORTS = [
    "protocol",
    "port",
    "address",
    "v6only",
    "service",
    "range",
    "owners",
    "owner_reason",
    "reach",
    "accept_queue",
    "backlog",
    "inbound_connections",
]


def test_a_connection_has_the_promised_keys_in_order() -> None:
    row = connection_row(connection(socket={"cookie": 0xA31}), state())
    assert list(row)[: len(PROMISED)] == PROMISED
    assert row["local"] == {"address": "10.0.0.5", "port": 50000}
    assert (row["state"], row["direction"], row["direction_basis"]) == ("established", "outbound", "kernel")
    assert row["owner"] == {
        "pid": 4711,
        "name": "curl",
        "user": "dev",
        "uid": 1000,
        "command": ["curl", "--flag"],
        "unit": None,
    }
    assert (row["bytes_sent"], row["bytes_received"], row["rtt_us"]) == (517, 90210, 11800)
    assert row["cookie"] == "0000000000000a31"
    assert row["owner_reason"] is None
    assert row["bytes_reason"] is None


def test_every_value_is_plain() -> None:
    row = connection_row(connection(opened_at=NOW, opened_basis=OpenedBasis.SEEN), state())
    for value in row.values():
        assert type(value) in (str, int, float, bool, dict, list, type(None))
    assert json.loads(json.dumps(row)) == row


def test_times_are_utc() -> None:
    row = connection_row(connection(opened_at=NOW - 61.5, closed_at=NOW), state())
    assert row["opened_at"] == "2026-07-01T11:58:58.500Z"
    assert row["closed_at"] == timestamp(TAKEN_AT) == "2026-07-01T12:00:00.000Z"


def test_what_is_unknown_has_its_reason() -> None:
    row = connection_row(connection(process=None, protocol="udp"), state())
    assert row["owner"]["pid"] is None
    assert (row["owner"]["uid"], row["owner"]["unit"]) == (33, "backup.service")
    assert row["owner_reason"] == "other_user"
    assert "needs root" in row["owner_explained"]
    assert row["bytes_sent"] is None
    assert row["bytes_reason"] == Uncounted.UDP.value
    assert bytes_reason(connection(bytes_received=None)) is not None


def test_several_owners_former_owners_and_the_peer() -> None:
    shared = connection(owner=owner(process("a", 1), process("b", 2)), peer=Peer(1, owner(process("c", 3))))
    row = connection_row(shared, state())
    assert row["owner"]["pid"] == 1
    assert [each["pid"] for each in row["owners"]] == [1, 2]
    assert row["peer"] == {"pid": 3, "name": "c"}
    over = owner(reason=OwnerReason.TIME_WAIT, former=[process("wget", 7)])
    row = connection_row(connection(owner=over, state=SocketState.TIME_WAIT), state())
    assert [each["name"] for each in row["former_owners"]] == ["wget"]
    assert row["owners"] == []
    assert row["peer"] is None


def test_a_port_has_the_promised_keys_in_order() -> None:
    (row,) = port_rows(state(listeners=[listener("[::]:8080")]))
    assert list(row)[: len(PROMISED_OF_PORTS)] == PROMISED_OF_PORTS
    assert (row["port"], row["address"], row["v6only"]) == (8080, "::", False)
    assert (row["service"], row["range"]) == ("http-alt", "registered")
    assert row["reach"] == {"127.0.0.1": True, "::1": True, "lan4": True, "lan6": True}
    assert (row["accept_queue"], row["backlog"]) == (0, 128)
    assert json.loads(json.dumps(row)) == row


def test_a_port_tells_its_reach_by_each_address() -> None:
    (row,) = port_rows(state(listeners=[listener("127.0.0.1:8080")]))
    assert row["reach_addresses"][0] == {
        "address": "127.0.0.1",
        "interface": "lo",
        "reached": True,
        "why": "bound to it",
    }
    assert [one["address"] for one in row["reach_addresses"]] == [
        "127.0.0.1",
        "::1",
        "10.0.0.5",
        "2001:db8::5",
    ]


def test_where_v6only_is_not_told_this_machine_s_default_is_asked_only_of_this_machine() -> None:
    untold = listener("[::]:8080", socket={"v6only": None})
    here, recorded = (
        port_rows(state(listeners=[untold], source=source))[0]["reach_addresses"][0]
        for source in ("psutil", "replay")
    )
    assert "net.ipv6.bindv6only" in here["why"]
    assert (recorded["reached"], recorded["why"]) == (None, "this source does not tell V6ONLY")


def test_the_firewall_is_asked_only_where_it_is_wanted() -> None:
    shown = state(listeners=[listener("10.0.0.5:8080")])
    assert port_rows(shown)[0]["firewall"] is None
    rules = Firewall(RulesetAnswer(document(base(policy="drop"))))
    (row,) = port_rows(shown, firewall=rules)
    basis = "policy drop of inet f in"
    one = {"address": "10.0.0.5", "interface": "eth0", "verdict": "dropped", "basis": basis}
    assert row["firewall"] == {"verdict": "dropped", "basis": basis, "reason": None, "addresses": [one]}
    assert json.loads(json.dumps(row)) == row
    (row,) = port_rows(shown, firewall=Firewall(RulesetAnswer(reason="needs root")))
    assert row["firewall"] == {
        "verdict": None,
        "basis": None,
        "reason": "cannot be read: needs root",
        "addresses": [],
    }


def test_udp_has_no_accept_queue() -> None:
    (row,) = port_rows(state(listeners=[listener("0.0.0.0:53", protocol="udp")]))
    assert (row["accept_queue"], row["backlog"]) == (None, None)


def test_a_foreign_port_still_tells_its_user() -> None:
    (row,) = port_rows(state(listeners=[listener(process=None)]))
    assert (row["owners"], row["owner_reason"], row["uid"]) == ([], "other_user", 33)


def test_ports_are_in_order_and_only_those_asked_for() -> None:
    low, high = listener("127.0.0.1:22"), listener("0.0.0.0:8080")
    assert [row["port"] for row in port_rows(state(listeners=[high, low]))] == [22, 8080]
    assert [row["port"] for row in port_rows(state(listeners=[high, low]), [high])] == [8080]


def test_an_inbound_connection_counts_for_the_listener_that_took_it() -> None:
    taken = [
        connection(local="127.0.0.1:80", direction=Direction.INBOUND),
        connection(local="10.0.0.5:80", direction=Direction.INBOUND),
        connection(local="10.0.0.5:80", direction=Direction.INBOUND, socket={"family": 6}),
        connection(local="[2001:db8::5]:80", direction=Direction.INBOUND),
        connection(local="10.0.0.5:80", direction=Direction.OUTBOUND),
        connection(local="10.0.0.5:80", direction=Direction.INBOUND, protocol="udp"),
        connection(local="10.0.0.5:81", direction=Direction.INBOUND),
    ]
    bound = [listener("127.0.0.1:80"), listener("0.0.0.0:80"), listener("[::]:80")]
    counts = {row["address"]: row["inbound_connections"] for row in port_rows(state(taken, bound))}
    assert counts == {"127.0.0.1": 1, "0.0.0.0": 1, "::": 2}


def test_a_dual_stack_listener_takes_ipv4_whatever_family_the_source_tells() -> None:
    taken = [connection(local="10.0.0.5:80", direction=Direction.INBOUND)]
    (row,) = port_rows(state(taken, [listener("[::]:80")]))
    assert row["inbound_connections"] == 1
