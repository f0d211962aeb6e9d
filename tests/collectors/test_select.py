"""Which collector is chosen, where netlink works and where the kernel really refuses it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from netmon.collectors.base import Collector, CollectorError
from netmon.collectors.select import FallbackCollector, create_collector
from netmon.model.process import Process
from netmon.model.snapshot import Degradation, Snapshot, Source
from tests.collectors.seccomp import refuse, refuse_netlink
from tests.sockets import in_child, listener, port_of


def netlink(snapshot: Snapshot) -> Degradation | None:
    return next((d for d in snapshot.degradations if d.subject == "netlink"), None)


def polled(collector: Collector) -> Snapshot:
    try:
        return collector.poll()
    finally:
        collector.close()


def run(program: str) -> str:
    """What a new interpreter prints, which has imported nothing yet."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def test_linux_unless_portable() -> None:
    assert polled(create_collector()).source == "sock_diag"
    snapshot = polled(create_collector(portable=True))
    assert snapshot.source == "psutil"
    assert netlink(snapshot) is None


@pytest.mark.parametrize("portable", [False, True])
def test_follow(portable: bool) -> None:
    assert polled(create_collector(portable, follow=False)).interfaces == {}
    assert "lo" in polled(create_collector(portable, follow=True)).interfaces


@pytest.mark.parametrize(
    ("error", "reason", "remedy"),
    [
        (errno.EPERM, "Operation not permitted", "seccomp"),
        (errno.EAFNOSUPPORT, "Address family not supported", "RestrictAddressFamilies"),
        (errno.EPROTONOSUPPORT, "Protocol not supported", "inet_diag"),
        (errno.EMFILE, "Too many open files", "ulimit"),
    ],
)
def test_netlink_refused(error: int, reason: str, remedy: str) -> None:
    with listener() as server:

        def work() -> Snapshot:
            refuse_netlink(error)
            return polled(create_collector())

        snapshot = in_child(work)
        assert snapshot.source == "psutil"
        assert port_of(server) in {record.local.port for record in snapshot.sockets}
    degradation = netlink(snapshot)
    assert degradation is not None
    assert reason in degradation.reason
    assert remedy in (degradation.remedy or "")


@pytest.mark.parametrize("error", [errno.EPERM, errno.ETIMEDOUT])
def test_netlink_refused_at_the_first_poll(error: int) -> None:
    with listener() as server:

        def work() -> tuple[Source, Snapshot, Source, tuple[Process, ...]]:
            refuse("sendto", error)
            collector = create_collector()
            before, snapshot = collector.source, collector.poll()
            assert collector.poll().source == snapshot.source
            return before, snapshot, collector.source, collector.ancestors(psutil.Process().pid)

        before, snapshot, after, ancestors = in_child(work)
        assert port_of(server) in {record.local.port for record in snapshot.sockets}
    assert (before, snapshot.source, after) == ("sock_diag", "psutil", "psutil")
    assert netlink(snapshot) is not None
    assert ancestors


def test_nothing_can_be_read_at_the_first_poll() -> None:
    def work() -> None:
        refuse("sendto", errno.EPERM)
        collector = create_collector()
        psutil.PROCFS_PATH = "/nowhere"
        collector.poll()

    with pytest.raises(CollectorError, match=r"Operation not permitted.*; psutil cannot read.*nowhere"):
        in_child(work)


def test_psutil_that_cannot_be_loaded() -> None:
    program = """
import errno, sys
from tests.collectors.seccomp import refuse_netlink
from netmon.collectors.base import CollectorError
from netmon.collectors.select import create_collector
sys.modules["psutil"] = None
refuse_netlink(errno.EPERM)
try:
    create_collector()
except CollectorError as error:
    print(error)
"""
    said = run(program)
    assert "Operation not permitted" in said
    assert "psutil cannot be loaded" in said


def test_a_single_linux_reading_does_not_load_psutil() -> None:
    program = """
import sys
from netmon.collectors.select import create_collector
assert not {"psutil", "netmon.collectors.linux"} & set(sys.modules)
create_collector(follow=False).poll()
assert "psutil" not in sys.modules
"""
    run(program)


class Moody:
    """A collector that fails whenever it is told to."""

    source: Source = "replay"
    failing = False
    closed = False

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def poll(self) -> Snapshot:
        if self.failing:
            raise CollectorError("not now")
        return self._snapshot

    def ancestors(self, pid: int) -> tuple[Process, ...]:
        return ()

    def working_directory(self, pid: int) -> str | None:
        return None

    def close(self) -> None:
        self.closed = True


def test_a_later_failure_is_raised_and_passes() -> None:
    snapshot = polled(create_collector(portable=True))
    moody = Moody(snapshot)
    collector = FallbackCollector(moody)
    assert collector.poll() is snapshot
    moody.failing = True
    with pytest.raises(CollectorError, match="not now"):
        collector.poll()
    moody.failing = False
    assert collector.poll() is snapshot
    assert not moody.closed
    collector.close()
    assert moody.closed


def test_the_refused_collector_is_closed() -> None:
    moody = Moody(polled(create_collector(portable=True)))
    moody.failing = True
    assert polled(FallbackCollector(moody)).source == "psutil"
    assert moody.closed


def test_only_the_sockets_of_some_ports_are_read() -> None:
    with listener() as server, listener() as other:
        ours, rest = port_of(server), port_of(other)
        with closing(create_collector(follow=False, ports={ours})) as collector:
            found = {record.local.port for record in collector.poll().sockets}
            assert collector.working_directory(os.getpid()) == os.getcwd()
    assert ours in found
    assert rest not in found
