"""What Enter tells of a check, and of a listener called as localhost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netmon.engine.explain import Explanation, Fact
from netmon.loopback.findings import let_listen, why_missed
from netmon.loopback.listeners import Answers, PortVerdict
from netmon.loopback.order.view import OrderView
from netmon.model.endpoint import Endpoint
from netmon.model.finding import Finding
from netmon.model.units import format_rtt
from netmon.tui import finding_columns
from netmon.tui.loopback_columns import holders, listens_on

_ON_ORDER = ("predict-order", "gai-conf")
"""The checks whose details tell in which order addresses are tried."""


def explain_finding(finding: Finding, orders: Sequence[OrderView] = ()) -> Explanation:
    """A check: what it found, what that means, what to do; then what was seen and where it is written.

    Args:
        finding: The check.
        orders: In which order addresses are tried; told with the checks that are about that.
    """
    told = (fact for view in orders if finding.check in _ON_ORDER for fact in _order_facts(view))
    return finding_columns.explain_finding(finding, *told)


def _order_facts(view: OrderView) -> Iterator[Fact]:
    """The order for one name: here, by the RFC, and for each other runtime."""
    here = view.observed or view.glibc
    known = "getaddrinfo" if view.observed is not None else "netmon: a model of glibc's getaddrinfo"
    yield Fact(view.name, f"{', '.join(here)}; {view.decided}", known)
    yield Fact("… RFC 6724", ", ".join(view.rfc), "netmon: RFC 6724 section 6")
    for choice in view.choices:
        yield Fact(f"… {choice.runtime}", f"{', '.join(choice.order)} ({choice.rule})", choice.known_by)


def explain_listener(row: PortVerdict, order: Sequence[str], fallback_us: int | None = None) -> Explanation:
    """A listener: who it is, whether localhost leads to it, and by which addresses it is reached.

    Args:
        row: The listener.
        order: The addresses of localhost, in its order.
        fallback_us: What a refused first address costs here, as measured; None if it was not.
    """
    sentences = (
        f"{holders(row)} listens on port {row.port}",
        f"Called as localhost: {row.answers}.",
        *(_missed(row, order, fallback_us) if row.amiss else ()),
        f"R races to port {row.port}: who answers, how fast, and what falling back costs.",
    )
    reached = ", ".join(row.works) or "none that localhost can mean"
    facts = (
        Fact("listens on", listens_on(row), "its sockets"),
        Fact("answers", reached, "its sockets"),
        Fact("localhost", ", then ".join(order) or "no loopback address", "getaddrinfo(3)"),
    )
    return Explanation(sentences, facts, ("listener", row.port))


def _missed(row: PortVerdict, order: Sequence[str], fallback_us: int | None) -> Iterator[str]:
    """What it means that localhost's first address refuses, and what to do."""
    yield why_missed(row)
    if row.answers is Answers.FIRST_REFUSED and fallback_us is not None:
        yield f"A refused first address costs {format_rtt(fallback_us)} here."
    yield f"→ {let_listen(order, row)}"


def race_target(row: PortVerdict, order: Sequence[str]) -> str:
    """Where to race to: localhost's addresses in order, then others by which the listener answers."""
    return " ".join(str(Endpoint(address, row.port)) for address in dict.fromkeys((*order, *row.works)))
