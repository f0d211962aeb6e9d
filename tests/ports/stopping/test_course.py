"""Plans carried out on real processes, and what stands in their way."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from netmon.collectors.linux import LinuxCollector
from netmon.collectors.process_handle import ForbiddenError
from netmon.collectors.psutil_backend import PsutilCollector
from netmon.engine.tracker import Tracker
from netmon.ports.question import parse_question
from netmon.ports.stopping.course import Ending, StopCourse, StopRefusedError
from netmon.ports.stopping.plan import StopPlan, Target
from netmon.ports.stopping.survey import plan_for_port, plan_for_row
from netmon.ports.supervisor import Supervisor
from tests.servers import alive, gone, preforked, rest, served, sharing, udp_socket
from tests.sockets import NOBODY, Channel, alone, end, forked, in_child, listener, port_of


def plan_of(port: object, *, portable: bool = False) -> StopPlan:
    """The plan for a port of this machine, as it is now."""
    collector = PsutilCollector(follow=False) if portable else LinuxCollector(follow=False)
    with closing(collector):
        state = Tracker().update(collector.poll())
    return plan_for_port(parse_question(str(port)), state, lambda pid: ())


@contextmanager
def course_of(plan: StopPlan, *, portable: bool = False) -> Iterator[StopCourse]:
    """The course of a plan."""
    with closing(StopCourse(plan, portable=portable)) as course:
        yield course


def pids(targets: Sequence[Target]) -> list[int]:
    """The numbers of the processes, in order."""
    return sorted(target.process.pid for target in targets)


@pytest.fixture(params=[False, True], ids=["linux", "psutil"])
def portable(request: pytest.FixtureRequest) -> bool:
    """Both sources."""
    chosen: bool = request.param
    return chosen


@pytest.mark.parametrize("make", [listener, udp_socket])
def test_from_the_signal_to_the_free_port(portable: bool, make: Callable[[], socket.socket]) -> None:
    with served(make) as server:
        with course_of(plan_of(server.port, portable=portable), portable=portable) as course:
            assert pids(course.send()) == [server.pid]
            outcome = course.wait(10)
            assert (outcome.ending, outcome.left) == (Ending.FREE, ())
        assert not server.is_alive


def test_who_ignores_sigterm_is_killed_with_the_same_handle(portable: bool) -> None:
    with served(deaf=True) as server:
        with course_of(plan_of(server.port, portable=portable), portable=portable) as course:
            course.send()
            outcome = course.wait(0.05)
            assert (outcome.ending, pids(outcome.left)) == (
                Ending.STILL_THERE,
                [server.pid],
            )
            assert server.is_alive
            course.send(kill=True)
            assert course.wait(10).ending is Ending.FREE
        assert os.WTERMSIG(os.waitpid(server.pid, 0)[1]) == signal.SIGKILL


def test_a_server_that_has_let_the_port_go_and_still_runs_may_be_killed() -> None:
    def drains(channel: Channel) -> None:
        server = listener()
        signal.signal(signal.SIGTERM, lambda *_: server.close())
        channel.send(port_of(server))
        rest(channel)

    with forked(drains) as child, course_of(plan_of(child.hear())) as course:
        course.send()
        outcome = course.wait(0.2)
        assert (outcome.ending, len(outcome.left)) == (Ending.FINISHING, 1)
        course.send(kill=True)
        assert course.wait(10).ending is Ending.FREE
        assert not alive(child.pid)


def test_of_a_prefork_group_the_master_alone_gets_sigterm(portable: bool) -> None:
    with preforked(2) as group:
        plan = plan_of(group.server.port, portable=portable)
        with course_of(plan, portable=portable) as course:
            assert pids(course.send()) == [group.server.pid]
            outcome = course.wait(10)
            assert (outcome.ending, outcome.left) == (Ending.FREE, ())
        assert all(gone(worker) for worker in group.workers)


def test_a_master_that_leaves_its_workers_behind(portable: bool) -> None:
    with preforked(2) as group:
        plan = plan_of(group.server.port, portable=portable)
        # Killed alone, as if it had died of the signal: its workers never hear of it.
        with course_of(plan, portable=portable) as course:
            os.kill(group.server.pid, signal.SIGSTOP)
            course.send()
            os.kill(group.server.pid, signal.SIGKILL)
            outcome = course.wait(0.2)
            assert outcome.ending is Ending.STILL_HELD
            assert pids(outcome.left) == sorted(group.workers)
            assert pids(course.send(kill=True)) == sorted(group.workers)
            assert course.wait(10).ending is Ending.FREE
            assert all(gone(worker) for worker in group.workers)


def test_a_port_that_is_held_again_is_not_free() -> None:
    with served(sharing()) as server:
        plan = plan_of(server.port)
        with course_of(plan) as course, served(sharing(server.port)) as newcomer:
            course.send()
            assert course.wait(10).ending is Ending.HELD_AGAIN
            assert newcomer.is_alive


def test_what_is_beside_a_single_address_does_not_count() -> None:
    def on_another() -> socket.socket:
        return socket.create_server(("127.0.0.9", first.port))

    with served() as first, served(on_another) as second:
        with course_of(plan_of(f"127.0.0.1:{first.port}")) as course:
            course.send()
            assert course.wait(10).ending is Ending.FREE
        assert second.is_alive


def test_a_supervisor_is_given_time_to_start_it_again() -> None:
    with served() as server:
        again = Supervisor("process manager", "supervisord", 600, restarts=True)
        plan = plan_of(server.port)._replace(supervisor=again)
        started = socket.socket()
        started.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

        def start_again() -> None:
            end(server.pid)
            started.bind(("127.0.0.1", server.port))
            started.listen()

        with started, course_of(plan) as course:
            course.send()
            supervising = threading.Thread(target=start_again)
            supervising.start()
            assert course.wait(10).ending is Ending.HELD_AGAIN
            supervising.join()


def test_a_wait_that_is_given_up_says_what_is_so_then(portable: bool) -> None:
    with served(deaf=True) as server:
        with course_of(plan_of(server.port, portable=portable), portable=portable) as course:
            course.send()
            course.give_up()
            assert course.wait(3600.0).ending is Ending.STILL_THERE
        assert server.is_alive


def test_workers_that_finish_on_a_free_port_are_no_reason_to_insist() -> None:
    def master(channel: Channel) -> None:
        server = listener()
        worker = os.fork()
        if worker == 0:
            signal.alarm(60)
            signal.signal(signal.SIGUSR1, lambda *_: server.close())
            os.write(told, b"x")
            while True:
                signal.pause()

        def stop(*_: object) -> None:
            os.kill(worker, signal.SIGUSR1)
            os._exit(0)

        os.read(hears, 1)
        signal.signal(signal.SIGTERM, stop)
        channel.send((port_of(server), worker))
        rest(channel)

    hears, told = os.pipe()
    with forked(master) as child:
        heard = child.hear()
        assert isinstance(heard, tuple)
        port, worker = heard
        try:
            with course_of(plan_of(port)) as course:
                course.send()
                outcome = course.wait(10)
                assert (outcome.ending, pids(outcome.left)) == (Ending.FREE, [worker])
                assert not outcome.may_insist
        finally:
            os.kill(worker, signal.SIGKILL)
            os.close(hears)
            os.close(told)


# -- refusals


def refused(plan: StopPlan, *, kill: bool = False, portable: bool = False) -> str:
    """Why the signal was refused."""
    with course_of(plan, portable=portable) as course, pytest.raises(StopRefusedError) as refusal:
        course.send(kill=kill)
    return str(refusal.value)


@pytest.mark.parametrize("kill", [False, True])
def test_one_changed_process_of_several_spares_them_all(portable: bool, kill: bool) -> None:
    with served(sharing()) as first, served(sharing(first.port)) as second:
        plan = plan_of(first.port, portable=portable)
        one, other = plan.targets
        started = other.process.started_at
        assert started is not None
        wrong = other._replace(process=other.process._replace(started_at=started - 1))
        said = refused(plan._replace(targets=(one, wrong)), kill=kill, portable=portable)
        assert "nothing was signalled" in said
        assert "the number has gone to another one" in said
        assert first.is_alive
        assert second.is_alive


def test_one_that_has_ended_does_not_spare_the_others(portable: bool) -> None:
    with served(sharing()) as first, served(sharing(first.port)) as second:
        plan = plan_of(first.port, portable=portable)
        end(first.pid)
        with course_of(plan, portable=portable) as course:
            assert pids(course.send()) == [second.pid]
            assert course.wait(10).ending is Ending.FREE


def test_where_all_have_ended_nothing_is_signalled(portable: bool) -> None:
    with served() as server:
        plan = plan_of(server.port, portable=portable)
        end(server.pid)
        assert "its holder has ended meanwhile" in refused(plan, portable=portable)


def test_a_socket_that_was_handed_on_is_not_looked_for_elsewhere() -> None:
    ours, theirs = socket.socketpair()

    def gives(channel: Channel) -> None:
        with listener() as server:
            channel.send(port_of(server))
            channel.recv()
            socket.send_fds(ours, [b"x"], [server.fileno()])
        channel.send("given")
        rest(channel)

    def takes(channel: Channel) -> None:
        socket.recv_fds(theirs, 1, 1)
        channel.send("taken")
        rest(channel)

    with ours, theirs, forked(gives) as giver, forked(takes) as taker:
        plan = plan_of(giver.hear())
        assert giver.ask() == "given"
        assert taker.hear() == "taken"
        assert f"({giver.pid}) no longer holds" in refused(plan)
        assert alive(giver.pid)
        assert alive(taker.pid)


def test_a_follower_that_has_let_go_is_left_alone() -> None:
    with preforked(2) as group:
        plan = plan_of(group.server.port)
        strangers = tuple(f._replace(process=f.process._replace(started_at=0.0)) for f in plan.followers)
        with course_of(plan._replace(followers=strangers)) as course:
            assert pids(course.send(kill=True)) == [group.server.pid]
            assert course.wait(0.05).left == (), "they are none of its business"
        assert not any(gone(worker) for worker in group.workers)


@pytest.mark.root
def test_a_number_that_was_given_again_between_question_and_signal() -> None:
    def reuse() -> tuple[str, bool]:
        with served() as first:
            plan = plan_of(first.port)
            end(first.pid)
        Path("/proc/sys/kernel/ns_last_pid").write_text(str(first.pid - 1), encoding="ascii")
        with served() as second:
            assert second.pid == first.pid, "the number was not given again"
            return refused(plan), second.is_alive

    said, lives = alone(reuse)
    assert "nothing was signalled" in said
    assert lives


@pytest.mark.root
def test_who_may_not_signal_is_told_so() -> None:
    with served() as server:
        plan = plan_of(server.port)
        said = in_child(lambda: refused(plan), uid=NOBODY)
        assert "may not be read by this user" in said
        assert server.is_alive


def test_a_signal_that_the_system_refuses_is_said_to_be() -> None:
    class Guarded:
        """A process that passes every check and may not be signalled, as under a security policy."""

        pid = 0

        def check(self, *_: object) -> None:
            """Fine."""

        def send(self, number: int) -> None:
            """Forbidden."""
            raise ForbiddenError("a policy forbids it")

        def wait(self, timeout_s: float) -> bool:
            """It lives."""
            return False

        def close(self) -> None:
            """Nothing is open."""

    with served() as server:
        plan = plan_of(server.port)
        course = StopCourse(plan, open_process=lambda pid: Guarded())
        with closing(course), pytest.raises(StopRefusedError, match="a policy forbids it"):
            course.send()
        assert server.is_alive


def test_a_connections_own_process_ends_and_its_listener_lives() -> None:
    def client(channel: Channel) -> None:
        with socket.create_connection(("127.0.0.1", int(str(channel.recv())))) as sock:
            channel.send(port_of(sock))
            rest(channel)

    def plan_for(port: object) -> StopPlan:
        with closing(LinuxCollector(follow=False)) as collector:
            state = Tracker().update(collector.poll())
        row = next(one for one in state.connections if one.socket.local.port == port)
        return plan_for_row(row, state, lambda pid: ())

    with served() as server, forked(client) as other:
        plan = plan_for(other.ask(server.port))
        with course_of(plan) as course:
            course.send()
            assert course.wait(10).ending is Ending.FREE
        assert (alive(other.pid), server.is_alive) == (False, True)
