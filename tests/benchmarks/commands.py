"""`netmon ports` as a whole process, against its like with many sockets and a bare interpreter with none."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.benchmarks.contest import Contender, command, compete, installed, ratio
from tests.benchmarks.held import Load
from tests.benchmarks.polls import LSOF
from tests.benchmarks.table import Row, Target

SS = ("ss", "-tulpn")
_PORTS, _BARE = "netmon ports", "python -c pass"


def netmon() -> tuple[str, ...]:
    """How netmon is started: by its script, where it is installed with one."""
    script = shutil.which("netmon", path=str(Path(sys.executable).parent))
    return (script,) if script else (sys.executable, "-m", "netmon")


def crowded_rows(load: Load, rounds: int) -> list[Row]:
    """The listeners among many connections."""
    contenders: dict[str, Contender] = {_PORTS: command([*netmon(), "ports"])}
    for argv in (LSOF, SS):
        if installed(argv):
            contenders[" ".join(argv)] = command(argv)
    costs = compete(contenders, rounds)
    rows = []
    for argv in (LSOF, SS):
        name = " ".join(argv)
        figure = ratio(costs, name, _PORTS)
        raw = f"{costs[name].text()} against {costs[_PORTS].text()}" if figure else "not installed"
        target = Target(1, at_least=True) if argv is LSOF else None
        rows.append(Row(f"{name} / {_PORTS}, {load.sockets:,} sockets", figure, target=target, raw=raw))
    return rows


def idle_row(rounds: int) -> Row:
    """The price of the interpreter and netmon's own share of it, on a machine with hardly a socket."""
    costs = compete(
        {_PORTS: command([*netmon(), "ports"]), _BARE: command([sys.executable, "-c", "pass"])}, rounds
    )
    raw = f"{costs[_PORTS].text()} against {costs[_BARE].text()}"
    return Row(f"{_PORTS} / {_BARE}, idle", ratio(costs, _PORTS, _BARE), target=Target(5), raw=raw)
