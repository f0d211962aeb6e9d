"""`netmon ports` as a whole process, against its like with many sockets and a bare interpreter with none."""

from __future__ import annotations

import sys
import sysconfig

from tests.benchmarks.contest import Contender, command, compete, installed, ratio
from tests.benchmarks.held import ROOT, Load
from tests.benchmarks.polls import LSOF
from tests.benchmarks.table import Row, Target

SS = ("ss", "-tulpn")
_PORTS, _BARE = "netmon ports", "python -c pass"
_SCRIPT = "from netmon.__main__ import main; main()"


def interpreter() -> tuple[str, ...]:
    """The interpreter below the virtual environment, with its packages and netmon on the path.

    Not the environment's own: an editable installation makes each of its starts import a finder, so that
    a bare start would take twice as long and netmon would look twice as good beside it.
    """
    base = str(getattr(sys, "_base_executable", sys.executable))
    path = ":".join([str(ROOT), sysconfig.get_path("purelib")])
    return "env", f"PYTHONPATH={path}", base


def netmon() -> tuple[str, ...]:
    """How netmon is started: as its script does it."""
    return *interpreter(), "-c", _SCRIPT


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
    contenders = {_PORTS: command([*netmon(), "ports"]), _BARE: command([*interpreter(), "-c", "pass"])}
    costs = compete(contenders, rounds)
    raw = f"{costs[_PORTS].text()} against {costs[_BARE].text()}"
    return Row(f"{_PORTS} / {_BARE}, idle", ratio(costs, _PORTS, _BARE), target=Target(5), raw=raw)
