"""`netmon connections` and `netmon ports` as programs of their own, over real sockets."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from netmon.output.csv_rows import CONNECTION_COLUMNS, PORT_COLUMNS
from tests.sockets import connect, listener, port_of, receive_exactly, tcp_pair, wait_for

ROOT = Path(__file__).parent.parent

CONNECTION_KEYS = [
    "protocol", "local", "remote", "state", "direction", "direction_basis", "scope", "interface", "owner",
    "owner_reason", "bytes_sent", "bytes_received", "rate_sent", "rate_received", "rtt_us", "retransmits",
    "opened_at", "closed_at", "inode", "cookie",
]  # fmt: skip
"""As the public interface promises them, in its order."""
OWNER_KEYS = ["pid", "name", "user", "uid", "command", "unit"]
PORT_KEYS = [
    "protocol", "port", "address", "v6only", "service", "range", "owners", "owner_reason", "reach",
    "accept_queue", "backlog", "inbound_connections",
]  # fmt: skip


class Answer(NamedTuple):
    """How a run of netmon ended."""

    code: int
    out: str
    err: str

    @property
    def body(self) -> dict[str, Any]:
        """The one JSON object."""
        body: dict[str, Any] = json.loads(self.out)
        return body

    @property
    def connections(self) -> list[dict[str, Any]]:
        """The rows of the one JSON object."""
        rows: list[dict[str, Any]] = self.body["connections"]
        return rows


def environment(**changes: str) -> dict[str, str]:
    """This environment without what would change netmon's output."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))
    }
    return {**plain, "PYTHONPATH": str(ROOT), **changes}


def netmon(*arguments: str, **env: str) -> Answer:
    """Run netmon to its end, with nothing to read and pipes to write into."""
    done = subprocess.run(
        [sys.executable, "-m", "netmon", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment(**env),
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def shell(line: str, **env: str) -> Answer:
    """Run a line of shell, in which `netmon` is the one that is tested."""
    command = f'netmon() {{ "{sys.executable}" -m netmon "$@"; }}; set -o pipefail; {line}'
    done = subprocess.run(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment(**env),
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@contextmanager
def watching(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """netmon while it runs; killed at the end if it still does."""
    with subprocess.Popen(
        [sys.executable, "-m", "netmon", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def said_in_one_line(answer: Answer, *parts: str) -> None:
    """netmon refused, said why in one line on standard error, and nothing else."""
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.err.endswith("\n"), answer
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.startswith("netmon")
    for part in parts:
        assert part in answer.err


def steady(rows: list[dict[str, Any]], *keys: str) -> set[tuple[Any, ...]]:
    """What identifies rows, without what moves from one moment to the next."""
    return {tuple(json.dumps(row[key]) for key in keys) for row in rows}


# -- connections

_addresses = count()


def server_alone() -> socket.socket:
    """A listener on an address that nothing else uses, not even what lies in TIME_WAIT."""
    address = f"127.{64 + next(_addresses) % 128}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    return socket.create_server((address, 0))


def address_of(sock: socket.socket) -> str:
    """The local address of a socket."""
    address: str = sock.getsockname()[0]
    return address


def end_of(sock: socket.socket) -> str:
    """The local end of a socket, as tables write it."""
    return f"{address_of(sock)}:{port_of(sock)}"


def meet(server: socket.socket) -> tuple[socket.socket, socket.socket]:
    """A new connection to a listener: the client's socket and the accepted one."""
    client = socket.create_connection(server.getsockname(), timeout=10)
    accepted, _ = server.accept()
    return client, accepted


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection that carried 5,000 bytes to its server and 300 back."""
    with server_alone() as listening:
        client, server = meet(listening)
    with client, server:
        client.sendall(b"x" * 5000)
        receive_exactly(server, 5000)
        server.sendall(b"y" * 300)
        receive_exactly(client, 300)
        yield client, server


Pair = tuple[socket.socket, socket.socket]


def term_of(pair: Pair) -> str:
    """The filter that finds this connection and nothing else."""
    return f"addr:{address_of(pair[1])}"


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


def test_a_bad_filter_of_ports_is_named_too() -> None:
    said_in_one_line(netmon("ports", "port:x"), "netmon ports", "port:x")


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


# -- ports


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


# -- the portable collector


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


# -- where the output goes


def crowd() -> Iterator[int]:
    """A listener with enough connections that a table overfills a pipe."""
    with listener(backlog=1024) as server:
        pairs = [connect(server) for _ in range(400)]
        try:
            yield port_of(server)
        finally:
            for client, accepted in pairs:
                client.close()
                accepted.close()


crowded = pytest.fixture(crowd)


@pytest.mark.parametrize("form", ["", "--csv", "--json --watch 0.1"])
def test_a_reader_that_has_had_enough_ends_it_quietly(crowded: int, form: str) -> None:
    answer = shell(f"netmon connections --sample 0 port:{crowded} {form} | head -c 10")
    assert (answer.code, len(answer.out), answer.err) == (0, 10, "")


def test_a_full_disk_is_said_in_one_line() -> None:
    for command in ("ports", "connections --csv", "ports --json", "--help"):
        said_in_one_line(shell(f"netmon {command} > /dev/full"), "No space left on device")


def test_no_standard_output_is_said_in_one_line() -> None:
    said_in_one_line(shell("netmon ports >&-"), "no standard output")
    said_in_one_line(shell("netmon connections >&-"), "no standard output")


def test_no_standard_streams_at_all() -> None:
    for command in ("netmon", "netmon ports", "netmon ports port:x"):
        answer = shell(f"{command} <&- >&- 2>&-")
        assert answer == (2, "", "")


def test_a_complaint_never_becomes_output() -> None:
    assert shell("netmon ports port:x 2>&-") == (2, "", "")


@pytest.mark.parametrize("env", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_a_terminal_without_unicode(env: Mapping[str, str], form: list[str], tmp_path: Path) -> None:
    with named_holder("näme→\u202e", tmp_path) as (port, pid):
        for command in ("ports", "connections"):
            answer = netmon(command, f"port:{port}", *form, **env)
            assert (answer.code, answer.err) == (0, "")
            assert str(pid) in answer.out
            assert answer.out.isascii() or "PYTHONIOENCODING" not in env
    said_in_one_line(netmon("ports", "größe:ü", **env), "gr")


def test_a_name_that_is_a_formula_or_an_escape_is_only_text(tmp_path: Path) -> None:
    with named_holder("=1\x1b[31m[/x]", tmp_path) as (port, pid):
        for form in ("--csv", "--json", None):
            answer = netmon("ports", f"lport:{port}", *([form] if form else []))
            assert str(pid) in answer.out
            assert all(line.isprintable() for line in answer.out.splitlines())
        (cells,) = csv.DictReader(io.StringIO(netmon("ports", f"lport:{port}", "--csv").out))
        assert cells["process"].startswith("'=1")


@contextmanager
def named_holder(name: str, place: Path) -> Iterator[tuple[int, int]]:
    """A process of this name that holds a port and a connection to it; the port and the pid."""
    program = (
        "import pathlib, socket, sys\n"
        "name, place = sys.argv[1:]\n"
        "pathlib.Path('/proc/self/comm').write_bytes(name.encode())\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "client = socket.create_connection(server.getsockname())\n"
        "accepted, _ = server.accept()\n"
        "pathlib.Path(place).write_text(str(server.getsockname()[1]))\n"
        "sys.stdin.read()\n"
    )
    ready = place / "port"
    with subprocess.Popen([sys.executable, "-c", program, name, str(ready)], stdin=subprocess.PIPE) as holder:
        try:
            port = wait_for(lambda: int(ready.read_text()) if ready.exists() and ready.read_text() else None)
            yield port, holder.pid
        finally:
            holder.kill()
            ready.unlink(missing_ok=True)


# -- what cannot be asked


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["conections"], "conections"),
        (["ports", "--colour"], "--colour"),
        (["--colour"], "--colour"),
        (["-x"], "-x"),
        (["--tab", "mail"], "mail"),
        (["--interval", "0"], "'0'"),
        (["--interval", "soon"], "'soon'"),
        (["--interval", "nan"], "'nan'"),
        (["--interval"], "--interval"),
        (["connections", "--watch", "0"], "'0'"),
        (["connections", "--watch", "1e9"], "'1e9'"),
        (["connections", "--count", "0"], "'0'"),
        (["connections", "--count", "1.5"], "'1.5'"),
        (["connections", "--sample", "-1"], "--sample"),
        (["connections", "--json", "--csv"], "--csv"),
        (["connections", "--inbound", "--outbound"], "--outbound"),
        (["ports", "--watch", "1"], "--watch"),
    ],
)
def test_what_is_not_understood_is_named_in_one_line(arguments: list[str], part: str) -> None:
    said_in_one_line(netmon(*arguments), part)


def test_without_a_terminal_the_app_names_what_works() -> None:
    said_in_one_line(netmon(), "needs a terminal", "netmon connections", "netmon ports")
    said_in_one_line(shell("netmon <&-"), "needs a terminal")


def test_help_and_version() -> None:
    answer = netmon("--help")
    assert (answer.code, answer.err) == (0, "")
    assert "connections" in answer.out
    assert "ports" in answer.out
    for command in ("connections", "ports"):
        answer = netmon(command, "-h")
        assert (answer.code, answer.err) == (0, "")
        assert "exit codes: 0 found" in answer.out
        assert "-state:time_wait" in answer.out
    version = netmon("--version")
    assert (version.code, version.out.split()[0], version.err) == (0, "netmon", "")


# -- what it costs


@pytest.mark.parametrize(
    ("command", "never"),
    [
        ("ports", {"textual", "rich", "dns", "asyncio", "click", "psutil"}),
        ("connections", {"textual", "rich", "dns", "asyncio", "click"}),  # psutil counts interfaces
    ],
)
def test_commands_load_neither_the_app_nor_what_other_platforms_need(command: str, never: set[str]) -> None:
    program = (
        "import sys; from netmon.cli import run; code = run(sys.argv[1:]);"
        "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    with tcp_pair():
        done = subprocess.run(
            [sys.executable, "-c", program, command, "--json"],
            capture_output=True,
            encoding="utf-8",
            env=environment(),
            timeout=60,
            check=False,
        )
    loaded = set(done.stderr.split())
    assert "netmon.collectors.linux" in loaded
    assert not never & loaded
