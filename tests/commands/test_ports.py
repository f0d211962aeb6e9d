"""`netmon ports` as a program of its own, over real sockets."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import socket
import subprocess
from typing import Any

import pytest

from netmon.arguments import parse
from netmon.commands.ports import run
from netmon.output.csv_rows import PORT_COLUMNS
from tests.kernel.hosts import Host, on_two_hosts
from tests.program import Answer, netmon, said_in_one_line
from tests.sockets import NOBODY, connect, in_child, listener, port_of

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
    assert states["listen-overflow"] != "unknown"  # that is a file, which Linux has whatever the source
    assert body["listeners_lost"]["drops"] >= 0
    assert body["ephemeral"]["outgoing_basis"] == "direction"


RULES = """
table inet f {
    chain in {
        type filter hook input priority 0; policy drop
        iifname lo accept
        ip saddr 192.0.2.0/24 tcp dport 8080 accept
    }
}
"""


@pytest.mark.root
def test_the_firewall_s_word_on_ports() -> None:
    """On a host of its own with rules, as a table, JSON and CSV."""

    def ruled(here: Host, there: Host) -> tuple[Answer, Answer, Answer, Answer]:
        subprocess.run(["nft", "-f", "-"], input=RULES, text=True, check=True)
        with here.listener():
            return (
                netmon("ports", "--firewall"),
                netmon("ports", "--firewall", "--json"),
                netmon("ports", "--firewall", "--csv"),
                netmon("ports", "--json"),
            )

    table, told, cells, unasked = on_two_hosts(ruled)
    basis = (
        "accepted by inet f in rule 3: ip saddr 192.0.2.0/24 tcp dport 8080 accept; "
        "else dropped by policy drop of inet f in"
    )
    assert table.err == ""
    assert table.out.splitlines()[1].endswith(f"depends: {basis}")
    (row,) = told.body["ports"]
    assert (row["firewall"]["verdict"], row["firewall"]["basis"]) == ("depends", basis)
    assert [one["interface"] for one in row["firewall"]["addresses"]] == ["cable"]
    reached = {one["address"]: one["reached"] for one in row["reach_addresses"]}
    assert (reached["10.99.0.1"], reached["fd99::1"], reached["127.0.0.1"]) == (True, False, False)
    (line,) = csv.DictReader(io.StringIO(cells.out))
    assert (line["reach_addresses"], line["firewall"], line["firewall_basis"]) == (
        "10.99.0.1",
        "depends",
        basis,
    )
    assert unasked.body["ports"][0]["firewall"] is None


@pytest.mark.root
def test_without_root_the_firewall_cannot_be_read() -> None:
    def asked() -> dict[str, Any]:
        options = parse(["ports", "--firewall", "--json", f"lport:{port}"])
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            run(options)
        row: dict[str, Any] = json.loads(said.getvalue())["ports"][0]
        return row

    with listener() as server:
        port = port_of(server)
        row = in_child(asked, uid=NOBODY)
    assert row["firewall"] == {
        "verdict": None,
        "basis": None,
        "reason": "cannot be read: needs root",
        "addresses": [],
    }
    assert row["reach_addresses"][0]["reached"] is True
