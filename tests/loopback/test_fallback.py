"""What a refused first address costs is measured on sockets of netmon's own."""

from __future__ import annotations

import pytest

from netmon.loopback.fallback import refusal_us
from tests.loopback.staged import BOTH


@pytest.mark.parametrize("order", [BOTH, BOTH[::-1]])
def test_a_refusal_costs_microseconds_here(order: tuple[str, ...]) -> None:
    cost = refusal_us(order)
    assert cost is not None
    assert 0 < cost < 100_000


@pytest.mark.parametrize("order", [(), ("127.0.0.1",), ("127.0.0.1", "192.0.2.1")])
def test_nothing_can_refuse_where_there_is_no_second_address(order: tuple[str, ...]) -> None:
    assert refusal_us(order) is None
