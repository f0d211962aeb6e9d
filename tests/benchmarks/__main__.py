"""`python -m tests.benchmarks`: measures everything in one run and prints one table.

The figures of different machines cannot be compared; the ratios can. `--quick` is a smoke run with small
numbers, `--churn [MINUTES]` adds the memory under churn, and `--netshow PROGRAM` saves installing it anew.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

from tests.benchmarks.churn import churn_row
from tests.benchmarks.commands import crowded_rows, dns_rows, idle_row, netmon, port_rows
from tests.benchmarks.held import Load
from tests.benchmarks.isolation import isolate, wait_for_calm
from tests.benchmarks.keys import key_rows
from tests.benchmarks.names import name_rows
from tests.benchmarks.plan import FULL, QUICK, Plan
from tests.benchmarks.polls import poll_rows
from tests.benchmarks.pty_app import AppEndedError, PtyApp
from tests.benchmarks.residents import usage_rows, watched
from tests.benchmarks.rivals import NETSHOW, RivalError, install_netshow
from tests.benchmarks.starts import row_marker, start_row
from tests.benchmarks.table import Row, table_text
from tests.benchmarks.traces import trace_rows

_FEW_SHARE, _MANY_SHARE, _MANY_MB = 1.5, 6.0, 75.0


class Run:
    """One run of everything, with the remarks that belong under its table."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.remarks: list[str] = []
        self._keys: list[Row] = []
        """Measured in the app that also shows its CPU share."""

    def rows(self, netshow: str | None, churn_minutes: float) -> list[Row]:
        """Every line of the table."""
        ratios = self._polls() + self._commands() + self._names() + self._traces()
        shares = self._apps() + self._rival(netshow)
        times = [*self._keys, self._start()]
        if churn_minutes:
            self._calm("memory under churn")
            times.append(churn_row(netmon(), self._plan.many, churn_minutes))
        return ratios + shares + times

    def _polls(self) -> list[Row]:
        rows: list[Row] = []
        for size in self._plan.poll_sizes:
            self._calm(f"polls of {size:,}")
            with Load(size) as load:
                rows += poll_rows(load, self._plan.poll_rounds, judged=size == self._plan.many)
        return rows

    def _commands(self) -> list[Row]:
        self._calm("netmon ports, netmon port, netmon dns")
        idle = idle_row(self._plan.command_rounds)
        with Load(self._plan.port_sockets) as load:
            few = port_rows(load, self._plan.command_rounds, judged_by="python")
        with Load(self._plan.many) as load:
            many = crowded_rows(load, self._plan.command_rounds)
            many += port_rows(load, self._plan.command_rounds, judged_by="lsof")
        return [idle, *few, *many, *dns_rows(self._plan.command_rounds)]

    def _names(self) -> list[Row]:
        self._calm(f"{self._plan.names:,} names")
        return name_rows(self._plan.names, self._plan.name_rounds)

    def _traces(self) -> list[Row]:
        if os.geteuid() or shutil.which("nsd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
            return [Row("netmon dns --trace", None, raw="needs root and nsd")]
        self._calm("netmon dns --trace")
        return trace_rows(self._plan.command_rounds)

    def _apps(self) -> list[Row]:
        """CPU and memory at both sizes; at the larger one the keys too, while it is running."""
        rows: list[Row] = []
        for size in (self._plan.few, self._plan.many):
            self._calm(f"the app at {size:,}")
            with Load(size) as load, PtyApp([*netmon(), "--interval", "1"], row_marker(load)) as app:
                load.go()
                usage = watched(app, self._plan.warm_s, self._plan.watch_s)
                many = size == self._plan.many
                share, memory = (_MANY_SHARE, _MANY_MB) if many else (_FEW_SHARE, None)
                rows += usage_rows(
                    f"netmon, {load.sockets:,} sockets", usage, share=share, resident_mb=memory
                )
                if many:
                    self._keys = key_rows(app, self._plan.presses)
        return rows

    def _rival(self, netshow: str | None) -> list[Row]:
        if netshow is None:
            return [Row(f"CPU and memory of {NETSHOW}", None, raw="could not be had: see below")]
        self._calm(NETSHOW)
        with Load(self._plan.many) as load, PtyApp([netshow], f"{load.pids[0]}".encode()) as app:
            load.go()
            try:
                usage = watched(app, self._plan.warm_s, self._plan.watch_s)
            except (AppEndedError, TimeoutError) as error:
                return [Row(f"CPU and memory of {NETSHOW}", None, raw=f"showed no row: {error}")]
            return list(usage_rows(f"{NETSHOW}, {load.sockets:,} sockets", usage))

    def _start(self) -> Row:
        self._calm("starts")
        with Load(self._plan.start_sockets) as load:
            return start_row(netmon(), load, self._plan.starts)

    def _calm(self, subject: str) -> None:
        print(f"  {subject} …", file=sys.stderr, flush=True)
        if left := wait_for_calm():
            self.remarks.append(f"{subject}: {left} TIME_WAIT sockets of others were there too")


def main() -> int:
    """Measure and print."""
    options = _arguments()
    signal.signal(signal.SIGTERM, _interrupt)  # ends what was started, as Ctrl+C does
    plan = QUICK if options.quick else FULL
    run = Run(plan)
    began, load_before = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="netmon-benchmarks-") as directory:
        netshow = options.netshow
        if netshow is None and not options.quick:
            try:
                netshow = install_netshow(Path(directory))
            except RivalError as error:
                run.remarks.append(str(error))
        if not isolate():  # after the installation, which needs the network
            run.remarks.append("not root: the sockets of this machine were measured along with the load")
        rows = run.rows(netshow, options.churn)
    if options.quick:  # the targets are meant for other numbers
        rows = [replace(row, target=None) for row in rows]
    print(_heading(load_before, time.monotonic() - began))
    print(table_text(rows))
    for remark in run.remarks:
        print(f"- {remark}")
    return 0


def _heading(load_before: float, took_s: float) -> str:
    return (
        f"netmon benchmarks: {platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} CPUs, load average {load_before:.1f} before and {os.getloadavg()[0]:.1f} after, "
        f"{took_s:.0f} s"
    )


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run with small numbers and no targets")
    parser.add_argument("--churn", type=float, nargs="?", const=10.0, default=0.0, metavar="MINUTES")
    parser.add_argument("--netshow", metavar="PROGRAM", help="an installed netshow")
    return parser.parse_args()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(128 + signal.SIGINT)
