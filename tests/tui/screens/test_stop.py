"""The question before a process is stopped, over real processes."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest
from textual.app import App
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Button, Static

from netmon.collectors.linux import LinuxCollector
from netmon.collectors.psutil_backend import PsutilCollector
from netmon.engine.state import State
from netmon.engine.tracker import Tracker
from netmon.model.connection import Connection, Direction
from netmon.model.finding import Finding, FindingState
from netmon.model.process import OwnerReason
from netmon.model.text import clean
from netmon.ports.question import PortQuestion
from netmon.ports.stopping.plan import StopPlan, Target
from netmon.ports.stopping.survey import StopTarget
from netmon.tui.screens.stop import StopScreen, plan_text
from netmon.tui.widgets.live_table import LiveTable
from tests.builders import HOSTILE, connection, listener, owner, process
from tests.builders import state as built
from tests.servers import alive, preforked, rest, served
from tests.sockets import Channel, connect, forked, inode_of, port_of
from tests.sockets import listener as real_listener
from tests.staging import running

SIZES = [(40, 10), (80, 24), (160, 50)]


def now(*, portable: bool = False) -> State:
    """The machine as it is."""
    collector = PsutilCollector(follow=False) if portable else LinuxCollector(follow=False)
    with closing(collector):
        return Tracker().update(collector.poll())


def listener_at(port: int, state: State) -> Connection:
    """The listener of a port."""
    (found,) = [one for one in state.listeners if one.socket.local.port == port]
    return found


def ended_by(pid: int) -> int:
    """The signal that ended a child, which is reaped."""
    return os.WTERMSIG(os.waitpid(pid, 0)[1])


class Asked:
    """The screen, and what its user sees and does."""

    def __init__(self, app: App[None], pilot: Pilot[None], screen: StopScreen) -> None:
        self.app, self.pilot, self.screen = app, pilot, screen

    @property
    def plan(self) -> str:
        """The plan as it is shown."""
        return str(self.screen.query_one("#stop-plan", Static).content)

    @property
    def course(self) -> str:
        """How it goes."""
        return str(self.screen.query_one("#stop-course", Static).content)

    @property
    def answers(self) -> list[str]:
        """The buttons in view."""
        return [str(button.label) for button in self.screen.query(Button) if button.display]

    @property
    def is_open(self) -> bool:
        """Whether it is still asked."""
        return self.app.screen is self.screen

    async def press(self, *keys: str) -> None:
        """Press keys and wait until what they began is done."""
        for key in keys:
            await self.pilot.press(key)
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()


@asynccontextmanager
async def asked(
    row: StopTarget, state: State, *, size: tuple[int, int] = (80, 24), patience_s: float = 10.0
) -> AsyncIterator[Asked]:
    """The screen over an empty app, once it has looked around."""
    app: App[None] = App()
    async with app.run_test(size=size) as pilot:
        screen = StopScreen(row, state, lambda pid: (process("bash", 700),), patience_s)
        await app.push_screen(screen)
        await app.workers.wait_for_complete()
        await pilot.pause()
        yield Asked(app, pilot, screen)


async def test_says_who_and_what_and_no_has_the_focus() -> None:
    with served() as server:
        state = now()
        async with asked(listener_at(server.port, state), state) as seen:
            assert f"({server.pid}, user " in seen.plan
            assert "Started by bash (700)." in seen.plan
            assert seen.course.startswith("Send SIGTERM to ")
            assert seen.answers == ["No", "Yes, SIGTERM"]
            assert seen.app.focused is seen.screen.query_one("#no")


async def test_a_port_that_nothing_holds_any_more_leaves_nothing_to_ask() -> None:
    with real_listener() as server:
        question = PortQuestion(port_of(server), "tcp")
    async with asked(question, now()) as seen:
        assert seen.plan == f"{question.port}/tcp: nothing holds it"
        assert (seen.course, seen.answers) == ("", ["Close"])
        await seen.press("y")
        assert not seen.is_open


@pytest.mark.parametrize("keys", [("n",), ("escape",), ("enter",), ("right", "left", "enter")])
async def test_no_leaves_it_alive(keys: tuple[str, ...]) -> None:
    with served() as server:
        state = now()
        async with asked(listener_at(server.port, state), state) as seen:
            await seen.press(*keys)
            assert not seen.is_open
        assert server.is_alive


@pytest.mark.parametrize(("keys", "portable"), [(("y",), False), (("right", "enter"), True)])
async def test_yes_stops_it(keys: tuple[str, ...], portable: bool) -> None:
    with served() as server:
        state = now(portable=portable)
        async with asked(listener_at(server.port, state), state) as seen:
            await seen.press(*keys)
            assert not server.is_alive
            assert seen.course.startswith(f"stopped: 127.0.0.1:{server.port}/tcp is free after ")
            assert seen.answers == ["Close"]
            await seen.press("enter")
            assert not seen.is_open
        assert ended_by(server.pid) == signal.SIGTERM


async def test_who_ignores_sigterm_is_asked_about_again() -> None:
    with served(deaf=True) as server:
        state = now()
        async with asked(listener_at(server.port, state), state, patience_s=0.1) as seen:
            await seen.press("y")
            assert alive(server.pid)
            assert "is still held" in seen.course
            assert "Send SIGKILL" in seen.course
            assert seen.app.focused is seen.screen.query_one("#no")
            await seen.press("y")
            assert not server.is_alive
        assert ended_by(server.pid) == signal.SIGKILL


async def test_who_ignores_sigterm_may_live() -> None:
    with served(deaf=True) as server:
        state = now()
        async with asked(listener_at(server.port, state), state, patience_s=0.1) as seen:
            await seen.press("y", "n")
            assert not seen.is_open
            assert seen.screen._course is None
        assert server.is_alive


async def test_leaving_while_it_waits_takes_nothing_back() -> None:
    with served(deaf=True) as server:
        state = now()
        async with asked(listener_at(server.port, state), state, patience_s=3600.0) as seen:
            await seen.pilot.press("y")
            await seen.pilot.press("escape")
            assert not seen.is_open
            await seen.app.workers.wait_for_complete()  # long before an hour is over
            assert seen.screen._course is None
        assert server.is_alive


async def test_a_group_ends_as_a_whole() -> None:
    with preforked(2) as group:
        state = now()
        async with asked(listener_at(group.server.port, state), state) as seen:
            assert "hold the socket too" in seen.plan
            await seen.press("y")
            assert "is free" in seen.course
        assert not group.server.is_alive


async def test_what_changed_hands_meanwhile_is_refused() -> None:
    def closes(channel: Channel) -> None:
        with real_listener() as server:
            channel.send(server.getsockname()[1])
            channel.recv()
        channel.send("closed")
        rest(channel)

    with forked(closes) as child:
        port = child.hear()
        assert isinstance(port, int)
        state = now()
        async with asked(listener_at(port, state), state) as seen:
            assert child.ask() == "closed"
            await seen.press("y")
            assert "nothing was signalled" in seen.course
            assert seen.answers == ["Close"]
        assert alive(child.pid)


# -- which process a row means


async def test_an_inbound_row_means_the_listener_of_its_port() -> None:
    with real_listener() as server:
        client, accepted = connect(server)
        with client, accepted:
            state = now()
            row = next(one for one in state.connections if one.socket.inode == inode_of(accepted))
            assert row.direction is Direction.INBOUND
            async with asked(row, state) as seen:
                # This very process listens: it is refused, but it is clear who was meant.
                assert f"127.0.0.1:{server.getsockname()[1]}/tcp is held by netmon itself" in seen.plan
                assert seen.answers == ["Close"]


async def test_an_outbound_row_means_the_client_itself() -> None:
    def client(channel: Channel) -> None:
        with socket.create_connection(("127.0.0.1", int(str(channel.recv())))) as sock:
            channel.send(inode_of(sock))
            rest(channel)

    with served() as server, forked(client) as other:
        inode = other.ask(server.port)
        state = now()
        row = next(one for one in state.connections if one.socket.inode == inode)
        async with asked(row, state) as seen:
            assert f"({other.pid}" in seen.plan
            assert "holds the connection" in seen.plan
            assert "This is the process that holds the connection itself" in seen.plan
            await seen.press("y")
            assert "is gone after" in seen.course
        assert (alive(other.pid), server.is_alive) == (False, True)


async def test_a_refusal_can_only_be_closed() -> None:
    row = listener("0.0.0.0:22", owner=owner(reason=OwnerReason.OTHER_USER, uid=0, user="root"))
    async with asked(row, built([], [row], privileged=False)) as seen:
        assert "belongs to uid 0 (root)" in seen.plan
        assert "root (sudo)" in seen.plan
        assert seen.answers == ["Close"]
        await seen.press("y")
        assert not seen.is_open


# -- how it looks


@pytest.mark.parametrize("size", SIZES)
async def test_fits_and_shows_hostile_names_as_they_are(size: tuple[int, int]) -> None:
    name = clean(HOSTILE)
    held = owner(*(process(name, 2**22 + n, parent_pid=1) for n in range(1, 9)))
    row = listener("127.0.0.1:8080", owner=held)
    peers = [
        connection(f"203.0.113.{n}:50000", local="127.0.0.1:8080", owner=held, direction=Direction.INBOUND)
        for n in range(1, 9)
    ]
    async with asked(row, built(peers, [row]), size=size) as seen:
        assert name in seen.plan
        box = seen.screen.query_one("#stop")
        assert seen.app.screen.region.contains_region(box.region)
        for button in seen.screen.query(Button):
            assert box.region.contains_region(button.region), (button, button.region, box.region)
        text = seen.screen.query_one("#stop-text", VerticalScroll)
        await seen.press("j", "j", "k")
        assert text.scroll_offset.y <= text.max_scroll_y
        # None of these processes exists: nothing is signalled.
        await seen.press("y")
        assert "its holder has ended meanwhile" in seen.course


def test_a_plan_as_text_marks_what_is_surprising() -> None:
    row = listener("0.0.0.0:8080")
    plan = StopPlan(
        "8080/tcp",
        (row,),
        (Target(process("python3", 4711), row.socket),),
        effects=(
            Finding("a", FindingState.WARN, "Something breaks."),
            Finding("b", FindingState.INFO, "Something goes."),
        ),
        lineage=("Started by bash (700).",),
    )
    assert plan_text(plan, 0.0).plain.splitlines() == [
        "python3 (4711, user dev) holds 8080/tcp: python3 --flag",
        "Started by bash (700).",
        "! Something breaks.",
        "· Something goes.",
    ]
    assert plan_text(plan._replace(refusal="no [/x]"), 0.0).plain == "no [/x]"


# -- in the whole app


@pytest.mark.parametrize("tab", ["ports", "connections"])
async def test_k_in_the_app_over_live_sockets(tab: str) -> None:
    with served() as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        # Both, since one alone may also be the port of something that lies in TIME_WAIT.
        both = f"lport:{server.port} rport:{client.getsockname()[1]}"
        async with running(LinuxCollector(), first_tab=tab) as screen:
            await screen.filter(both if tab == "connections" else f"lport:{server.port} proto:tcp")
            await screen.press("enter")  # out of the filter box
            table = screen.app.query(LiveTable).first()
            await screen.until(lambda: len(table.rows) == 1)
            await screen.press("K")
            assert isinstance(screen.app.screen, StopScreen)
            await screen.until(lambda: any("Send SIGTERM" in line for line in screen.text))
            assert any(f"({server.pid}, user" in line for line in screen.text)
            await screen.press("n")
            assert server.is_alive
            await screen.press("K", "y")
            await screen.until(lambda: any("stopped:" in line for line in screen.text))
            assert not server.is_alive
