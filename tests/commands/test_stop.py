"""`netmon stop` as a program of its own, against real servers."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from netmon import cli
from tests.program import Answer, environment, netmon, said_in_one_line
from tests.servers import (
    alive,
    disguised,
    ended,
    gone,
    preforked,
    rest,
    script,
    served,
    sharing,
    udp_socket,
)
from tests.sockets import (
    NOBODY,
    Channel,
    alone,
    dual_listener,
    forked,
    in_child,
    listener,
    port_of,
    wait_for,
)
from tests.terminal import NETMON, in_pty


def run_here(*arguments: str) -> Answer:
    """Run netmon in this very process, with nothing to read."""
    out, err = io.StringIO(), io.StringIO()
    before, sys.stdin = sys.stdin, io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(arguments)
    finally:
        sys.stdin = before
    return Answer(code, out.getvalue(), err.getvalue())


def test_the_listener_gets_sigterm_and_the_port_is_free() -> None:
    with served() as server:
        answer = netmon("stop", str(server.port), "--yes")
        assert (answer.code, answer.err) == (0, "")
        assert f"({server.pid}, user " in answer.out
        assert f"holds {server.port}/tcp, started" in answer.out
        assert f"stopped: {server.port}/tcp is free after" in answer.out
        assert os.WTERMSIG(os.waitpid(server.pid, 0)[1]) == signal.SIGTERM


def test_nothing_holds_it() -> None:
    with listener() as server:
        port = port_of(server)
    answer = netmon("stop", str(port), "--yes")
    assert (answer.code, answer.out, answer.err) == (1, f"{port}/tcp: nothing holds it\n", "")


def test_who_bound_the_port_and_does_not_listen_may_be_a_client_and_lives_on() -> None:
    def bound(channel: Channel) -> None:
        with socket.socket() as client:
            client.bind(("127.0.0.1", 0))
            channel.send(client.getsockname()[1])
            rest(channel)

    with forked(bound) as other:
        port = other.hear()
        answer = netmon("stop", str(port), "--yes")
        assert (answer.code, answer.err) == (1, "")
        assert answer.out.startswith(f"{port}/tcp: nothing listens on it; ")
        assert f"({other.pid}) has a socket bound to it" in answer.out
        assert alive(other.pid)


@pytest.mark.parametrize("word", ["0", "65536", "-1", "nosuch", "80/sctp", "::1:80", "x y"])
def test_what_is_no_port_is_named(word: str) -> None:
    said_in_one_line(netmon("stop", word, "--yes"), "netmon stop", word)


def test_without_a_terminal_it_asks_for_yes_and_stops_nothing() -> None:
    with served() as server:
        said_in_one_line(netmon("stop", str(server.port)), "netmon stop", "--yes", f"{server.port}/tcp")
        assert server.is_alive


def test_a_client_of_the_port_lives_on_and_is_counted() -> None:
    def client(channel: Channel) -> None:
        with socket.create_connection(("127.0.0.1", int(channel.recv()))):
            channel.send("connected")
            rest(channel)

    with served() as server, forked(client) as other:
        assert other.ask(server.port) == "connected"
        answer = netmon("stop", str(server.port), "--yes")
        assert answer.code == 0
        assert f"1 connection to {server.port}/tcp breaks" in answer.out
        assert not server.is_alive
        assert alive(other.pid)


def test_who_has_only_an_accepted_connection_lives_on() -> None:
    def handler_beneath(channel: Channel) -> None:
        with listener() as server:
            channel.send(port_of(server))
            accepted, _ = server.accept()
            handler = os.fork()
            if handler == 0:
                signal.alarm(60)
                server.close()
                signal.pause()
            accepted.close()
            channel.send(handler)
            rest(channel)

    with forked(handler_beneath) as child:
        port = child.hear()
        with socket.create_connection(("127.0.0.1", int(str(port)))):
            handler = int(str(child.hear()))
            try:
                answer = netmon("stop", str(port), "--yes")
                assert (answer.code, gone(handler)) == (0, False)
                assert "1 process beneath it loses its parent: " in answer.out
                assert f"({handler}). Such processes" in answer.out
            finally:
                os.kill(handler, signal.SIGKILL)


def test_each_of_a_group_that_shares_the_port_gets_it() -> None:
    with (
        served(sharing()) as first,
        served(sharing(first.port)) as second,
        served(sharing(first.port)) as last,
    ):
        answer = netmon("stop", str(first.port), "--yes")
        assert answer.code == 0, answer
        for server in (first, second, last):
            assert str(server.pid) in answer.out
            assert not server.is_alive


def test_of_a_prefork_group_the_master_gets_it_and_the_workers_go() -> None:
    with preforked(2) as group:
        answer = netmon("stop", str(group.server.port), "--yes")
        assert answer.code == 0, answer
        assert "hold the socket too" in answer.out
        # It ended its workers itself: killed by the signal, it could not have.
        assert os.waitpid(group.server.pid, 0)[1] == 0
        assert all(gone(worker) for worker in group.workers)


def test_force_kills_the_whole_group() -> None:
    with preforked(2) as group:
        answer = netmon("stop", str(group.server.port), "--yes", "--force")
        assert answer.code == 0, answer
        assert os.WTERMSIG(os.waitpid(group.server.pid, 0)[1]) == signal.SIGKILL
        assert all(gone(worker) for worker in group.workers)


def test_who_ignores_sigterm_is_left_and_force_is_named() -> None:
    with served(deaf=True) as server:
        answer = netmon("stop", str(server.port), "--yes", "--timeout", "0.2")
        assert (answer.code, answer.err, server.is_alive) == (1, "", True)
        assert f"{server.port}/tcp is still held" in answer.out
        assert "--force" in answer.out.splitlines()[-1]
        assert netmon("stop", str(server.port), "--yes", "--force").code == 0
        assert os.WTERMSIG(os.waitpid(server.pid, 0)[1]) == signal.SIGKILL


def test_a_server_that_finishes_its_connections_first_is_said_to() -> None:
    def drains(channel: Channel) -> None:
        server = listener()
        signal.signal(signal.SIGTERM, lambda *_: server.close())
        channel.send(port_of(server))
        rest(channel)

    with forked(drains) as child:
        port = child.hear()
        answer = netmon("stop", str(port), "--yes", "--timeout", "0.3")
        assert (answer.code, alive(child.pid)) == (1, True)
        assert f"{port}/tcp is free, but" in answer.out


def test_udp_is_meant_where_no_tcp_listens_and_where_it_is_asked_for() -> None:
    with served(udp_socket) as server:
        answer = netmon("stop", f"{server.port}/tcp", "--yes")
        assert (answer.code, server.is_alive) == (1, True)
        answer = netmon("stop", str(server.port), "--yes")
        assert answer.code == 0
        assert f"stopped: {server.port}/udp is free" in answer.out
        assert not server.is_alive


def test_an_address_says_which_of_two_holders_is_meant() -> None:
    def on_six(port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET6)
        made.bind(("::1", port))
        made.listen()
        return made

    with served() as four, served(lambda: on_six(four.port)) as six:
        answer = netmon("stop", f"[::1]:{four.port}", "--yes")
        assert answer.code == 0, answer
        assert (four.is_alive, six.is_alive) == (True, False)


def test_a_wildcard_is_meant_by_every_address() -> None:
    with served(dual_listener) as server:
        assert netmon("stop", f"127.0.0.1:{server.port}", "--yes").code == 0
        assert not server.is_alive


# -- refusals


def test_itself_is_refused() -> None:
    with listener() as server:
        done = subprocess.run(
            [*NETMON, "stop", str(port_of(server)), "--yes"],
            pass_fds=[server.fileno()], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
            env=environment(), timeout=60, check=False,
        )  # fmt: skip
    said_in_one_line(Answer(done.returncode, done.stdout, done.stderr), "held by netmon itself")


@pytest.mark.root
def test_another_users_process_is_refused() -> None:
    with served() as server:
        answer = in_child(lambda: run_here("stop", str(server.port), "--yes"), uid=NOBODY)
        said_in_one_line(answer, f"{server.port}/tcp belongs to uid 0 (root)", "root (sudo)")
        assert server.is_alive


@pytest.mark.root
def test_ones_own_process_needs_no_root() -> None:
    def stop_own() -> tuple[Answer, bool]:
        with served() as server:
            return run_here("stop", str(server.port), "--yes"), server.is_alive

    answer, lives = in_child(stop_own, uid=NOBODY)
    assert (answer.code, answer.err, lives) == (0, "", False)
    assert "stopped: " in answer.out


@pytest.mark.root
def test_the_first_process_is_refused() -> None:
    # The child that asks inherits the listener; closing it there leaves the first process alone with it.
    def first_alone() -> tuple[Answer, int]:
        assert os.getpid() == 1
        with listener() as server:

            def ask() -> Answer:
                port = port_of(server)
                server.close()
                return run_here("stop", str(port), "--yes")

            return in_child(ask), port_of(server)

    answer, port = alone(first_alone)
    said_in_one_line(answer, f"{port}/tcp is held by", "(1), the first process of this system")


def test_a_containers_proxy_is_refused_and_the_container_named(tmp_path: Path) -> None:
    arguments = ["-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port", "8080", "-container-ip", "172.17.0.2",
                 "-container-port", "80"]  # fmt: skip
    with disguised("docker-proxy", tmp_path, arguments) as proxy:
        listing = f"printf 'db\\t5432/tcp\\nweb\\t127.0.0.1:{proxy.port}->80/tcp\\n'"
        path = f"{script(tmp_path, 'docker', listing)}:{os.environ['PATH']}"
        answer = netmon("stop", str(proxy.port), "--yes", PATH=path)
        said_in_one_line(answer, "container web", "172.17.0.2:80", "`docker stop web`", "docker-proxy")
        answer = netmon("stop", str(proxy.port), "--yes", "--force", PATH=f"{tmp_path}:/nowhere")
        said_in_one_line(answer, "172.17.0.2:80", "docker ps --filter publish=", "`docker stop NAME`")
        assert proxy.process.poll() is None


def test_a_socket_that_no_process_holds_is_refused() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with listener() as server:
            port = port_of(server)
            socket.send_fds(ours, [b"x"], [server.fileno()])
        # It lies in the other's receive buffer: open, and in nobody's hands.
        answer = netmon("stop", str(port), "--yes")
        said_in_one_line(answer, f"{port}/tcp", "kernel")
        assert "between two polls" not in answer.err


@pytest.mark.root
def test_a_holder_in_another_pid_namespace_is_refused() -> None:
    with served() as server:
        answer = alone(lambda: run_here("stop", str(server.port), "--yes"))
        said_in_one_line(answer, f"{server.port}/tcp", "another PID namespace", "stop it from there")
        assert server.is_alive


# -- a person at a terminal


def test_no_is_the_default_and_leaves_it_alone() -> None:
    with served() as server:
        for typed in ("\n", "n\n", "what?\n", "\x04"):
            with in_pty([*NETMON, "stop", str(server.port)]) as terminal:
                terminal.until("Send SIGTERM to", "[y/N]")
                terminal.type(typed)
                assert terminal.ended(20) == 1
                assert "left alone" in terminal.output
        assert server.is_alive


def test_on_a_terminal_lines_break_between_words() -> None:
    with served() as server, in_pty([*NETMON, "stop", str(server.port)], size=(40, 24)) as terminal:
        terminal.until("[y/N]")
        terminal.type("n\n")
        assert terminal.ended(20) == 1
        said = terminal.output.partition("[y/N]")[0].splitlines()
        words = {word for line in said for word in line.split()}
        assert all(len(line) <= 40 or " " not in line for line in said)
        assert {"holds", "started", "Send", "SIGTERM"} <= words


def test_yes_stops_it() -> None:
    with served() as server, in_pty([*NETMON, "stop", str(server.port)]) as terminal:
        terminal.until("[y/N]")
        terminal.type("y\n")
        assert terminal.ended(20) == 0
        assert not server.is_alive


def test_sigkill_is_offered_for_who_ignores_sigterm() -> None:
    with served(deaf=True) as server:
        line = [*NETMON, "stop", str(server.port), "--timeout", "0.2"]
        with in_pty(line) as terminal:
            terminal.until("[y/N]")
            terminal.type("y\n")
            terminal.until("Send SIGKILL")
            terminal.type("y\n")
            assert terminal.ended(20) == 0
        assert os.WTERMSIG(os.waitpid(server.pid, 0)[1]) == signal.SIGKILL


def test_what_ends_before_the_answer_needs_no_signal() -> None:
    with served() as server, in_pty([*NETMON, "stop", str(server.port)]) as terminal:
        terminal.until("[y/N]")
        os.kill(server.pid, signal.SIGKILL)
        ended(server.pid)
        terminal.type("y\n")
        assert terminal.ended(20) == 1
        assert f"{server.port}/tcp: its holder has ended meanwhile" in terminal.output


def test_ctrl_c_at_the_question_ends_it_quietly() -> None:
    with served() as server, in_pty([*NETMON, "stop", str(server.port)]) as terminal:
        terminal.until("[y/N]")
        terminal.type("\x03")
        assert terminal.ended(20) == 130
        assert "Traceback" not in terminal.output
        assert server.is_alive


def test_between_question_and_answer_the_socket_may_not_change_hands() -> None:
    ours, theirs = socket.socketpair()

    def hands_on(channel: Channel) -> None:
        with listener() as server:
            channel.send(port_of(server))
            channel.recv()
            socket.send_fds(ours, [b"x"], [server.fileno()])
        channel.send("handed on")
        rest(channel)

    def takes(channel: Channel) -> None:
        _, descriptors, _, _ = socket.recv_fds(theirs, 1, 1)
        channel.send(len(descriptors))
        rest(channel)

    with ours, theirs, forked(hands_on) as giver, forked(takes) as taker:
        port = giver.hear()
        with in_pty([*NETMON, "stop", str(port)]) as terminal:
            terminal.until("[y/N]")
            assert giver.ask() == "handed on"
            assert taker.hear() == 1
            terminal.type("y\n")
            assert terminal.ended(20) == 2
            assert f"({giver.pid}) no longer holds" in terminal.output
        assert wait_for(lambda: alive(giver.pid))
        assert alive(taker.pid)


def test_through_psutil_too() -> None:
    with served() as server:
        answer = netmon("stop", str(server.port), "--yes", "--portable")
        assert (answer.code, answer.err) == (0, "")
        assert not server.is_alive
