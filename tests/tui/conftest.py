"""How long these tests wait: until the app has done its work, and until a silent server is given up."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from textual import _wait

from tests.resolver.patience import lose_patience

_LOOK_S = 0.005
_BUSY_S = 0.0005


@pytest.fixture(scope="session", autouse=True)
def pilots_look_often() -> Iterator[None]:
    """A pilot looks every few milliseconds whether the app is idle.

    Textual looks 50 times a second, twice for each key: that was half of the time of all these tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_wait, "SLEEP_GRANULARITY", _LOOK_S)
        patch.setattr(_wait, "SLEEP_IDLE", _BUSY_S)
        yield


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    lose_patience(monkeypatch)


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    """What an app has frozen is garbage once its test is over: hundreds of megabytes over all of them."""
    yield
    gc.unfreeze()
    gc.enable()
