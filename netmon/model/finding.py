"""How every judgement in the program is said, in every tab and in JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class FindingState(StrEnum):
    """The verdict; `unknown` means that it could not be judged, never that it is fine."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """One judgement with its grounds."""

    check: str
    """Stable identifier, such as `lo-v4`."""
    state: FindingState
    summary: str
    """One sentence."""
    evidence: str = ""
    """What was seen."""
    why: str = ""
    """What it means for the user."""
    fix: str = ""
    """One concrete step, or nothing."""
    reference: str = ""
    """RFC section or manual page."""
