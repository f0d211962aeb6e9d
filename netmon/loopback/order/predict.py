"""The judgements on the order of destinations: `gai-conf` and `predict-order`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from netmon.loopback.order.gai_conf import GAI_CONF, GaiConf, Line
from netmon.loopback.order.names import dual_stack_names
from netmon.loopback.order.observing import observe, observe_afresh, runs_on_glibc
from netmon.loopback.order.situation import Machine, read_machine
from netmon.loopback.order.view import OrderView, order_view
from netmon.model.finding import Finding, FindingState

PAIRS = {
    "any dual-stack name": ("2001:db8::1", "192.0.2.1"),
    "a dual-stack name with a ULA": ("fdff:db8::1", "192.0.2.1"),
}
"""Made up of addresses for documentation: no name has them, so getaddrinfo cannot be asked."""
_SHOWN = 4
"""Lines of gai.conf that a sentence names before it counts the rest."""
_GAI_REFERENCE, _PREDICT_REFERENCE = "gai.conf(5)", "RFC 6724 section 6"


class OrderReport(NamedTuple):
    """The judgements, and what is to be shown beside them."""

    findings: tuple[Finding, ...]
    views: tuple[OrderView, ...] = ()
    """Names that were looked up first, then made-up pairs; none if nothing is known."""


def order_findings(names: Iterable[str] = ()) -> tuple[Finding, ...]:
    """The judgements `gai-conf` and `predict-order`, as `examine_order` gives them."""
    return examine_order(names).findings


def examine_order(names: Iterable[str] = ()) -> OrderReport:
    """In which order addresses are tried here; blocks, for milliseconds as a rule: call it in a thread.

    Args:
        names: To be looked up besides localhost and the dual-stack names of the hosts file.
    """
    try:
        machine = read_machine()
    except (OSError, ValueError) as error:
        reason = f"the order of destinations is unknown: {error}"
        checks = "gai-conf", "predict-order"
        return OrderReport(tuple(Finding(check, FindingState.UNKNOWN, reason) for check in checks))
    observed, predicted = _observed_views(machine, names), _predicted_views(machine)
    findings = _gai_conf(machine.gai_conf, observed), _predict_order(predicted, observed)
    return OrderReport(findings, (*observed, *predicted))


def _observed_views(machine: Machine, names: Iterable[str] = ()) -> tuple[OrderView, ...]:
    """The orders of localhost, of dual-stack names of the hosts file, and of other names on request."""
    if machine.gai_conf.deadly:
        return ()  # getaddrinfo would take this program down with it
    wanted = dict.fromkeys(("localhost", *dual_stack_names(), *names))
    return tuple(view for name in wanted if (view := _observed_view(name, machine)) is not None)


def _predicted_views(machine: Machine) -> tuple[OrderView, ...]:
    """The orders of made-up pairs: computed, since no name has such addresses."""
    return tuple(order_view(name, pair, machine, observed=False) for name, pair in PAIRS.items())


def _observed_view(name: str, machine: Machine) -> OrderView | None:
    addresses = observe(name)
    if not addresses:
        return None
    view = order_view(name, addresses, machine, observed=True)
    # What this process still does after gai.conf changed is of no use to anyone.
    if not view.agrees and runs_on_glibc() and (fresh := observe_afresh(name)):
        view = order_view(name, fresh, machine, observed=True)
    return view


def _gai_conf(conf: GaiConf, observed: Sequence[OrderView]) -> Finding:
    check, reference = "gai-conf", _GAI_REFERENCE
    if conf.deadly:
        return _deadly(conf)
    if not runs_on_glibc():
        summary = "this program's getaddrinfo is not glibc's, which alone reads gai.conf"
        return Finding(check, FindingState.UNKNOWN, summary, reference=reference)
    if astray := [view for view in observed if not view.agrees]:
        return _astray(astray[0])
    seen = "; ".join(f"{view.name} is {', '.join(view.observed or ())}" for view in observed)
    evidence = f"getaddrinfo and the model of glibc agree: {seen}" if seen else "no name could be looked up"
    if conf.overrides:
        return _overridden(conf, evidence)
    if conf.ignored:
        return Finding(
            check,
            FindingState.WARN,
            f"glibc ignores {_listed(conf.ignored)} of {GAI_CONF}",
            evidence,
            why="Whoever wrote it meant to change the order of destinations; it is as if it were not there.",
            fix=f"Correct it or take it out: {conf.ignored[0].why}.",
            reference=reference,
        )
    state = FindingState.OK if seen else FindingState.UNKNOWN
    return Finding(
        check, state, f"{GAI_CONF} changes nothing: glibc's own table", evidence, reference=reference
    )


def _deadly(conf: GaiConf) -> Finding:
    return Finding(
        "gai-conf",
        FindingState.FAIL,
        f"{_listed(conf.deadly)} of {GAI_CONF} can crash whoever looks up a name",
        "no name was looked up, as this program would crash too",
        why="glibc reads memory that it never set when a scopev4 has no prefix length.",
        fix=f"Give it a length, such as `/32`, or take line {conf.deadly[0].number} out.",
        reference=_GAI_REFERENCE,
    )


def _astray(view: OrderView) -> Finding:
    orders = f"getaddrinfo gives {', '.join(view.observed or ())}; the model {', '.join(view.glibc)}"
    return Finding(
        "gai-conf",
        FindingState.FAIL,
        f"getaddrinfo orders {view.name} in another way than glibc's rules and {GAI_CONF} say",
        orders,
        why="Something else sorts the addresses, so no prediction for other names can be trusted.",
        fix="Look in the hosts line of /etc/nsswitch.conf for a service or a cache (nscd) that sorts.",
        reference=_GAI_REFERENCE,
    )


def _overridden(conf: GaiConf, evidence: str) -> Finding:
    why = "The order of addresses here is not that of other machines."
    if conf.lone:
        kinds = " and ".join(line.kind for line in conf.lone)
        why = f"A line replaces glibc's whole table of its kind: all other rows of {kinds} are gone."
    if conf.ignored:
        evidence += f"; glibc ignores {_listed(conf.ignored)}"
    return Finding(
        "gai-conf",
        FindingState.WARN,
        f"{GAI_CONF} overrides the order of destinations: {_listed(conf.overrides)}",
        evidence,
        why,
        fix="Take the line out if it is not meant; programs that run keep it until they are restarted."
        if not conf.reload
        else "Take the line out if it is not meant.",
        reference=_GAI_REFERENCE,
    )


def _predict_order(predicted: Sequence[OrderView], observed: Sequence[OrderView]) -> Finding:
    parting = [view for view in (*predicted, *observed) if view.parts]
    first = predicted[0]
    return Finding(
        "predict-order",
        FindingState.INFO if parting else FindingState.OK,
        f"a dual-stack name is tried over {_family(first.first)} first: {first.decided}",
        "; ".join(map(_evidence, (*predicted, *observed))),
        why=f"Programs differ in where they connect first: {parting[0].parts}." if parting else "",
        reference=_PREDICT_REFERENCE,
    )


def _evidence(view: OrderView) -> str:
    """One name's order, whether seen or computed, and who would choose another."""
    how = "computed" if view.observed is None else "observed"
    others = [choice.runtime for choice in view.choices if choice.first != view.first]
    order = ", ".join(view.observed or view.glibc)
    decided = f" ({view.decided})" if view.decided else ""
    return f"{view.name}, {how}: {order}{decided}" + (
        f"; not first for {', '.join(others)}" if others else ""
    )


def _family(address: str) -> str:
    return "IPv6" if ":" in address else "IPv4"


def _listed(lines: Sequence[Line]) -> str:
    shown = ", ".join(map(str, lines[:_SHOWN]))
    return shown + (f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else "")
