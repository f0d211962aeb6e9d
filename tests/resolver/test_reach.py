"""The addresses of a server that is known by its name."""

from __future__ import annotations

import pytest

from netmon.resolver.reach import addresses
from netmon.resolver.transport.exchange import Deadline, TransportError


def test_a_name_of_this_machine() -> None:
    assert "127.0.0.1" in addresses("localhost", Deadline.after(5))


def test_time_that_is_over_is_not_waited_for() -> None:
    with pytest.raises(TransportError, match="no address"):
        addresses("nothing.invalid", Deadline.after(0))


def test_a_name_that_is_none() -> None:
    with pytest.raises(TransportError, match="has no address here"):
        addresses("x" * 70, Deadline.after(5))
