"""The command line as a program: where its output goes, how it ends, what it costs."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.program import environment, netmon, said_in_one_line, shell
from tests.sockets import connect, listener, port_of, tcp_pair, wait_for

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
