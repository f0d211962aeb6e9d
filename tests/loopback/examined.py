"""Whole runs of the checks, made up in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from netmon.loopback.checks import Examined
from netmon.loopback.findings import findings, listener_family
from netmon.loopback.listeners import judge_listeners
from netmon.loopback.localhost import Localhost
from netmon.loopback.report import report
from netmon.model.connection import Connection
from netmon.model.finding import Finding
from tests.loopback.staged import BOTH, seen

SOUND = seen(BOTH)
FOUR_ONLY = seen(("127.0.0.1",), dead=("::1",))
UNNAMED = seen(("127.0.0.1",))


def examined(
    localhost: Localhost = SOUND, listeners: Sequence[Connection] | None = (), *more: Finding
) -> Examined:
    """What the checks would say of such a machine, with further findings."""
    ports = judge_listeners(localhost.order, listeners or ())
    judged = (*findings(localhost), listener_family(localhost.order, ports), *more)
    return Examined(localhost, ports, 60, (), report(judged))


def machine(localhost: Localhost = SOUND, *more: Finding) -> Callable[..., Examined]:
    """Checks that find this machine, whatever listens there and whatever is asked."""
    return lambda listeners, **asked: examined(localhost, listeners, *more)
