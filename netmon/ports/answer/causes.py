"""Why the kernel refused a bind, from its error and from the sockets that were seen on that port.

bind(2), ip(7), ipv6(7), tcp(7); the rules of a conflict are those of inet_csk_get_port in the kernel.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from netmon.collectors.port_rules import PortRules
from netmon.engine.closing import is_remains
from netmon.model.connection import Connection, Direction
from netmon.ports.answer.overlap import taken_at, taken_by
from netmon.ports.bind_probe import Attempt, Place


class CauseKind(StrEnum):
    """Why a bind is refused."""

    HELD = "held"
    """A socket serves exactly that address."""
    WILDCARD = "wildcard"
    """A socket serves every address, and so that one too."""
    SPECIFIC = "specific"
    """A socket serves one address, so that not every one is left."""
    OTHER_FAMILY = "other-family"
    """A dual-stack `::` and an IPv4 socket exclude each other."""
    BOUND = "bound"
    """A TCP socket is bound there, but neither listens nor is connected."""
    OUTGOING = "outgoing"
    """A connection that was opened here has the port as its own end."""
    CONNECTED = "connected"
    """A connection is open on it, most likely left of a listener that is gone."""
    TIME_WAIT = "time-wait"
    """The kernel remembers connections that are over."""
    PRIVILEGED = "privileged"
    """The port is below the first that may be bound without CAP_NET_BIND_SERVICE."""
    POLICY = "policy"
    """It is not, and all the same permission was denied."""
    NO_ADDRESS = "no-address"
    """This machine does not have the address."""
    NO_FAMILY = "no-family"
    """IPv6 is off."""
    UNKNOWN = "unknown"


class Cause(NamedTuple):
    """Why one bind was refused."""

    kind: CauseKind
    blockers: tuple[Connection, ...] = ()
    """The sockets that stand in the way, as far as they were seen."""


class Bind(NamedTuple):
    """One attempt to bind a port, and why it was refused."""

    attempt: Attempt
    cause: Cause | None


_FORBIDDEN = (errno.EACCES, errno.EPERM, getattr(errno, "WSAEACCES", errno.EACCES))


def cause_of(
    attempt: Attempt, rows: Sequence[Connection], rules: PortRules, port: int, addresses: Mapping[str, str]
) -> Cause | None:
    """Why a bind was refused, or None if it was not.

    Args:
        attempt: the bind.
        rows: every socket with that local port and protocol, in any state.
        rules: what the kernel allows with ports here.
        port: the port.
        addresses: this machine's addresses, each with its interface.
    """
    if attempt.error is None:
        return None
    if attempt.error in _FORBIDDEN:
        kind = CauseKind.PRIVILEGED if port < rules.unprivileged_start else CauseKind.POLICY
        return Cause(kind)
    if attempt.error == errno.EADDRINUSE:
        return _occupied(attempt.place, rows)
    return Cause(_unusable(attempt.error, attempt.place, addresses))


def _unusable(error: int, place: Place, addresses: Mapping[str, str]) -> CauseKind:
    if error in (errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT):
        return CauseKind.NO_FAMILY
    if error in (errno.EADDRNOTAVAIL, errno.ENODEV, errno.ENXIO):
        # ::1 goes only with IPv6 itself.
        is_off = place.address == "::1" and "::1" not in addresses
        return CauseKind.NO_FAMILY if is_off else CauseKind.NO_ADDRESS
    return CauseKind.UNKNOWN


def _occupied(place: Place, rows: Sequence[Connection]) -> Cause:
    """The strongest of what stands in the way: a server before a connection before what is over."""
    wanted = taken_at(place)
    by_kind: dict[CauseKind, list[Connection]] = {}
    # Without V6ONLY (psutil) a `::` may be what took IPv4 too: that something did is certain here.
    blockers = [row for row in rows if taken_by(row.socket).meets(wanted)]
    blockers = blockers or [row for row in rows if taken_by(row.socket, at_most=True).meets(wanted)]
    for row in blockers:
        by_kind.setdefault(_kind(row, place), []).append(row)
    for kind in CauseKind:  # in the order of their strength
        if kind in by_kind:
            return Cause(kind, tuple(by_kind[kind]))
    return Cause(CauseKind.UNKNOWN)


def _kind(row: Connection, place: Place) -> CauseKind:
    if row.socket.serves:
        return _relation(row, place)
    if row.socket.remote is None:
        return CauseKind.BOUND
    if is_remains(row.socket):
        return CauseKind.TIME_WAIT
    # A UDP socket with a fixed peer is nobody's child.
    is_outgoing = row.direction is Direction.OUTBOUND or row.socket.protocol == "udp"
    return CauseKind.OUTGOING if is_outgoing else CauseKind.CONNECTED


def _relation(row: Connection, place: Place) -> CauseKind:
    held = row.socket.local.address
    if (":" in held) != place.is_six:
        return CauseKind.OTHER_FAMILY
    if held == place.address.partition("%")[0]:
        return CauseKind.HELD
    return CauseKind.SPECIFIC if place.is_wildcard else CauseKind.WILDCARD
