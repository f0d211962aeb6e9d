"""A snapshot says no more than it was given, and shares nothing with another."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

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


def test_two_snapshots_share_nothing() -> None:
    assert bare().interfaces is not bare().interfaces
    assert bare().addresses is not bare().addresses


def test_a_snapshot_is_never_modified() -> None:
    with pytest.raises(FrozenInstanceError):
        bare().monotonic = 3.0  # type: ignore[misc]
