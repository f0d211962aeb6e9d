"""The processes beneath others: their children, and theirs, as they are at this moment."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from netmon.collectors import procfs
from netmon.model.process import Process


def descendants(pids: Iterable[int], *, portable: bool = False) -> tuple[Process, ...]:
    """Every process beneath one of these, lowest pid first, as far as they can be read.

    Args:
        pids: the processes at the top, which are not in the answer unless one is beneath another.
        portable: through psutil also on Linux.
    """
    if portable or not sys.platform.startswith("linux"):
        return _by_psutil(pids)
    children: dict[int, list[int]] = defaultdict(list)
    for pid in procfs.pids():
        if (parent := procfs.parent_of(pid)) is not None:
            children[parent].append(pid)
    found: set[int] = set()
    pending = list(pids)
    while pending:
        for child in children[pending.pop()]:
            if child not in found:
                found.add(child)
                pending.append(child)
    read = (procfs.read_process(pid) for pid in sorted(found))
    return tuple(process for process in read if process is not None)


def _by_psutil(pids: Iterable[int]) -> tuple[Process, ...]:
    import psutil

    from netmon.collectors.psutil_processes import read_process

    found: dict[int, Process] = {}
    for pid in pids:
        with suppress(psutil.Error):
            for child in psutil.Process(pid).children(recursive=True):
                with suppress(psutil.Error):
                    told = read_process(child)
                    if isinstance(told, Process):
                        found[told.pid] = told
    return tuple(found[pid] for pid in sorted(found))
