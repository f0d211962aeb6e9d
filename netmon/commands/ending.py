"""How commands end: their exit codes, and the one line on why a question could not be asked."""

from __future__ import annotations

FOUND, NOT_FOUND, CANNOT_ASK = 0, 1, 2
"""Exit codes: the answer is yes, the answer is no, and there is no answer."""


class CannotAskError(Exception):
    """The question could not be asked; the message is the one line that says why."""
