"""`netmon port` as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netmon.commands.ending import CannotAskError
from netmon.commands.port import read_questions
from netmon.ports.question import PortQuestion
from tests.builders import HOSTILE
from tests.ports.asking import quiet_port
from tests.program import environment, netmon, said_in_one_line, shell
from tests.sockets import NOBODY, connect, forked, listener, port_of

KEYS = [
    "port", "protocol", "address", "service", "range", "held", "verdict", "sockets", "holders",
    "connections", "bind", "other_namespaces", "findings",
]  # fmt: skip


@pytest.fixture
def free() -> int:
    """A port that nobody holds."""
    return quiet_port()


def test_a_held_port_in_text_and_in_json() -> None:
    with listener(backlog=7) as server:
        client, accepted = connect(server)
        with client, accepted:
            port = port_of(server)
            answer = netmon("port", f"{port}/tcp")
            assert (answer.code, answer.err) == (0, "")
            assert f"{port}/tcp is held by " in answer.out
            assert f"({os.getpid()}" in answer.out
            assert os.getcwd() in answer.out
            assert "accept queue 0 of 7" in " ".join(answer.out.split())
            assert f"127.0.0.1:{port_of(client)}" in answer.out

            body, peer = netmon("port", str(port), "--json").body, port_of(client)
    assert (body["schema"], body["source"], body["error"]) == ("netmon/port/1", "sock_diag", None)
    tcp, udp = body["ports"]
    assert list(tcp) == list(udp) == KEYS
    assert (tcp["protocol"], tcp["held"], udp["protocol"], udp["held"]) == ("tcp", True, "udp", False)
    assert tcp["holders"][0]["pid"] == os.getpid()
    assert tcp["holders"][0]["cwd"] == os.getcwd()
    assert [one["remote"]["port"] for one in tcp["connections"]] == [peer]
    assert tcp["connections"][0]["peer"]["pid"] == os.getpid()
    assert len(tcp["bind"]) == len(udp["bind"]) == 10


def test_a_free_port(free: int) -> None:
    answer = netmon("port", f"{free}/tcp", f"{free}/udp")
    assert (answer.code, answer.err) == (1, "")
    said = " ".join(answer.out.split())
    assert "(TCP and UDP) is free: nothing holds it and it can be bound on every address." in said


def test_a_port_that_only_an_outgoing_connection_has_is_not_held() -> None:
    with listener() as server:
        client, accepted = connect(server)
        with client, accepted:
            answer = netmon("port", f"{port_of(client)}/tcp")
    assert answer.code == 1
    assert "taken by an outgoing connection of" in " ".join(answer.out.split())


def test_one_of_several_is_held(free: int) -> None:
    with listener() as server:
        assert netmon("port", str(free), f"127.0.0.1:{port_of(server)}").code == 0


def test_through_psutil() -> None:
    with listener() as server:
        body = netmon("port", f"{port_of(server)}/tcp", "--json", "--portable").body
    assert body["source"] == "psutil"
    assert body["ports"][0]["holders"][0]["pid"] == os.getpid()
    assert body["ports"][0]["holders"][0]["cwd"] == os.getcwd()


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["0"], ["port 0"]),
        (["65536"], ["65536"]),
        (["-1"], ["'-1'", "1 to 65535"]),
        (["nosuch"], ["nosuch", "/etc/services"]),
        (["80", "0", "8080/sctp", "-1"], ["port 0", "sctp", "-1"]),
        (["nohost:80"], ["nohost"]),
        (["\x1b[31m"], ["neither a port"]),
        ([], ["which port?"]),
        (["80", "--csv"], ["--csv"]),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words: list[str], parts: list[str]) -> None:
    answer = netmon("port", *words)
    said_in_one_line(answer, *parts)
    assert answer.err.rstrip("\n").isprintable()


def test_the_last_port_and_a_service() -> None:
    body = netmon("port", "65535/tcp", "http/tcp", "--json").body
    assert [row["port"] for row in body["ports"]] == [65535, 80]
    assert body["ports"][1]["service"] == "http"


def test_it_loads_only_what_it_needs(free: int) -> None:
    """Each of these would cost as much as the kernel's answer, or many times that."""
    program = (
        f"import sys; from netmon.cli import run; code = run(['port', '{free}']); "
        "print(code, sorted({'psutil', 'textual', 'dns', 'json', 'shutil', 'textwrap'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "1 []"


def test_questions_are_read_together() -> None:
    assert read_questions(["53/udp", "[::1]:80"]) == [PortQuestion(53, "udp"), PortQuestion(80, None, "::1")]
    with pytest.raises(CannotAskError, match=r"'0'.*; 'x'"):
        read_questions(["0", "80", "x"])


@contextmanager
def hostile_holder(directory: Path) -> Iterator[int]:
    """A process whose command line is an attack on terminals; its port."""
    program = "import socket; s = socket.create_server(('127.0.0.1', 0)); "
    program += "print(s.getsockname()[1], flush=True); input()"
    with subprocess.Popen(
        [HOSTILE, "-c", program], executable=sys.executable, cwd=directory, env=environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
    ) as child:  # fmt: skip
        assert child.stdout is not None
        try:
            yield int(child.stdout.readline())
        finally:
            child.kill()


def test_strangers_text_never_acts_on_the_terminal(tmp_path: Path) -> None:
    directory = tmp_path / "\x1b[2J\u202edir"
    directory.mkdir()
    with hostile_holder(directory) as port:
        answer = netmon("port", f"{port}/tcp")
        body = netmon("port", f"{port}/tcp", "--json")
    assert answer.code == 0
    assert all(line.isprintable() for line in answer.out.splitlines())
    assert "[/x]" in answer.out
    assert body.out.isascii()
    assert "\x1b" not in body.out


def test_a_reader_that_has_had_enough_and_a_full_disk(free: int) -> None:
    answer = shell(f"netmon port {' '.join(map(str, range(free - 60, free)))} --json | head -c 5")
    assert (answer.code, len(answer.out), answer.err) == (0, 5, "")
    said_in_one_line(shell(f"netmon port {free} > /dev/full"), "No space left on device")
    said_in_one_line(shell(f"netmon port {free} >&-"), "no standard output")


@pytest.mark.root
def test_as_an_unprivileged_user(free: int) -> None:
    def serve(channel: object) -> None:
        with listener() as server:
            channel.send(port_of(server))  # type: ignore[attr-defined]
            channel.recv()  # type: ignore[attr-defined]

    with forked(serve) as child:
        held = child.hear()
        answer = shell(
            f"setpriv --reuid {NOBODY} --clear-groups {sys.executable} -m netmon port {held}/tcp 79/tcp"
        )
    assert (answer.code, answer.err) == (0, "")
    text = " ".join(answer.out.split())
    assert "is held by a process that cannot be named here (user root)" in text
    assert "79/tcp (finger) is held by no server, but cannot be bound: 79 is a privileged port" in text
