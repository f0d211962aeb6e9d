"""`netmon ports` as a program of its own, over real sockets."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import socket

from netmon.output.csv_rows import PORT_COLUMNS
from tests.program import netmon, said_in_one_line
from tests.sockets import connect, listener, port_of

OWNER_KEYS = ["pid", "name", "user", "uid", "command", "unit"]
PORT_KEYS = [
    "protocol", "port", "address", "v6only", "service", "range", "owners", "owner_reason", "reach",
    "accept_queue", "backlog", "inbound_connections",
]  # fmt: skip


def test_a_bad_filter_of_ports_is_named_too() -> None:
    said_in_one_line(netmon("ports", "port:x"), "netmon ports", "port:x")


def test_ports_as_a_table_json_and_csv() -> None:
    with listener(backlog=7) as server:
        client, accepted = connect(server)
        with client, accepted:
            term = f"lport:{port_of(server)}"
            table = netmon("ports", term)
            assert (table.code, table.err) == (0, "")
            header, line = table.out.splitlines()
            assert header.split()[:5] == ["PORT", "PROTO", "ADDRESS", "SERVICE", "OWNER"]
            assert line.split()[:3] == [str(port_of(server)), "tcp", "127.0.0.1"]
            assert f"({os.getpid()})" in line
            assert " ".join(line.split()).endswith("yes no no no 0/7 1 ephemeral –")

            body = netmon("ports", "--json", term).body
            assert (body["schema"], body["source"]) == ("netmon/ports/1", "sock_diag")
            (row,) = body["ports"]
            assert list(row)[: len(PORT_KEYS)] == PORT_KEYS
            assert list(row["owners"][0]) == OWNER_KEYS
            assert row["reach"] == {"127.0.0.1": True, "::1": False, "lan4": False, "lan6": False}
            assert (row["accept_queue"], row["backlog"], row["inbound_connections"]) == (0, 7, 1)
            assert row["owners"][0]["pid"] == os.getpid()

            answer = netmon("ports", "--csv", term)
            assert answer.out.splitlines()[0] == ",".join(PORT_COLUMNS)
            (cells,) = csv.DictReader(io.StringIO(answer.out))
            assert (cells["port"], cells["pid"]) == (str(port_of(server)), str(os.getpid()))
            assert (cells["reach_loopback4"], cells["reach_loopback6"]) == ("true", "false")


def test_a_port_that_nobody_holds() -> None:
    with listener() as server:
        free = port_of(server)
    answer = netmon("ports", "--json", f"lport:{free}")
    assert (answer.code, answer.body["ports"], answer.err) == (1, [], "")
    assert netmon("ports", f"lport:{free}").code == 1


def test_json_tells_what_presses() -> None:
    with listener(backlog=1) as server, contextlib.ExitStack() as clients:
        for _ in range(2):
            clients.enter_context(socket.create_connection(server.getsockname()))
        body = netmon("ports", "--json").body
        (full,) = [
            finding
            for finding in body["findings"]
            if finding["check"] == "accept-queue" and f"port {port_of(server)} " in finding["summary"]
        ]
        assert full["state"] == "fail"
        assert f"({os.getpid()})" in full["evidence"]
        assert "2 waiting, backlog 1" in full["evidence"]
        ephemeral = body["ephemeral"]
        assert ephemeral["used"] + ephemeral["free"] == ephemeral["usable"]
        assert ephemeral["outgoing_basis"] == "port"
        assert body["listeners_lost"]["drops"] >= 0


def test_psutil_says_what_it_cannot_judge() -> None:
    with listener():
        body = netmon("ports", "--json", "--portable").body
    states = {finding["check"]: finding["state"] for finding in body["findings"]}
    assert states["accept-queue"] == "unknown"
    assert body["ephemeral"]["outgoing_basis"] == "direction"
