"""What programs of other systems say: resolvectl 252 recorded, the others written after users' reports."""

from __future__ import annotations

from pathlib import Path

SCOPES = Path(__file__).parent.parent / "data" / "scopes"


def said(name: str) -> str:
    """The output that is recorded under a name."""
    return (SCOPES / f"{name}.txt").read_text(encoding="utf-8")
