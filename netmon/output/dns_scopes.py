"""Which of a machine's sets of servers a name goes to, and how it was completed: for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

from netmon.output.layout import Column, wrap, write_table
from netmon.resolver.system.scope_source import Scoped
from netmon.resolver.system.scopes import Choice, Scope, choose, where
from netmon.resolver.system.search_list import Preview

_REST = "    "


def search_row(order: Preview) -> dict[str, Any]:
    """The names that are tried in order, with the reason for each."""
    return {
        "ndots": order.ndots,
        "dots": order.dots,
        "candidates": [each._asdict() for each in order.candidates],
        "musl": order.musl,
    }


def scopes_row(scoped: Scoped, name: str) -> dict[str, Any]:
    """Every scope, with those that `name` goes to marked and the domain that decided."""
    choice = choose(name, scoped.scopes)
    rows = [{**_scope_row(scope), "asked": scope in choice.scopes} for scope in scoped.scopes]
    return {"source": scoped.source, "error": scoped.error, "domain": choice.domain, "scopes": rows}


def _scope_row(scope: Scope) -> dict[str, Any]:
    row = scope._asdict()
    return {**row, **{key: list(row[key]) for key in ("servers", "domains", "search")}}


def search_lines(order: Preview, name: str, width: int) -> Iterator[str]:
    """One sentence where the name was completed; nothing else needs to be said."""
    done = order.completed(name)
    if done is not None:
        said = f"completed with {done.suffix} of the search list ({_dots(order)}, ndots:{order.ndots})"
        yield from wrap(said, width, first="  ", rest=_REST)
        if order.musl is not None:
            yield from wrap(order.musl, width, first="  ", rest=_REST)


def _dots(order: Preview) -> str:
    return f"{order.dots} {'dot' if order.dots == 1 else 'dots'}"


def scope_lines(scoped: Scoped, name: str, width: int) -> Iterator[str]:
    """A row for each scope that a name could go to, then where this one goes and why."""
    if scoped.error is not None:
        yield from wrap(
            f"which links have which servers is not known: {scoped.source}: {scoped.error}", width
        )
        return
    choice = choose(name, scoped.scopes)
    rows = [scope for scope in scoped.scopes if scope in choice.scopes or _matters(scope)]
    if rows:
        yield ""
        yield from _table(rows, choice, width)
        yield from wrap(where(choice, name), width, rest=_REST)


def _matters(scope: Scope) -> bool:
    """Multicast is asked for its own names only, and what is bound to an interface never by a name."""
    return not scope.multicast and not scope.bound


def _table(rows: Sequence[Scope], choice: Choice, width: int) -> Iterator[str]:
    columns: Sequence[Column[Scope]] = (
        Column("SCOPE", lambda each: each.name, least=8),
        Column("ASKED", lambda each: "yes" if each in choice.scopes else "no"),
        Column("SERVERS", _servers, least=16),
        Column("DOMAINS", _domains, least=8),
        Column("TLS", lambda each: each.over_tls or "-", rank=2),
        Column("DNSSEC", lambda each: each.dnssec or "-", rank=1),
    )
    text = StringIO()
    write_table(text, columns, rows, width)
    yield from text.getvalue().splitlines()


def _servers(scope: Scope) -> str:
    return ", ".join(scope.servers) or ("the neighbours (mDNS)" if scope.multicast else "-")


def _domains(scope: Scope) -> str:
    """As resolvectl writes them: a tilde where no short name is completed with one."""
    told = [each if each in scope.search else f"~{each}" for each in scope.domains]
    return ", ".join(told) or ("default" if scope.default else "-")
