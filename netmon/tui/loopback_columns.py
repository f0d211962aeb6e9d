"""What the Loopback tab shows of the listeners that are called as localhost."""

from __future__ import annotations

from netmon.loopback.listeners import Answers, PortVerdict, holder
from netmon.tui.widgets.column import Column


def listener_columns() -> list[Column[PortVerdict]]:
    """The port, who holds it and where, and what becomes of whoever calls it as localhost."""
    return [
        Column("port", "PORT", 5, 0, lambda row: str(row.port), right=True, kind="number"),
        Column("holder", "HELD BY", 12, 1, holders, flexible=True),
        Column("binds", "LISTENS ON", 11, 3, listens_on, flexible=True),
        Column("answers", "AS LOCALHOST", 17, 2, answers_word, kind=_answers_kind, flexible=True),
    ]


def holders(row: PortVerdict) -> str:
    """Who holds a port."""
    return ", ".join(dict.fromkeys(map(holder, row.owners)))


def listens_on(row: PortVerdict) -> str:
    """The addresses that it is bound to, each once."""
    return ", ".join(dict.fromkeys(bind.address for bind in row.binds))


def answers_word(row: PortVerdict) -> str:
    """What becomes of a call as localhost, as symbol and words."""
    return f"{_MARKS[row.answers]} {row.answers}"


_MARKS = {
    Answers.COVERED: "✓",
    Answers.FIRST_REFUSED: "⚠",
    Answers.NOT_NAMED: "✕",
    Answers.NO_LOOPBACK: "–",
    Answers.UNKNOWN: "?",
}


def _answers_kind(row: PortVerdict) -> str:
    return {"✓": "ok", "⚠": "warn", "✕": "fail"}.get(_MARKS[row.answers], "dim")


_GRAVITY = (Answers.NOT_NAMED, Answers.FIRST_REFUSED, Answers.UNKNOWN)


def gravity(row: PortVerdict) -> tuple[int, int]:
    """The place of a listener: those that localhost misses come first, then by port."""
    return _GRAVITY.index(row.answers) if row.answers in _GRAVITY else len(_GRAVITY), row.port
