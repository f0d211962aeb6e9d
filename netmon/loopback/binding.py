"""What each kind of listener really serves here, tried with sockets: `v6only-default` and `bind-matrix`.

Nothing leaves the machine: the listeners are netmon's own, on free ports, and accept nobody; those on
`0.0.0.0` and `::` are open for the milliseconds that the trial takes.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import NamedTuple

from netmon.loopback.localhost import V4, V6
from netmon.loopback.probing import connect
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean

CONNECT_S = 0.3
_REFERENCE = "ipv6(7) IPV6_V6ONLY, RFC 3493 section 5.3"


class Bind(NamedTuple):
    """One way to listen."""

    address: str
    v6only: bool | None = None
    """None leaves the system's default."""

    def __str__(self) -> str:
        suffix = {None: "", True: " with V6ONLY", False: " without V6ONLY"}[self.v6only]
        return self.address + suffix


class Served(NamedTuple):
    """What came of listening in one way and connecting over both families."""

    bind: Bind
    reached: frozenset[str]
    """Which of 127.0.0.1 and ::1 reached the listener."""
    v6only: bool | None = None
    """What the socket itself said; None for IPv4."""
    error: str | None = None
    """Why it could not listen at all."""

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.bind}: {self.error}"
        return f"{self.bind} serves {' and '.join(sorted(self.reached)) or 'nothing'}"


MATRIX = (Bind(V4), Bind("0.0.0.0"), Bind(V6), Bind("::", False), Bind("::", True))
DEFAULT = Bind("::")


def serve(bind: Bind) -> Served:
    """Listen as `bind` says, on a free port, and connect from 127.0.0.1 and ::1."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in bind.address else socket.AF_INET) as listener:
            if bind.v6only is not None:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(bind.v6only))
            six = listener.family == socket.AF_INET6
            said = bool(listener.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)) if six else None
            listener.bind((bind.address, 0))
            listener.listen(4)
            port = listener.getsockname()[1]
            reached = frozenset(a for a in (V4, V6) if connect(a, port, CONNECT_S).works)
            return Served(bind, reached, said)
    except OSError as error:
        return Served(bind, frozenset(), error=clean(error.strerror or str(error)))


def expected(bind: Bind, v6only: bool | None, present: frozenset[str]) -> frozenset[str]:
    """What a listener ought to serve, of the loopback addresses that work at all."""
    if bind.address == "::":
        return present & ({V6} if v6only else {V4, V6})
    return present & {V4 if bind.address in (V4, "0.0.0.0") else V6}


def bind_matrix(rows: Sequence[Served], present: frozenset[str]) -> Finding:
    """The judgement `bind-matrix`: does each kind of listener serve what it ought to?"""
    check = "bind-matrix"
    evidence = "; ".join(map(str, rows))
    if not present:
        what = "what listeners serve cannot be tried: no loopback address carries a connection"
        return Finding(check, FindingState.UNKNOWN, what, evidence, reference=_REFERENCE)
    wrong = [row for row in rows if row.reached != expected(row.bind, row.bind.v6only, present)]
    if not wrong:
        kinds = "each kind of listener serves what it should"
        only = "" if len(present) == 2 else f", which is {next(iter(present))} alone here"
        return Finding(check, FindingState.OK, kinds + only, evidence, reference=_REFERENCE)
    row = wrong[0]
    due = " and ".join(sorted(expected(row.bind, row.bind.v6only, present))) or "nothing"
    got = row.error or f"serves {' and '.join(sorted(row.reached)) or 'nothing'}"
    return Finding(
        check,
        FindingState.FAIL,
        f"a listener on {row.bind} should serve {due}, and here: {got}",
        evidence,
        why="Servers that are set up as their manuals say are not reached.",
        fix="Look for firewall rules on lo, and for a sandbox that forbids listening.",
        reference=_REFERENCE,
    )


def v6only_default(row: Served | None, present: frozenset[str]) -> Finding:
    """The judgement `v6only-default`: does a server on `::` that sets nothing serve both families?

    Args:
        row: What such a server served; None if it was not tried.
        present: Which of 127.0.0.1 and ::1 carry a connection.
    """
    check = "v6only-default"
    if row is None or not present:
        what = "a server on :: was not tried: no loopback address carries a connection"
        return Finding(check, FindingState.UNKNOWN, what, reference=_REFERENCE)
    if row.error is not None or row.v6only is None:
        what = f"a server on :: could not listen: {row.error}"
        return Finding(check, FindingState.UNKNOWN, what, str(row), reference=_REFERENCE)
    evidence = f"a new socket says V6ONLY {int(row.v6only)}; {row}"
    state, summary, why, fix = _judge_default(row, present)
    return Finding(check, state, summary, evidence, why, fix, _REFERENCE)


def _judge_default(row: Served, present: frozenset[str]) -> tuple[FindingState, str, str, str]:
    """State, summary, why and fix of `v6only-default`."""
    one = "Servers that count on :: for both families are reached over one of them only."
    if row.reached != expected(row.bind, row.v6only, present):
        summary = f"a server on :: says V6ONLY {int(bool(row.v6only))}, yet {row}"
        return FindingState.FAIL, summary, one, "Look for firewall rules on lo."
    if row.v6only:
        fix = "sysctl net.ipv6.bindv6only=0, or let the server listen on 0.0.0.0 too."
        return FindingState.WARN, "a server on :: that sets nothing refuses IPv4 here", one, fix
    if V6 not in present:
        return FindingState.INFO, "a server on :: serves IPv4 alone here, as there is no ::1", "", ""
    return FindingState.OK, "a server on :: serves both families", "", ""
