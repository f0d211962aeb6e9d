"""The app over a stage: a collector that gives what a test puts into it, behind a real poller."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from textual.events import Key, Paste
from textual.geometry import Offset
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from netmon.collectors.base import Collector, CollectorError
from netmon.engine.poller import Poller
from netmon.engine.state import State
from netmon.model.process import Owner, Process
from netmon.model.snapshot import ClosedSocket, Snapshot, Source
from netmon.model.socket import SocketRecord, SocketState
from netmon.resolver.reverse import ReverseNames
from netmon.tui.app import NetmonApp
from netmon.tui.tabs.connections import ConnectionsTab
from netmon.tui.widgets.connection_pane import ConnectionPane
from netmon.tui.widgets.detail_panel import DetailLines, DetailPanel
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable
from netmon.tui.widgets.top_bar import TopBar
from tests.builders import NOW, TAKEN_AT, connection, tcp_info

SIZES = [(40, 10), (80, 24), (160, 50), (200, 60)]
ADDRESSES = {"127.0.0.1": "lo", "::1": "lo", "10.0.0.5": "eth0", "2001:db8::5": "eth0"}
SHELL = Process(700, "bash", ("bash",))

PATIENCE_S = 15.0

T = TypeVar("T")


# -- records


def outbound(
    remote: str = "203.0.113.7:443", *, local: str = "10.0.0.5:50000", **fields: Any
) -> SocketRecord:
    """A connection that was opened here, as a collector reports it."""
    return connection(remote, local=local, **fields).socket


def inbound(
    remote: str = "198.51.100.20:50122", *, local: str = "10.0.0.5:443", **fields: Any
) -> SocketRecord:
    """A connection that was opened from elsewhere."""
    fields.setdefault("process", "nginx")
    fields.setdefault("pid", 812)
    return connection(remote, local=local, **{"socket": {"tcp": tcp_info(opener_excess=0)}, **fields}).socket


def undecided(
    remote: str = "203.0.113.9:40001", *, local: str = "10.0.0.5:40002", **fields: Any
) -> SocketRecord:
    """A connection of which nothing says who opened it."""
    info = tcp_info(opener_excess=None)
    return connection(remote, local=local, **{"socket": {"tcp": info}, **fields}).socket


def held(record: SocketRecord, *processes: Process) -> SocketRecord:
    """The same socket in other hands."""
    first = processes[0]
    return record._replace(owner=Owner(processes, uid=first.uid, user=first.user))


def carried(record: SocketRecord, *, received: int = 0, sent: int = 0) -> SocketRecord:
    """The same connection when it has carried so much more."""
    tcp = record.tcp
    assert tcp is not None
    more = tcp._replace(
        bytes_received=(tcp.bytes_received or 0) + received, bytes_sent=(tcp.bytes_sent or 0) + sent
    )
    return record._replace(tcp=more)


def ended(record: SocketRecord, at: float) -> ClosedSocket:
    """The last word of the kernel on a connection."""
    gone = record._replace(state=SocketState.CLOSED, inode=None, uid=None, owner=Owner())
    return ClosedSocket(gone, at)


def snapshot(sockets: Sequence[SocketRecord] = (), *, at: float = NOW, **fields: Any) -> Snapshot:
    """What a poll of a machine with these sockets gives."""
    values: dict[str, Any] = {
        "taken_at": TAKEN_AT,
        "monotonic": at,
        "began": at - 0.01,
        "source": "sock_diag",
        "sockets": list(sockets),
        "reports_closed": True,
        "addresses": ADDRESSES,
        **fields,
    }
    return Snapshot(**values)


# -- the collector


class StagedCollector:
    """Each poll waits until the test has put something on the stage."""

    source: Source = "sock_diag"

    def __init__(self) -> None:
        self._stage: queue.SimpleQueue[Snapshot | Exception] = queue.SimpleQueue()
        self.closed = threading.Event()

    def stage(self, outcome: Snapshot | Exception) -> None:
        """Let the next poll give or raise this."""
        self._stage.put(outcome)

    def poll(self) -> Snapshot:
        """What was put on the stage, the oldest first."""
        outcome = self._stage.get()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def ancestors(self, pid: int) -> tuple[Process, ...]:
        """Everything was started by a shell."""
        return (SHELL,)

    def working_directory(self, pid: int) -> str | None:
        """Everything works in the home directory."""
        return "/home/dev"

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed.set()


class StagedPoller(Poller):
    """The real poller on a clock that stands still: it polls whenever something is on the stage."""

    def __init__(self, collector: Collector) -> None:
        super().__init__(collector, 0.0, clock=lambda: NOW, cpu_clock=lambda: 0.0)

    def stop(self, patience_s: float = 10.0) -> None:
        """Stop, also while a poll waits for the stage."""
        self._stopping.set()
        if isinstance(self.collector, StagedCollector):
            self.collector.stage(CollectorError("the stage is empty"))
        super().stop(patience_s)


# -- the screen


class Screen:
    """What a user of the whole app sees and does."""

    def __init__(self, pilot: Pilot[None], app: NetmonApp, poller: Poller) -> None:
        self.pilot, self.app, self.poller = pilot, app, poller
        self.now = NOW - 1
        self.states = 0
        """Handed out by the poller, and with the app."""

    def count_states(self) -> None:
        """Count the states from now on, each after the app has got it."""
        self.poller.subscribe(self._count)

    def _count(self, state: State) -> None:
        self.states += 1

    # Polls

    async def poll(self, *sockets: SocketRecord, after: float = 1.0, **fields: Any) -> None:
        """The next poll finds these sockets, a second after the one before."""
        self.now += after
        await self.outcome(snapshot(sockets, at=self.now, **fields))

    async def outcome(self, outcome: Snapshot | Exception) -> None:
        """The next poll gives or raises this; wait until the app has drawn it."""
        assert isinstance(self.poller.collector, StagedCollector)
        before = self.states
        self.poller.collector.stage(outcome)
        await self.until(lambda: self.states > before)
        await self.settle()

    async def until(self, condition: Callable[[], T | None]) -> T:
        """The first true answer of `condition`."""
        deadline = time.monotonic() + PATIENCE_S
        while not (answer := condition()):
            assert time.monotonic() < deadline, f"not true in time, last: {answer!r}"
            await asyncio.sleep(0.002)
        return answer

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        for _ in range(5):  # from widget to widget, and to the worker and back
            await self.pilot.pause(0)
            await self.until(lambda: all(worker.is_finished for worker in self.app.workers))

    # Hands

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has had its effect.

        The pilot would wait some 100 ms for an idle processor after each.
        """
        driver = self.app._driver
        assert driver is not None
        for key in keys:
            driver.send_message(_key_event(key))
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text, character by character."""
        await self.press(*text)

    async def filter(self, text: str) -> None:
        """Open the filter box and paste into it, which is quicker than typing."""
        await self.press("slash")
        self.app.query_one(Input).post_message(Paste(text))
        await self.settle()

    async def click_header(self, table: LiveTable[Any], key: str) -> None:
        """Click on the name of a column."""
        at = 1
        for column, width in table._layout:
            if column.key == key:
                await self.pilot.click(table, offset=(at + width // 2, 0))
                await self.settle()
                return
            at += width + 1
        raise AssertionError(f"{key} is not in view")

    # Eyes

    @property
    def tab(self) -> ConnectionsTab:
        """The connections tab."""
        return self.app.query_one(ConnectionsTab)

    def pane(self, name: str) -> ConnectionPane:
        """One of the panes: `inbound`, `outbound`, `all`, `processes`."""
        return self.app.query_one(f"#{name}", ConnectionPane)

    def table(self, name: str) -> LiveTable[Any]:
        """The table of a pane."""
        return self.pane(name).table

    def title(self, name: str) -> str:
        """The title line of a pane."""
        return self.pane(name).query_one(Line).text

    def lines(self, name: str) -> list[str]:
        """What the table of a pane shows, its header first."""
        table = self.table(name)
        return [table.render_line(y).text for y in range(table.size.height)]

    def line_of(self, name: str, text: str) -> str:
        """The one line with this text, its white space squeezed."""
        found = [line for line in self.lines(name) if text in line]
        assert len(found) == 1, (text, found, self.lines(name))
        return " ".join(found[0].split())

    def processes(self, name: str) -> list[str]:
        """The processes of the rows, in order."""
        return [row.owner.processes[0].name for row in self.table(name).rows]

    @property
    def status(self) -> str:
        """The status line of the connections tab."""
        return self.app.query_one("#status", Line).text

    @property
    def details(self) -> list[str]:
        """What the details say; nothing while they are closed."""
        panel = self.tab.query_one(DetailPanel)
        return panel.query_one(DetailLines).lines if panel.display else []

    @property
    def bar(self) -> str:
        """The first line of the app."""
        return self.app.query_one(TopBar).render_line(0).text

    @property
    def text(self) -> list[str]:
        """Everything on the screen, line by line."""
        width, height = self.app.size
        compositor = self.app.screen._compositor
        strips = compositor.render_strips()
        assert len(strips) == height
        assert {strip.cell_length for strip in strips} <= {width}
        return [strip.text for strip in strips]

    def where(self, text: str) -> Offset:
        """The place on the screen of the first of this text."""
        for y, line in enumerate(self.text):
            if text in line:
                return Offset(line.index(text), y)
        raise AssertionError(f"{text!r} is not on the screen")


_NAMED = {"slash": "/", "question_mark": "?", "space": " "}


def _key_event(key: str) -> Key:
    """What a terminal sends for a key, by its name or the character on it."""
    character = key if len(key) == 1 else _NAMED.get(key)
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    return Key(name, character)


@asynccontextmanager
async def running(
    collector: Collector | None = None,
    *,
    size: tuple[int, int] = (160, 50),
    first_tab: str = "connections",
    resolve: Callable[[str], str] | None = None,
) -> AsyncIterator[Screen]:
    """The app over a collector; over an empty stage by default, where every poll waits for the test."""
    poller = Poller(collector, 0.1) if collector is not None else StagedPoller(StagedCollector())
    app = NetmonApp(poller, first_tab=first_tab)
    if resolve is not None:
        app._names = ReverseNames(resolve=resolve, on_change=app._names_arrived)
    poller.start()
    try:
        async with app.run_test(size=size) as pilot:
            screen = Screen(pilot, app, poller)
            await screen.until(lambda: poller._subscribers)
            screen.count_states()
            await screen.settle()
            yield screen
    finally:
        poller.stop()
