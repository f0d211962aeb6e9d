"""The null MX and what may not stand beside it."""

from __future__ import annotations

from pathlib import Path

from netmon.model.finding import FindingState
from tests.resolver.rules.zones import checks, only, view_of


def test_alone_it_is_sound(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, "@ MX 0 .\n")) == []


def test_beside_another_mx(tmp_path: Path) -> None:
    found = only(view_of(tmp_path, "@ MX 0 .\n@ MX 10 ns1\n"))
    assert (found.check, found.state, found.reference) == ("null-mx", FindingState.FAIL, "RFC 7505 section 3")


def test_with_another_preference(tmp_path: Path) -> None:
    found = only(view_of(tmp_path, "@ MX 10 .\n"))
    assert (found.check, found.state, found.fix) == ("null-mx", FindingState.WARN, "@ 3600 IN MX 0 .")
