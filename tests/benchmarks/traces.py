"""A trace through four local servers as a whole process, against `dig +trace` and `drill -T`."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.commands import netmon
from tests.benchmarks.contest import Contender, command, compete, installed, ratio
from tests.benchmarks.table import Row
from tests.resolver.trace.tree import ROOT, running_tree

_NAME = "www.out.test"
"""Its name server is in another domain: the way there needs the servers of root, test, net and out.test."""
_CHECKED = "www.ex.test"
"""Three servers, each found by glue in the zone: what drill can walk too."""
_TRACE = "netmon dns --trace"


def trace_rows(rounds: int) -> list[Row]:
    """One row for each rival; it says so where a rival cannot do it. Needs root and nsd."""
    with tempfile.TemporaryDirectory(prefix="netmon-trace-") as place, running_tree(Path(place)) as tree:
        hints = str(tree.hints)
        ours = [*netmon(), "dns", "--trace", "--hints", hints]
        dig = ("dig", "+trace", f"@{ROOT}", _NAME)
        drill = ("drill", "-T", "-r", hints, _CHECKED)
        with tree.host.entered():
            first = _row(_NAME, [*ours, _NAME], "dig +trace", dig, rounds)
            return [first, _row(_CHECKED, [*ours, _CHECKED], "drill -T", drill, rounds)]


def _row(name: str, ours: Sequence[str], rival: str, argv: Sequence[str], rounds: int) -> Row:
    what = f"{_TRACE} / {rival}, {name}"
    if (failure := _refusal(ours)) is not None:
        return Row(what, None, raw=f"{_TRACE}: {failure}")
    contenders: dict[str, Contender] = {_TRACE: command(ours)}
    refusal = _refusal(argv)
    if refusal is None:
        contenders[rival] = command(argv)
    costs = compete(contenders, rounds)
    beside = f"; {rival}: {refusal}" if refusal else f" against {costs[rival].text()}"
    return Row(what, ratio(costs, _TRACE, rival), raw=costs[_TRACE].text() + beside)


def _refusal(argv: Sequence[str]) -> str | None:
    """Why a rival cannot do it here; None when it can."""
    if not installed(argv):
        return "not installed"
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode == 0:
        return None
    said = (done.stderr or done.stdout).strip().splitlines()
    return f"cannot ({said[-1].rpartition('/')[2]})" if said else "cannot"
