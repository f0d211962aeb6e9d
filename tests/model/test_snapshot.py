"""A snapshot says no more than it was given, and nothing in it can be changed."""

from __future__ import annotations

import pytest

from netmon.model.snapshot import Snapshot
from tests.builders import TAKEN_AT


def bare() -> Snapshot:
    """One with only what must be given."""
    return Snapshot(TAKEN_AT, 2.0, 1.0, "replay", [])


def test_what_is_not_said_is_not_claimed() -> None:
    snapshot = bare()
    assert not snapshot.reports_closed
    assert not snapshot.privileged
    assert snapshot.accepted is None, "not read is not none"
    assert (snapshot.closed, snapshot.lost_events, snapshot.degradations) == ((), 0, ())


def test_what_two_snapshots_share_nobody_can_fill() -> None:
    with pytest.raises(TypeError):
        bare().addresses["127.0.0.1"] = "lo"  # type: ignore[index]
    assert not bare().interfaces


def test_a_snapshot_is_never_modified() -> None:
    with pytest.raises(AttributeError):
        bare().monotonic = 3.0  # type: ignore[misc]
