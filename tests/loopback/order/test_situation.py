"""This machine, and the situation of a few addresses on it."""

from __future__ import annotations

from netmon.loopback.order.gai_conf import read_gai_conf
from netmon.loopback.order.situation import read_machine


def test_this_machine() -> None:
    machine = read_machine()
    assert machine.gai_conf == read_gai_conf()
    situation = machine.situation(("127.0.0.1", "240.0.0.1"))
    first = situation.true[0]
    assert (first.address, first.source, first.prefix_length) == ("127.0.0.1", "127.0.0.1", 8)
    assert [one.address for one in situation.glibc] == ["127.0.0.1", "240.0.0.1"]
