"""All checks on localhost and on the two families, run at once, and the verdict on them.

Nothing leaves the machine but the DNS questions that `Ask` allows, to the resolvers it asks anyway.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from netmon.loopback import binding, findings, hosts, interfaces, nsswitch, runtimes, sources, sysctls
from netmon.loopback.asking import Ask, listen_to_resolvers
from netmon.loopback.fallback import refusal_us
from netmon.loopback.files import hosts_path, read_file
from netmon.loopback.listeners import PortVerdict, judge_listeners
from netmon.loopback.localhost import V4, V6, Localhost, at_once, examine
from netmon.loopback.order.predict import OrderReport, examine_order
from netmon.loopback.order.view import OrderView
from netmon.loopback.report import Report, report
from netmon.loopback.resolver_answers import resolver_findings
from netmon.loopback.split_ports import split_brain, split_ports
from netmon.model.connection import Connection
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean

Group = tuple[Finding, ...]


class Examined(NamedTuple):
    """Everything that one run of the checks saw."""

    localhost: Localhost
    ports: tuple[PortVerdict, ...]
    """How each listening TCP port stands to the addresses of localhost."""
    fallback_us: int | None
    """What a refused first address costs, in microseconds; None where nothing can refuse."""
    orders: tuple[OrderView, ...]
    """In which order the addresses of names are tried here, and by other runtimes."""
    report: Report


def run_checks(listeners: Sequence[Connection] | None, *, ask: Ask = Ask.ALL) -> Report:
    """The verdict on this machine; see `examine_all`."""
    return examine_all(listeners, ask=ask).report


def examine_all(
    listeners: Sequence[Connection] | None, *, ask: Ask = Ask.ALL, before: Examined | None = None
) -> Examined:
    """Run every check; blocks for less than a second on a healthy machine: call it in a thread.

    Args:
        listeners: The listening sockets of this machine; None where they could not be read.
        ask: What the configured resolvers may be asked.
        before: A run whose word on the resolvers still holds where they are asked nothing.
    """
    with ThreadPoolExecutor(4, thread_name_prefix="checks") as pool:
        # Whatever waits for somebody else begins first, and is collected last.
        heard = pool.submit(listen_to_resolvers, ask)
        ordering = pool.submit(_on_order)
        others = [pool.submit(_guarded, checks, run) for checks, run in _ALONE]
        seen = examine()
        groups = [_on_localhost(seen), _on_listeners(listeners), *(job.result() for job in others)]
        order = ordering.result()
        resolvers = _guarded(_RESOLVERS, lambda: resolver_findings(heard.result()))
        if before is not None and ask is Ask.NOTHING:
            resolvers = tuple(one for one in before.report.findings if one.check in _RESOLVERS)
    ports = judge_listeners(seen.order, listeners or ())
    cost = refusal_us(seen.order)
    family = _listener_family(seen, ports if listeners is not None else None, cost)
    every = [finding for group in (*groups, order.findings, resolvers, (family,)) for finding in group]
    return Examined(seen, ports, cost, order.views, report(sorted(every, key=_place)))


def _on_localhost(seen: Localhost) -> Group:
    """The checks that look at what localhost is, beside a file or a try."""
    file = read_file(hosts_path())
    present = frozenset(address for address in (V4, V6) if seen.works(address))
    matrix = _guarded(("bind-matrix", "v6only-default"), lambda: _on_binding(present))
    switches = _guarded(("sysctl",), lambda: (sysctls.sysctl(sysctls.read_sysctls(), file, seen),))
    return (*findings.findings(seen), hosts.hosts_localhost(file, seen), *matrix, *switches)


def _on_binding(present: frozenset[str]) -> Group:
    # Where no address works, each try would only wait for its deadline.
    binds = (*binding.MATRIX, binding.DEFAULT) if present else ()
    rows = at_once([partial(binding.serve, bind) for bind in binds])
    default = rows.pop() if rows else None
    return binding.bind_matrix(rows, present), binding.v6only_default(default, present)


def _on_order() -> OrderReport:
    """The checks on the order of destinations, with what is to be shown beside them."""
    views: list[OrderView] = []

    def look() -> Group:
        found = examine_order()
        views.extend(found.views)
        return found.findings

    return OrderReport(_guarded(("gai-conf", "predict-order"), look), tuple(views))


def _on_listeners(listeners: Sequence[Connection] | None) -> Group:
    if listeners is None:
        return (_unread("split-brain"),)
    return (split_brain(split_ports(listeners)),)


def _listener_family(seen: Localhost, ports: Sequence[PortVerdict] | None, cost: int | None) -> Finding:
    if ports is None:
        return _unread("listener-family")
    return findings.listener_family(seen.order, ports, cost)


def _unread(check: str) -> Finding:
    return Finding(check, FindingState.UNKNOWN, "the listening sockets could not be read")


_ALONE: tuple[tuple[tuple[str, ...], Callable[[], Group]], ...] = (
    (("lo-up",), lambda: (interfaces.lo_up(),)),
    (("lo-range",), lambda: (interfaces.lo_range(),)),
    (("nss-order",), lambda: (nsswitch.nss_order(read_file(nsswitch.PATH)),)),
    (("src-select",), lambda: (sources.src_select(*sources.look_at_sources()),)),
    (("env",), lambda: (runtimes.env(os.environ, runtimes.look_around()),)),
)
"""The checks that need nothing of each other, with the ids that they are known by if they cannot run."""

_RESOLVERS = ("localhost-leak", "resolver-family", "dns-families", "nat64")

CHECKS = (
    "lo-up",
    "lo-v4",
    "lo-v6",
    "lo-range",
    "hosts-localhost",
    "nss-order",
    "gai-localhost",
    "localhost-leak",
    "gai-conf",
    "sysctl",
    "v6only-default",
    "bind-matrix",
    "listener-family",
    "split-brain",
    "src-select",
    "predict-order",
    "resolver-family",
    "dns-families",
    "nat64",
    "env",
)
"""Every check in the order in which they are told within one state."""


def _place(finding: Finding) -> int:
    return CHECKS.index(finding.check) if finding.check in CHECKS else len(CHECKS)


def _guarded(checks: Sequence[str], run: Callable[[], Group]) -> Group:
    """What these checks find; if they cannot run (no more file descriptors, a sandbox), each says so."""
    try:
        return run()
    except OSError as error:
        reason = f"could not run: {clean(str(error), 200)}"
        return tuple(Finding(check, FindingState.UNKNOWN, reason) for check in checks)
