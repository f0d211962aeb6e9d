"""`netmon connections` as a program of its own, over real sockets."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
from typing import Any

import pytest

from netmon.output.csv_rows import CONNECTION_COLUMNS
from tests.commands.meeting import Pair, address_of, end_of, meet, server_alone, term_of
from tests.program import netmon, said_in_one_line, watching
from tests.sockets import port_of, receive_exactly

CONNECTION_KEYS = [
    "protocol", "local", "remote", "state", "direction", "direction_basis", "scope", "interface", "owner",
    "owner_reason", "bytes_sent", "bytes_received", "rate_sent", "rate_received", "rtt_us", "retransmits",
    "opened_at", "closed_at", "inode", "cookie",
]  # fmt: skip
"""As the public interface promises them, in its order."""
OWNER_KEYS = ["pid", "name", "user", "uid", "command", "unit"]


def test_the_table_has_a_header_and_a_line_for_each_connection(pair: Pair) -> None:
    client, server = pair
    answer = netmon("connections", term_of(pair))
    assert (answer.code, answer.err) == (0, "")
    header, *lines = answer.out.splitlines()
    assert header.split()[:6] == ["PROTO", "DIR", "BASIS", "LOCAL", "REMOTE", "STATE"]
    assert len(lines) == 2
    (outgoing,) = [line.split() for line in lines if line.split()[1] == "out"]
    assert outgoing[:6] == [
        "tcp", "out", "kernel", end_of(client), end_of(server), "established",
    ]  # fmt: skip
    assert f"({os.getpid()})" in outgoing
    assert outgoing[outgoing.index(f"({os.getpid()})") + 1 :][:4] == ["300", "B", "5.0", "kB"]


def test_json_has_exactly_the_promised_keys_and_the_truth(pair: Pair) -> None:
    client, server = pair
    body = netmon("connections", "--json", term_of(pair)).body
    assert body["schema"] == "netmon/connections/1"
    assert body["source"] == "sock_diag"
    assert body["taken_at"].endswith("Z")
    rows = {row["direction"]: row for row in body["connections"]}
    assert set(rows) == {"inbound", "outbound"}
    for row in rows.values():
        assert list(row)[: len(CONNECTION_KEYS)] == CONNECTION_KEYS
        assert list(row["owner"]) == OWNER_KEYS
    out = rows["outbound"]
    assert out["local"] == {"address": address_of(client), "port": port_of(client)}
    assert out["remote"] == {"address": address_of(server), "port": port_of(server)}
    assert (out["bytes_sent"], out["bytes_received"]) == (5000, 300)
    assert (out["protocol"], out["state"], out["scope"], out["interface"]) == (
        "tcp",
        "established",
        "loopback",
        "lo",
    )
    assert (out["owner"]["pid"], out["owner_reason"]) == (os.getpid(), None)
    assert (out["rate_sent"], out["closed_at"], out["retransmits"]) == (0.0, None, 0)
    assert out["inode"] == os.fstat(client.fileno()).st_ino
    assert len(out["cookie"]) == 16
    assert int(out["cookie"], 16) > 0
    assert out["rtt_us"] > 0


def test_csv_is_read_back_as_what_json_says(pair: Pair) -> None:
    term = term_of(pair)
    answer = netmon("connections", "--csv", term)
    assert answer.out.splitlines()[0] == ",".join(CONNECTION_COLUMNS)
    rows = {row["inode"]: row for row in csv.DictReader(io.StringIO(answer.out))}
    said = {str(row["inode"]): row for row in netmon("connections", "--json", term).connections}
    assert set(rows) == set(said)
    for inode, row in rows.items():
        assert row["cookie"] == said[inode]["cookie"]
        assert row["bytes_sent"] == str(said[inode]["bytes_sent"])
        assert row["remote_port"] == str(said[inode]["remote"]["port"])
        assert row["pid"] == str(os.getpid())


def test_inbound_and_outbound(pair: Pair) -> None:
    term = term_of(pair)
    for way, local in (("inbound", port_of(pair[1])), ("outbound", port_of(pair[0]))):
        (row,) = netmon("connections", "--json", f"--{way}", term).connections
        assert (row["direction"], row["local"]["port"]) == (way, local)


def test_a_sample_of_nought_answers_at_once_and_without_rates(pair: Pair) -> None:
    term = term_of(pair)
    rows = netmon("connections", "--json", "--sample", "0", term).connections
    assert [row["rate_sent"] for row in rows] == [None, None]
    rows = netmon("connections", "--json", "--sample", "0.05", term).connections
    assert [row["rate_sent"] for row in rows] == [0.0, 0.0]


def test_filter_words_may_stand_apart_and_exclude(pair: Pair) -> None:
    client, server = port_of(pair[0]), port_of(pair[1])
    both = term_of(pair)

    def locals_of(*words: str) -> set[int]:
        return {row["local"]["port"] for row in netmon("connections", "--json", *words).connections}

    assert locals_of(both) == {client, server}
    assert locals_of(both, f"lport:{client}") == {client}
    assert locals_of(f"{both} lport:{client}") == {client}
    assert locals_of(both, "-state:time_wait") == {client, server}
    assert locals_of("-state:time_wait", both, "-dir:in") == {client}
    assert locals_of(both, "-state:established") == set()
    assert locals_of(both, f"/^127.*{server}$/", "state:established") == {client, server}
    assert locals_of("--outbound", both, f"pid:{os.getpid()}") == {client}


def test_nothing_found_is_1_and_not_an_error() -> None:
    answer = netmon("connections", "port:1", "addr:192.0.2.255")
    assert (answer.code, answer.err) == (1, "")
    assert len(answer.out.splitlines()) == 1
    answer = netmon("connections", "--json", "port:1", "addr:192.0.2.255")
    assert (answer.code, answer.connections) == (1, [])
    answer = netmon("connections", "--csv", "port:1", "addr:192.0.2.255")
    assert (answer.code, answer.out) == (1, ",".join(CONNECTION_COLUMNS) + "\n")


BAD_FILTERS = [
    (["port:x"], "port:x"),
    (["-state:tiem_wait"], "-state:tiem_wait"),
    (["ssh", "addr:10.0.0.0/99"], "addr:10.0.0.0/99"),
    (["colour:red"], "colour:red"),
    (["/(/"], "/(/"),
    (["/(a+)+b/"], "/(a+)+b/"),
    (['"open'], '"open'),
    (["port:"], "port:"),
    (["-"], "-"),
    (["port:\x1b[31m"], "port:"),
]


@pytest.mark.parametrize(("words", "term"), BAD_FILTERS)
def test_a_bad_filter_is_named_in_one_line(words: list[str], term: str) -> None:
    answer = netmon("connections", *words)
    said_in_one_line(answer, term)
    assert answer.err.rstrip("\n").isprintable()


# -- watching


def test_watch_writes_one_object_a_line(pair: Pair) -> None:
    answer = netmon("connections", "--json", "--watch", "0.1", "--count", "3", term_of(pair))
    assert answer.code == 0
    bodies = [json.loads(line) for line in answer.out.splitlines()]
    assert len(bodies) == 3
    assert [len(body["connections"]) for body in bodies] == [2, 2, 2]
    times = [body["taken_at"] for body in bodies]
    assert times == sorted(set(times))


def test_watch_writes_the_header_of_csv_once(pair: Pair) -> None:
    answer = netmon("connections", "--csv", "--watch", "0.1", "--count", "2", term_of(pair))
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert len(rows) == 4
    assert len({row["taken_at"] for row in rows}) == 2
    assert answer.out.count("taken_at") == 1


def test_watched_tables_stand_apart(pair: Pair) -> None:
    answer = netmon("connections", "--watch", "0.1", "--count", "2", term_of(pair))
    tables = answer.out.split("\n\n")
    assert len(tables) == 2
    assert all(table.startswith("PROTO") for table in tables)


def exchange(server: socket.socket, size: int) -> tuple[int, int]:
    """A connection that carries `size` bytes and is over at once; its two ports."""
    client, accepted = meet(server)
    with client, accepted:
        client.sendall(b"x" * size)
        receive_exactly(accepted, size)
        return port_of(client), port_of(accepted)


def test_closed_carries_what_lived_between_two_lines_with_its_final_bytes() -> None:
    with (
        server_alone() as server,
        watching(
            "connections", "--json", "--closed", "--watch", "0.3", f"addr:{address_of(server)}"
        ) as running,
    ):
        assert running.stdout is not None
        assert json.loads(running.stdout.readline())["connections"] == []
        brief = {exchange(server, size)[0]: size for size in (0, 1, 4321)}
        closed: dict[int, dict[str, Any]] = {}
        for _ in range(20):
            rows = json.loads(running.stdout.readline())["connections"]
            closed |= {
                row["local"]["port"]: row
                for row in rows
                if row["closed_at"] and row["direction"] == "outbound"
            }
            if closed.keys() >= brief.keys():
                break
        assert {port: row["bytes_sent"] for port, row in closed.items()} == brief
        assert {row["state"] for row in closed.values()} == {"closed"}


def test_without_closed_what_is_over_is_left_out() -> None:
    with (
        server_alone() as server,
        watching("connections", "--json", "--watch", "0.2", f"addr:{address_of(server)}") as running,
    ):
        assert running.stdout is not None
        running.stdout.readline()
        exchange(server, 100)
        for _ in range(3):
            rows = json.loads(running.stdout.readline())["connections"]
            assert {row["state"] for row in rows} <= {"time_wait"}
            assert [row["closed_at"] for row in rows] == [None] * len(rows)


@pytest.mark.parametrize("form", ["--json", "--csv", None])
def test_ctrl_c_ends_a_watch_quietly(form: str | None) -> None:
    with watching("connections", *([form] if form else []), "--watch", "0.2") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(5) == 130
        assert running.stderr.read() == ""
