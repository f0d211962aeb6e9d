"""The processes beneath a real one."""

from __future__ import annotations

import os
import signal

import pytest

from netmon.collectors import procfs
from netmon.collectors.children import descendants
from tests.servers import preforked, rest
from tests.sockets import Channel, end, forked


@pytest.mark.parametrize("portable", [False, True])
def test_children_are_beneath_their_parent(portable: bool) -> None:
    with preforked(2) as group:
        found = descendants([group.server.pid], portable=portable)
        assert tuple(process.pid for process in found) == tuple(sorted(group.workers))
        assert {process.parent_pid for process in found} == {group.server.pid}
        mine = {process.pid for process in descendants([os.getpid()], portable=portable)}
        assert mine >= {group.server.pid, *group.workers}


@pytest.mark.parametrize("portable", [False, True])
def test_children_of_children_too_and_none_where_there_are_none(portable: bool) -> None:
    def parent(channel: Channel) -> None:
        def grandparent(inner: Channel) -> None:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            inner.send(os.getpid())
            rest(inner)

        with forked(grandparent) as child:
            channel.send(child.hear())
            rest(channel)

    with forked(parent) as child:
        grandchild = child.hear()
        assert isinstance(grandchild, int)
        try:
            assert [p.pid for p in descendants([child.pid], portable=portable)] == [grandchild]
            assert descendants([grandchild], portable=portable) == ()
        finally:
            os.kill(grandchild, signal.SIGKILL)
        end(child.pid)
        assert descendants([child.pid], portable=portable) == ()


def test_the_parent_of_a_process() -> None:
    assert procfs.parent_of(os.getpid()) == os.getppid()
    assert procfs.parent_of(1) is None
    assert procfs.parent_of(2**22 + 1) is None
