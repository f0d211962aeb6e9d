"""Answers about ports as other programs read them."""

from __future__ import annotations

import errno
import io
import json

from netmon.collectors.namespaces import ForeignListener
from netmon.model.endpoint import Endpoint
from netmon.model.finding import Finding, FindingState
from netmon.model.process import Process
from netmon.output.port_json import answer_row, write_port_answers
from netmon.ports.answer.causes import Bind, Cause, CauseKind
from netmon.ports.bind_probe import Attempt
from tests.builders import state
from tests.ports.asking import ANY6, LOOP4
from tests.ports.staged import answer, client, held

KEYS = [
    "port", "protocol", "address", "service", "range", "held", "verdict", "sockets", "holders",
    "connections", "bind", "other_namespaces", "findings",
]  # fmt: skip
HOLDER_KEYS = [
    "pid", "name", "user", "uid", "command", "unit", "cwd", "started_at", "ancestors", "supervisor",
]  # fmt: skip


def test_a_held_port() -> None:
    told, now = held(client(1))
    row = answer_row(told, now)
    assert list(row) == KEYS
    assert (row["port"], row["protocol"], row["address"], row["held"], row["verdict"]) == (
        8080, "tcp", None, True, "held",
    )  # fmt: skip
    (socket,) = row["sockets"]
    assert (socket["address"], socket["inbound_connections"], socket["owners"][0]["pid"]) == (
        "0.0.0.0",
        1,
        5120,
    )
    (holder,) = row["holders"]
    assert list(holder) == HOLDER_KEYS
    assert (holder["pid"], holder["cwd"]) == (5120, "/home/dev/site")
    assert holder["started_at"] == "2026-07-01T10:58:20.000Z"
    assert [ancestor["pid"] for ancestor in holder["ancestors"]] == [5100, 4000, 1]
    assert holder["supervisor"] == {"kind": "terminal", "name": "tmux", "pid": 4000, "restarts": False}
    (connection,) = row["connections"]
    assert connection["remote"] == {"address": "10.0.0.9", "port": 50001}


def test_a_port_that_cannot_be_bound() -> None:
    binds = (
        Bind(Attempt(LOOP4, False, errno.EADDRINUSE), Cause(CauseKind.TIME_WAIT)),
        Bind(Attempt(ANY6, True, None), None),
    )
    told = Finding("bind-time-wait", FindingState.WARN, "It waits.")
    nginx = Process(80, "nginx")
    foreign = ForeignListener("tcp", Endpoint("0.0.0.0", 8080), 101, 42, 77, None, nginx)
    row = answer_row(answer(binds=binds, findings=(told,), elsewhere=(foreign,)), state())
    assert (row["held"], row["verdict"]) == (False, "partly")
    assert row["bind"] == [
        {
            "address": "127.0.0.1", "v6only": None, "reuse_address": False, "can_bind": False,
            "error": "EADDRINUSE", "cause": "time-wait",
        },
        {
            "address": "::", "v6only": False, "reuse_address": True, "can_bind": True,
            "error": None, "cause": None,
        },
    ]  # fmt: skip
    assert row["findings"][0]["check"] == "bind-time-wait"
    (other,) = row["other_namespaces"]
    assert (other["address"], other["port"], other["uid"], other["process"]) == ("0.0.0.0", 8080, 101, None)
    assert other["resident"]["pid"] == 80


def test_the_envelope() -> None:
    stream = io.StringIO()
    write_port_answers(stream, state(), [answer(), answer(protocol="udp")])
    body = json.loads(stream.getvalue())
    assert list(body)[:3] == ["schema", "taken_at", "source"]
    assert body["schema"] == "netmon/port/1"
    assert [row["protocol"] for row in body["ports"]] == ["tcp", "udp"]
    assert stream.getvalue().count("\n") == 1
