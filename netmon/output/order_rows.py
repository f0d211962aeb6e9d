"""The orders of destinations as plain rows, for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from netmon.loopback.order.view import Choice, OrderView

Row = dict[str, Any]


def order_rows(views: Iterable[OrderView]) -> list[Row]:
    """One row a name; `observed` is null where no name has such addresses, so that all is computed."""
    return [_row(view) for view in views]


def _row(view: OrderView) -> Row:
    return {
        "name": view.name,
        "observed": None if view.observed is None else list(view.observed),
        "glibc": list(view.glibc),
        "rfc6724": list(view.rfc),
        "decided": view.decided,
        "agrees": view.agrees,
        "parts": view.parts,
        "runtimes": [_choice(choice) for choice in view.choices],
    }


def _choice(choice: Choice) -> Row:
    return {
        "runtime": choice.runtime,
        "order": list(choice.order),
        "rule": choice.rule,
        "known_by": choice.known_by,
    }
