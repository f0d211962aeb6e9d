"""Pressure as it stands in JSON."""

from __future__ import annotations

import json

from netmon.engine.state import ListenActivity
from netmon.model.pressure import ListenCounters, PortLimits
from netmon.model.socket import SocketState
from netmon.output.pressure_rows import pressure_rows
from netmon.ports.pressure.tally import tally_of
from tests.builders import connection, state

COUNTERS = ListenCounters(8, None)


def test_the_shape() -> None:
    rows = [
        connection(local="10.0.0.5:40000"),
        connection(local="10.0.0.5:40001", state=SocketState.TIME_WAIT),
    ]
    staged = state(
        rows,
        ephemeral=(40000, 40009),
        limits=PortLimits(reserved=((40009, 40009),)),
        listen=ListenActivity(COUNTERS, ListenCounters(0, None), None),
    )
    body = json.loads(json.dumps(pressure_rows(staged)))
    assert body["ephemeral"] == {
        "range": [40000, 40009],
        "reserved": 1,
        "usable": 9,
        "used": 2,
        "time_wait": 1,
        "free": 7,
        "udp": {"used": 0, "free": 9},
        "destination_count": 1,
        "destinations": [
            {
                "protocol": "tcp",
                "local_address": "10.0.0.5",
                "remote": {"address": "203.0.113.7", "port": 443},
                "used": 2,
                "time_wait": 1,
                "reusable": 0,
                "free": 7,
                "usable": 9,
                "share": 0.2222,
            }
        ],
        "outgoing_basis": "direction",
    }
    assert body["listeners_lost"] == {"overflows": 8, "drops": None}
    assert {finding["state"] for finding in body["findings"]} == {"ok", "info"}
    assert list(body["findings"][0]) == ["check", "state", "summary", "evidence", "why", "fix", "reference"]


def test_what_was_only_counted_says_so() -> None:
    counted = state(tally=tally_of(state([connection()])))
    body = pressure_rows(counted)
    assert (body["ephemeral"]["outgoing_basis"], body["ephemeral"]["used"]) == ("port", 1)
    assert body["listeners_lost"] is None
