"""Silence that is believed sooner, where every server is on this machine."""

from __future__ import annotations

import pytest

from netmon.resolver import authority
from netmon.resolver.rules import live_parent, live_servers, live_targets
from netmon.resolver.trace import asking

_SOON_S = 0.6
"""Many times what the slowest server here takes."""


def lose_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the end of the test: a silent server costs a trace, or the rules, a second and no more."""
    monkeypatch.setattr(asking, "TRIES_S", (_SOON_S / 2, _SOON_S / 2))
    monkeypatch.setattr(authority, "_PATIENCE_S", _SOON_S)
    for module in (live_servers, live_targets):
        monkeypatch.setattr(module, "TIMEOUT_S", _SOON_S)
    monkeypatch.setattr(live_parent, "TIMEOUT_S", 4 * _SOON_S)
