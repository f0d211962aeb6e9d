"""The harness does what its figures claim: loads, terminals, turns and the table. No time is judged here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netmon.collectors.linux import LinuxCollector
from netmon.engine.poller import Poller
from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.socket import SocketState
from tests.benchmarks import keys
from tests.benchmarks.commands import dns_rows, netmon, port_rows
from tests.benchmarks.contest import Cost, command, compete, ratio
from tests.benchmarks.figures import Series, slope
from tests.benchmarks.held import ROOT, Load
from tests.benchmarks.load import PAYLOAD, PROCESSES
from tests.benchmarks.names import name_rows
from tests.benchmarks.polls import KernelDump
from tests.benchmarks.pty_app import AppEndedError, PtyApp
from tests.benchmarks.table import Row, Target, table_text
from tests.benchmarks.traces import trace_rows
from tests.benchmarks.usage import watch
from tests.resolver.trace.tree import nsd
from tests.sockets import wait_for


def test_table_puts_figures_under_their_headings() -> None:
    """Each column is as wide as its widest cell, and a verdict stands only where there is a target."""
    rows = [
        Row("poll / dump", 3.456, target=Target(4), raw="1 / 2 / 3 ms"),
        Row("ss / poll", 4.2, target=Target(5, at_least=True)),
        Row("memory", 123.4, "MB"),
        Row("rival", None, raw="not installed"),
    ]
    assert table_text(rows).splitlines() == [
        "what         ratio or share  target          raw: min / median / max",
        "poll / dump          3.46 ×   ≤ 4 ×  met     1 / 2 / 3 ms",
        "ss / poll            4.20 ×   ≥ 5 ×  MISSED",
        "memory               123 MB",
        "rival                     -                  not installed",
    ]


def test_series() -> None:
    """Order statistics are those of the values, whatever order they came in."""
    series = Series.of([5.0, 1.0, 3.0, 2.0, 4.0])
    assert (series.lowest, series.median, series.highest) == (1.0, 3.0, 5.0)
    assert (series.percentile(0), series.percentile(50), series.percentile(95)) == (1.0, 3.0, 5.0)
    assert Series.of(range(1, 101)).percentile(95) == 95
    with pytest.raises(ValueError, match="nothing was measured"):
        Series.of([])


def test_slope_is_growth_per_unit_of_time() -> None:
    """A line's slope comes out whatever its offset."""
    assert slope([(0, 100), (10, 120), (20, 140)]) == pytest.approx(2.0)


def test_contenders_take_turns() -> None:
    """All take part in each round, in another order each time; the first round is not counted."""
    turns: list[str] = []

    def contender(name: str) -> Cost:
        turns.append(name)
        return Cost(float(len(turns)), 0.0)

    costs = compete({name: lambda name=name: contender(name) for name in "ab"}, 2)  # type: ignore[misc]
    assert turns == ["a", "b", "b", "a", "a", "b"]
    assert costs["a"].wall.values == (4.0, 5.0)
    assert ratio(costs, "a", "b") == pytest.approx(4.5 / 4.5)
    assert ratio(costs, "a", "missing") is None


def test_command_counts_the_cpu_time_of_the_whole_process() -> None:
    """A process that computes costs CPU time, one that waits costs nearly none."""
    busy = command([sys.executable, "-c", "sum(range(2_000_000))"])()
    assert busy.cpu_s > 0
    assert busy.wall_s > 0


def _sockets_of(pids: tuple[int, ...]) -> int:
    links = [os.readlink(entry) for pid in pids for entry in Path(f"/proc/{pid}/fd").iterdir()]
    return sum(link.startswith("socket:") for link in links)


def _mine(state: State, load: Load) -> list[Connection]:
    """The load's connections."""
    return [row for row in state.connections if row.owner.process and row.owner.process.pid in load.pids]


def _sent(rows: list[Connection]) -> int:
    return sum(row.bytes_sent or 0 for row in rows)


def test_load_holds_what_it_says() -> None:
    """So many sockets, as the kernel and netmon count them; a round busies its share; the end is clean."""
    poller = Poller(LinuxCollector())
    try:
        with Load(160, busy_percent=5.0) as load:
            assert load.sockets == 160
            assert len(load.pids) == PROCESSES
            assert _sockets_of(load.pids) == load.sockets + PROCESSES  # a listener each
            before = _mine(poller.poll_once(), load)
            load.round()
            after = _mine(poller.poll_once(), load)
            assert len(after) == load.sockets
            assert _sent(after) - _sent(before) == load.sockets // 2 * 5 // 100 * len(PAYLOAD)
        assert not any(Path(f"/proc/{pid}").exists() for pid in load.pids)
        assert not _mine(poller.poll_once(), load)
    finally:
        poller.stop()


def test_churn_opens_anew_and_leaves_no_time_wait() -> None:
    """A round replaces its share of the sockets; none of the old ones lingers."""
    poller = Poller(LinuxCollector())
    try:
        with Load(160, churn_percent=10.0) as load:
            before = {row.key for row in _mine(poller.poll_once(), load)}
            load.round()
            state = poller.poll_once()
            after = {row.key for row in _mine(state, load)}
            assert len(after) == load.sockets
            assert len(before - after) == 16
            waiting = [row for row in state.connections if row.socket.state is SocketState.TIME_WAIT]
            assert not [row for row in waiting if row.socket.local.address.startswith("127.1.")]
    finally:
        poller.stop()


def test_load_that_cannot_open_is_never_ready() -> None:
    """More sockets than descriptors are no load of fewer sockets."""
    program = f"ulimit -n 64; exec {sys.executable} -m tests.benchmarks.load 1000"
    done = subprocess.run(
        ["/bin/sh", "-c", program], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "ready" not in done.stdout


def test_port_rows_name_every_rival() -> None:
    """Each rival has its row beside netmon port, with a figure where it is installed."""
    with Load(8) as load:
        rows = port_rows(load, 1, judged_by="lsof")
    assert [row.what.split(" / ")[0] for row in rows] == [
        "lsof -nPi :PORT", "ss -tulpn", "fuser PORT/tcp", "netmon port PORT",
    ]  # fmt: skip
    assert [row.target is not None for row in rows] == [True, False, False, False]
    assert rows[-1].figure is not None
    assert rows[-1].figure > 1


def test_dns_is_judged_by_the_import_of_dnspython() -> None:
    """And set beside dig for the record."""
    judged, record = dns_rows(1)
    assert judged.figure is not None
    assert 0.1 < judged.figure < 10
    assert (judged.target is not None, record.target) == (True, None)


def test_many_names_are_judged_by_bare_queries() -> None:
    """Every name is answered alike by all, and dnspython's resolver is there for the record."""
    if shutil.which("unbound", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        pytest.skip("no unbound here: apt-get install unbound")
    judged, record = name_rows(60, 1)
    assert judged.figure is not None
    assert 0.1 < judged.figure < 10
    assert record.figure is not None
    assert (judged.target is not None, record.target) == (True, None)


@pytest.mark.root
def test_trace_rows_say_what_a_rival_cannot_do() -> None:
    """netmon's trace is timed beside each rival, or beside the reason why there is no figure."""
    nsd()  # or skip
    rows = trace_rows(1)
    assert [row.what.split(" / ")[1].split(",")[0] for row in rows] == ["dig +trace", "drill -T"]
    for row in rows:
        assert (row.figure is not None) == (" against " in row.raw), row
        assert " ms (CPU " in row.raw, row  # ours
        assert row.figure is not None or row.raw.endswith(")") or row.raw.endswith("not installed")


def test_kernel_dump_reads_every_socket() -> None:
    """The yardstick reads whole dumps: it grows by more than a hundred bytes for each socket."""
    kernel = KernelDump()
    try:
        before = kernel.run()
        with Load(160) as load:
            assert kernel.run() - before > load.sockets * 100
    finally:
        kernel.close()


def test_app_in_a_terminal() -> None:
    """Its first live row is seen, its frames are marked, a key brings one, and its cost can be read."""
    # Any live row: those of the load may be below the last line while other tests hold many sockets.
    with Load(16), PtyApp(netmon(), "──▶".encode()) as app:
        assert app.wait_for_marker(15) > 0
        # The second refresh comes a quarter of a second after the first; from then on, one each second.
        frame = wait_for(lambda: app.next_frame(app.started_at, 1.0))
        assert frame.size > 0
        pressed = app.write(b"\x1b[B")
        assert app.next_frame(pressed, 5.0) is not None
        usage = watch(app.pid, 0.4, 2)
        assert len(usage.shares.values) == 2
        assert usage.resident.lowest > 10 * 2**20
        pid = app.pid
    assert not Path(f"/proc/{pid}").exists()


def test_program_that_ends_is_not_waited_for() -> None:
    """Waiting for a row of a program that has ended says what it said."""
    with PtyApp(["/bin/echo", "no such thing"], b"row") as app, pytest.raises(AppEndedError, match="no such"):
        app.wait_for_marker(15)


def test_every_kind_of_key_is_undone() -> None:
    """After its presses, a kind of key leaves the app as it found it: no filter, the cursor at the top."""
    kinds = {kind.name: kind for kind in keys.KINDS}
    typed = kinds["filter"].keys
    assert sum(1 if key != b"\x7f" else -1 for key in typed) == 0
    assert kinds["filter"].after == (b"\x1b",)


@pytest.mark.root
def test_isolation_hides_the_sockets_of_others() -> None:
    """In its own namespace the benchmark sees a loopback that is up, and no sockets but its own."""
    program = (
        "import socket; from tests.benchmarks import isolation as i; before = i.namespace();"
        "assert i.isolate(); assert i.namespace() != before; assert i.time_wait_count() == 0;"
        "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()).close();"
        "print(open('/proc/net/tcp').read().count(' 0A '))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"
