"""Silence that is believed sooner, as every server of these tests is on this machine."""

from __future__ import annotations

import pytest

from netmon.resolver.rules import live_servers, live_targets


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (live_servers, live_targets):
        monkeypatch.setattr(module, "TIMEOUT_S", 1.0)
