"""Ephemeral ports counted, on staged connections; tests/kernel has the real ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.pressure import PortLimits
from netmon.model.socket import SocketState
from netmon.ports.pressure.ephemeral_use import DESTINATIONS_SHOWN, EphemeralUse, PortSpace, ephemeral_use
from tests.builders import connection, listener, state

RANGE = (40000, 40009)


def to(remote: str, *ports: int, local: str = "10.0.0.5", **fields: Any) -> list[Connection]:
    return [connection(remote, local=f"{local}:{port}", **fields) for port in ports]


def over(remote: str, *ports: int, local: str = "10.0.0.5") -> list[Connection]:
    return to(remote, *ports, local=local, state=SocketState.TIME_WAIT)


def staged(*groups: list[Connection], **fields: Any) -> State:
    return state([row for group in groups for row in group], ephemeral=RANGE, **fields)


def counted(use: EphemeralUse) -> list[tuple[str, int, int, int]]:
    return [(str(one.destination.remote), one.live, one.time_wait, one.free) for one in use.destinations]


def test_each_destination_has_the_range_to_itself() -> None:
    use = ephemeral_use(
        staged(
            to("203.0.113.7:443", 40000, 40001), over("203.0.113.7:443", 40002), to("203.0.113.8:80", 40000)
        )
    )
    assert counted(use) == [("203.0.113.7:443", 2, 1, 7), ("203.0.113.8:80", 1, 0, 9)]
    assert use.tcp == PortSpace(3, 1, 10)
    assert (use.usable, use.reserved, use.destination_count) == (10, 0, 2)


def test_so_has_each_address_of_this_machine() -> None:
    use = ephemeral_use(staged(to("203.0.113.7:443", 40000), to("203.0.113.7:443", 40000, local="10.0.0.6")))
    assert [one.used for one in use.destinations] == [1, 1]
    assert use.tcp.used == 1


def test_a_port_that_is_live_somewhere_is_not_kept_by_time_wait_alone() -> None:
    assert ephemeral_use(staged(over("203.0.113.7:443", 40000), to("203.0.113.8:80", 40000))).tcp == (
        1,
        0,
        10,
    )


def test_bound_and_reserved_ports_are_no_use_to_connect() -> None:
    listeners = [listener("127.0.0.1:40003"), listener("127.0.0.2:40009")]
    limits = PortLimits(reserved=((39000, 40001), (40009, 50000), (60000, 60001)))
    use = ephemeral_use(staged(to("203.0.113.7:443", 40000, 40005), listeners=listeners, limits=limits))
    assert (use.reserved, use.usable) == (3, 7)
    (one,) = use.destinations
    assert (one.used, one.usable, one.free) == (1, 6, 5)  # 40000 was taken by name: it was not lent
    assert use.tcp == PortSpace(2, 0, 7)


@pytest.mark.parametrize(
    ("remote", "local", "tw_reuse", "again"),
    [
        ("203.0.113.7:443", "10.0.0.5", 0, False),
        ("203.0.113.7:443", "10.0.0.5", 1, True),
        ("203.0.113.7:443", "10.0.0.5", 2, False),
        ("203.0.113.7:443", "10.0.0.5", None, False),
        ("127.0.0.1:80", "127.0.0.1", 2, True),
        ("127.0.0.1:80", "127.0.0.1", 0, False),
        ("[::1]:80", "[::1]", 2, True),
        ("10.0.0.5:80", "127.0.0.1", 2, True),
    ],
)
def test_whether_time_wait_is_lent_again(remote: str, local: str, tw_reuse: int | None, again: bool) -> None:
    rows = to(remote, 40000, local=local), over(remote, 40001, 40002, local=local)
    (one,) = ephemeral_use(staged(*rows, limits=PortLimits(tw_reuse=tw_reuse))).destinations
    assert (one.used, one.free, one.reusable) == (3, 7, 2 if again else 0)
    assert one.share == pytest.approx(0.1 if again else 0.3)


def test_a_range_that_is_wholly_reserved_is_full() -> None:
    use = ephemeral_use(staged(to("203.0.113.7:443", 40000), limits=PortLimits(reserved=((1, 65535),))))
    assert (use.usable, use.tcp.share, use.destinations[0].share) == (0, 1.0, 1.0)


def test_udp_has_ports_of_its_own() -> None:
    rows = to("203.0.113.7:53", 40000, 40001, protocol="udp")
    listeners = [listener("0.0.0.0:40001", protocol="udp"), listener("0.0.0.0:53", protocol="udp")]
    use = ephemeral_use(staged(rows, listeners=listeners))
    assert (use.udp, use.tcp.used, use.destination_count) == (PortSpace(2, 0, 10), 0, 0)


def test_the_busiest_destinations_are_shown() -> None:
    rows = [to(f"203.0.113.{turn}:443", *range(40000, 40000 + turn % 7)) for turn in range(60)]
    use = ephemeral_use(staged(*rows))
    assert use.destination_count == 51  # nine of them have none
    assert [one.used for one in use.destinations] == sorted((turn % 7 for turn in range(60)), reverse=True)[
        :DESTINATIONS_SHOWN
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(40000, 40009), st.booleans()), unique_by=lambda c: c[:2]
    )
)
def test_sums_are_right_whatever_is_open(chosen: list[tuple[int, int, bool]]) -> None:
    rows = [(over if is_over else to)(f"203.0.113.{place}:443", port) for place, port, is_over in chosen]
    use = ephemeral_use(staged(*rows))
    assert use.tcp.used + use.tcp.free == use.usable == 10
    assert use.tcp.used == len({port for _, port, _ in chosen})
    for one in use.destinations:
        here = [c for c in chosen if f"203.0.113.{c[0]}" == one.destination.remote.address]
        assert (one.used, one.time_wait) == (len(here), sum(is_over for *_, is_over in here))
        assert one.used + one.free == one.usable
