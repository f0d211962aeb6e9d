"""Who holds a port and where it can be bound: real sockets and processes, proved by real servers."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from netmon.model.process import OwnerReason
from netmon.ports.answer.port_answer import PortAnswer
from netmon.ports.answer.verdict import Verdict
from tests.kernel.hosts import apart, on_a_host_alone
from tests.ports.asking import (
    ANY4,
    ANY6,
    LOOP4,
    LOOP6,
    ONLY6,
    ask,
    ask_one,
    bound,
    can,
    causes,
    checks,
    finding,
    quiet_port,
    served,
    serving,
)
from tests.sockets import NOBODY, Channel, become, forked, in_child, port_of, unshare, wait_for

EVERYWHERE = {ANY4, ANY6, ONLY6, LOOP4, LOOP6}


def proved(answer: PortAnswer) -> None:
    """Every verdict of a bind is what a real server meets right afterwards."""
    for bind in answer.binds:
        place, reuse = bind.attempt.place, bind.attempt.reuse_address
        assert served(place, answer.port, reuse=reuse) is bind.attempt.can_bind, bind


# -- who holds it


def test_a_listener_its_holder_and_where_it_comes_from() -> None:
    with serving("127.0.0.1") as server:
        answer = ask_one(f"{port_of(server)}/tcp")
    assert answer.held
    assert answer.verdict is Verdict.HELD
    (found,) = answer.sockets
    assert found.accept_queue == (0, 16)
    assert found.reach == (True, False, False, False)
    (holder,) = answer.holders
    assert holder.process.pid == os.getpid()
    assert holder.directory == os.getcwd()
    assert holder.ancestors[0].pid == os.getppid()


def test_without_a_protocol_both_are_asked_and_each_question_once() -> None:
    with serving("127.0.0.1") as server:
        port = port_of(server)
        found = ask(str(port), f"{port}/udp", str(port))
    assert [(one.protocol, one.held) for one in found] == [("tcp", True), ("udp", False)]


def test_who_is_connected_and_from_which_process() -> None:
    def client(channel: Channel) -> None:
        with socket.create_connection(("127.0.0.1", channel.recv())):
            channel.send("connected")
            channel.recv()

    with serving("127.0.0.1") as server, forked(client) as child:
        child.ask(port_of(server))
        accepted, peer = server.accept()
        with accepted:
            answer = ask_one(f"{port_of(server)}/tcp")
    (connection,) = answer.connections
    assert connection.socket.remote == peer
    assert connection.peer is not None
    assert connection.peer.owner.process is not None
    assert connection.peer.owner.process.pid == child.pid


@pytest.mark.parametrize(
    ("bind", "question", "number"),
    [
        ("0.0.0.0", "{}/tcp", 1),
        ("0.0.0.0", "0.0.0.0:{}/tcp", 1),
        ("0.0.0.0", "127.0.0.1:{}/tcp", 1),
        ("0.0.0.0", "127.0.0.2:{}/tcp", 0),
        ("::", "[::]:{}/tcp", 1),
        ("::", "{}/tcp", 1),
    ],
)
def test_connections_are_those_to_the_address_that_is_asked_for(
    bind: str, question: str, number: int
) -> None:
    with (
        serving(bind, v6only=False if bind == "::" else None) as server,
        socket.create_connection(("127.0.0.1", port_of(server))),
        server.accept()[0],
    ):
        answer = ask_one(question.format(port_of(server)))
    assert answer.held
    assert len(answer.connections) == number


@pytest.mark.parametrize("portable", [False, True])
def test_a_bound_udp_socket_holds_its_port(portable: bool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", quiet_port()))
        answer = ask_one(f"{port_of(holder)}/udp", portable=portable)
    assert answer.held
    assert [one.process.pid for one in answer.holders] == [os.getpid()]
    assert causes(answer)[LOOP4] == "held"
    assert causes(answer)[ANY4] == "specific"
    assert can(answer) == {ONLY6, LOOP6}


def test_a_udp_address_whose_holder_set_so_reuseaddr_is_shared_not_free() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", quiet_port()))
        answer = ask_one(f"{port_of(holder)}/udp")
    assert finding(answer, "bind-partly-free").summary.endswith("can still be bound on :: (IPv6 only), ::1.")
    assert " on 0.0.0.0, :: (IPv4 too), 127.0.0.1, with" in finding(answer, "bind-shared").summary


def reuse_port_server(channel: Channel) -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", channel.recv()))
        server.listen()
        channel.send("ready")
        channel.recv()


def test_a_reuseport_group_of_several_processes() -> None:
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        first.bind(("127.0.0.1", quiet_port()))
        first.listen()
        with forked(reuse_port_server) as one, forked(reuse_port_server) as two:
            one.ask(port_of(first))
            two.ask(port_of(first))
            answer = ask_one(f"{port_of(first)}/tcp")
            proved(answer)
    assert len(answer.sockets) == 3
    assert {holder.process.pid for holder in answer.holders} == {os.getpid(), one.pid, two.pid}


def test_a_prefork_server_has_one_socket_and_several_holders() -> None:
    def worker(channel: Channel) -> None:
        channel.send("ready")
        channel.recv()

    with serving("127.0.0.1") as server, forked(worker) as one, forked(worker) as two:
        one.hear(), two.hear()
        answer = ask_one(f"{port_of(server)}/tcp")
    assert len(answer.sockets) == 1
    assert [holder.process.pid for holder in answer.holders] == sorted([os.getpid(), one.pid, two.pid])


def a_server(channel: Channel) -> None:
    with serving("127.0.0.1") as opened:
        channel.send(port_of(opened))
        signal.pause()


@pytest.mark.root
def test_another_users_holder_is_not_named_but_explained() -> None:
    with forked(a_server) as child:
        port = child.hear()
        answer = in_child(lambda: ask_one(f"{port}/tcp"), uid=NOBODY)
    assert answer.held
    assert answer.holders == ()
    owner = answer.sockets[0].listener.owner
    assert owner.reason is OwnerReason.OTHER_USER
    assert "naming the process needs root" in (owner.explain() or "")


# -- where it can be bound


def test_a_free_port_can_be_bound_everywhere() -> None:
    answer = ask_one(f"{quiet_port()}/tcp")
    assert (answer.held, answer.verdict) == (False, Verdict.FREE)
    assert can(answer) == can(answer, reuse=True) == EVERYWHERE
    assert causes(answer) == {}
    proved(answer)


def test_only_ipv4_is_held() -> None:
    with serving("0.0.0.0") as server:
        answer = ask_one(f"{port_of(server)}/tcp")
        assert causes(answer) == {ANY4: "held", ANY6: "other-family", LOOP4: "wildcard"}
        proved(answer)
        assert finding(answer, "bind-partly-free").summary.endswith(":: (IPv6 only), ::1.")


def test_only_ipv6_is_held() -> None:
    with serving("::", v6only=True) as server:
        answer = ask_one(f"{port_of(server)}/tcp")
        assert can(answer) == {ANY4, LOOP4}
        assert causes(answer) == {ANY6: "held", ONLY6: "held", LOOP6: "wildcard"}
        proved(answer)


def test_a_dual_stack_socket_holds_both_families() -> None:
    with serving("::", v6only=False) as server:
        answer = ask_one(f"{port_of(server)}/tcp")
        assert causes(answer) == {
            ANY4: "other-family", ANY6: "held", ONLY6: "held", LOOP4: "other-family", LOOP6: "wildcard",
        }  # fmt: skip
        assert "bind-partly-free" not in checks(answer)
        proved(answer)


def test_psutil_does_not_tell_v6only_but_a_refusal_does() -> None:
    with serving("::", v6only=False) as server:
        answer = ask_one(f"{port_of(server)}/tcp", portable=True)
    assert causes(answer)[LOOP4] == causes(answer)[ANY4] == "other-family"


def test_each_family_of_one_port_has_its_own_owner() -> None:
    def six(channel: Channel) -> None:
        with serving("::1", channel.recv()):
            channel.send("ready")
            channel.recv()

    with forked(six) as child, serving("127.0.0.1") as server:
        child.ask(port_of(server))
        answer = ask_one(f"{port_of(server)}/tcp")
        owners = {
            found.listener.socket.local.address: [p.pid for p in found.listener.owner.processes]
            for found in answer.sockets
        }
        assert owners == {"127.0.0.1": [os.getpid()], "::1": [child.pid]}
        assert can(answer) == set()
        assert causes(answer) == {
            ANY4: "specific", ANY6: "specific", ONLY6: "specific", LOOP4: "held", LOOP6: "held",
        }  # fmt: skip
        proved(answer)


def test_an_address_narrows_the_question_down() -> None:
    with serving("127.0.0.1") as server:
        port = port_of(server)
        assert ask_one(f"127.0.0.1:{port}/tcp").held
        assert ask_one(f"[::ffff:127.0.0.1]:{port}/tcp").held
        elsewhere = ask_one(f"127.0.0.2:{port}/tcp")
        assert (elsewhere.held, elsewhere.verdict, len(elsewhere.binds)) == (False, Verdict.FREE, 2)
        proved(elsewhere)
        every = ask_one(f"0.0.0.0:{port}/tcp")
        assert (every.held, every.verdict) == (False, Verdict.BLOCKED)
        assert str(os.getpid()) in finding(every, "bind-specific").evidence
        dual = ask_one(f"[::]:{port}/tcp")
        assert (dual.held, dual.verdict) == (False, Verdict.PARTLY)
        assert causes(dual) == {ANY6: "other-family"}
        proved(dual)


def test_an_address_that_the_machine_does_not_have() -> None:
    answer = ask_one("192.0.2.77:8080/tcp")
    assert (answer.held, answer.verdict) == (False, Verdict.BLOCKED)
    assert "192.0.2.77 is not an address" in finding(answer, "bind-address").summary
    assert "EADDRNOTAVAIL" in finding(answer, "bind-address").evidence


# -- what keeps a port that nobody holds


def left_in_time_wait(*, reuse: bool) -> int:
    """A port whose listener is gone, and whose last connection it closed itself."""
    with serving("127.0.0.1", reuse=reuse) as server:
        port = port_of(server)
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()
            assert client.recv(1) == b""
    table = Path("/proc/self/net/tcp")
    wait_for(lambda: f":{port:04X} " in table.read_text() and " 06 " in table.read_text())
    return port


@pytest.mark.root
@apart
def test_time_wait_is_passed_by_with_so_reuseaddr() -> None:
    port = left_in_time_wait(reuse=True)
    answer = ask_one(f"{port}/tcp")
    assert (answer.held, answer.verdict) == (False, Verdict.REUSE)
    assert causes(answer) == dict.fromkeys([ANY4, ANY6, LOOP4], "time-wait")
    assert can(answer, reuse=True) == EVERYWHERE
    told = finding(answer, "bind-time-wait")
    assert f"127.0.0.1:{port} to 127.0.0.1:" in told.evidence
    assert "with it, it works at once" in told.why
    proved(answer)


@pytest.mark.root
@apart
def test_time_wait_of_a_server_without_so_reuseaddr_must_be_waited_for() -> None:
    port = left_in_time_wait(reuse=False)
    answer = ask_one(f"{port}/tcp")
    assert causes(answer, reuse=True) == dict.fromkeys([ANY4, ANY6, LOOP4], "time-wait")
    assert "even with SO_REUSEADDR" in finding(answer, "bind-time-wait").why
    proved(answer)


@contextmanager
def lent(remote: socket.socket) -> Iterator[int]:
    """A port that the kernel lent to a connection of this process."""
    with socket.create_connection(remote.getsockname()) as client:
        accepted, _ = remote.accept()
        with accepted:
            yield port_of(client)


@pytest.mark.parametrize("portable", [False, True])
@apart
def test_an_outgoing_connection_took_the_port(portable: bool) -> None:
    with serving("127.0.0.1") as server, lent(server) as port:
        answer = ask_one(f"{port}/tcp", portable=portable)
        assert (answer.held, answer.verdict) == (False, Verdict.PARTLY)
        assert causes(answer) == dict.fromkeys([ANY4, ANY6, LOOP4], "outgoing")
        told = finding(answer, "bind-ephemeral")
        assert f"({os.getpid()}) to 127.0.0.1:{port_of(server)}" in told.summary
        assert f"ip_local_reserved_ports={port}" in told.fix
        proved(answer)


def test_a_connection_that_outlived_its_listener() -> None:
    with serving("127.0.0.1") as server:
        port = port_of(server)
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
    with client, accepted:
        answer = ask_one(f"{port}/tcp")
        assert answer.connections == ()
        assert causes(answer)[LOOP4] == "connected"
        assert str(os.getpid()) in finding(answer, "bind-connected").evidence
        proved(answer)


def test_a_socket_that_is_bound_but_does_not_listen() -> None:
    with bound("127.0.0.1") as silent:
        port = port_of(silent)
        answer = ask_one(f"{port}/tcp")
        assert (answer.held, answer.verdict) == (False, Verdict.PARTLY)
        assert causes(answer) == dict.fromkeys([ANY4, ANY6, LOOP4], "bound")
        assert f"127.0.0.1:{port}" in finding(answer, "bind-bound").summary
        proved(answer)


def test_what_psutil_does_not_see_is_said_to_be_unknown() -> None:
    with bound("127.0.0.1") as silent:
        answer = ask_one(f"{port_of(silent)}/tcp", portable=True)
    assert causes(answer)[LOOP4] == "unknown"
    assert finding(answer, "bind-unknown").state == "unknown"


def test_a_udp_port_that_a_client_has_is_not_held() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", 53))
        answer = ask_one(f"{port_of(client)}/udp")
    assert not answer.held
    assert causes(answer)[LOOP4] == "outgoing"


@pytest.mark.root
def test_a_privileged_port_as_nobody() -> None:
    answer = in_child(lambda: ask_one("79/tcp"), uid=NOBODY)
    assert (answer.held, answer.verdict) == (False, Verdict.BLOCKED)
    assert causes(answer) == dict.fromkeys(EVERYWHERE, "privileged")
    told = finding(answer, "bind-privileged")
    assert told.evidence == "EACCES as uid 65534; net.ipv4.ip_unprivileged_port_start = 1024"


@pytest.mark.root
def test_a_port_is_only_as_privileged_as_this_namespace_says() -> None:
    def asked() -> PortAnswer:
        Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("79")
        become(NOBODY)
        return ask_one("79/tcp")

    assert on_a_host_alone(asked).verdict is Verdict.FREE


@pytest.mark.root
def test_ipv6_is_off() -> None:
    def asked() -> PortAnswer:
        for interface in ("all", "lo"):
            Path(f"/proc/sys/net/ipv6/conf/{interface}/disable_ipv6").write_text("1")
        return ask_one("8080/tcp")

    answer = on_a_host_alone(asked)
    assert (answer.held, answer.verdict) == (False, Verdict.FREE)
    assert causes(answer) == {LOOP6: "no-family"}
    assert "disable_ipv6 = 1" in finding(answer, "bind-no-ipv6").evidence


@pytest.mark.root
def test_a_reserved_port_is_never_lent_and_can_be_bound() -> None:
    def asked() -> list[PortAnswer]:
        Path("/proc/sys/net/ipv4/ip_local_reserved_ports").write_text("40000-40010")
        return ask("40005/tcp", "40011/tcp")

    reserved, lent_out = on_a_host_alone(asked)
    assert reserved.verdict is Verdict.FREE
    assert checks(reserved) == ["port-reserved"]
    assert checks(lent_out) == ["ephemeral-range"]
    assert finding(lent_out, "ephemeral-range").fix.endswith("ip_local_reserved_ports=40000-40010,40011")


@pytest.mark.root
@pytest.mark.parametrize("uid", [None, NOBODY])
def test_a_listener_in_another_network_namespace(uid: int | None) -> None:
    def inside(channel: Channel) -> None:
        unshare(0x40000000)
        with serving("0.0.0.0", 8080), serving("::", 8081, v6only=True), suppress(EOFError):
            channel.send("ready")
            channel.recv()

    with forked(inside) as child:
        child.hear()
        answers = in_child(lambda: ask("8080/tcp", "8081/tcp", "8080/udp"), uid=uid)
    four, six, udp = answers
    (one,) = [one for one in four.elsewhere if child.pid in _pids(one)]
    assert str(one.local) == "0.0.0.0:8080"
    assert (one.process.pid if one.process else None) == (child.pid if uid is None else None)
    assert f"({child.pid})" in finding(four, "other-namespace").summary
    (other,) = [one for one in six.elsewhere if child.pid in _pids(one)]
    assert str(other.local) == "[::]:8081"
    assert not any(child.pid in _pids(one) for one in udp.elsewhere)


def _pids(one: object) -> set[int]:
    return {process.pid for process in (one.process, one.resident) if process}  # type: ignore[attr-defined]


def test_a_holder_that_ends_leaves_the_port_free() -> None:
    with forked(a_server) as child:
        port = child.hear()
        assert ask_one(f"{port}/tcp").holders[0].process.pid == child.pid
    assert ask_one(f"{port}/tcp").verdict is Verdict.FREE
