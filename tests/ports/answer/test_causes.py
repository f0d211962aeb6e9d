"""Why a bind was refused, by its error and by what is on the port; the real cases are test_port_answer's."""

from __future__ import annotations

import errno

import pytest

from netmon.collectors.port_rules import PortRules
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner, OwnerReason
from netmon.model.socket import SocketState
from netmon.ports.answer.causes import Cause, CauseKind, cause_of
from netmon.ports.bind_probe import Attempt, Place
from tests.builders import connection, listener
from tests.ports.asking import ANY4, LOOP4, LOOP6

ADDRESSES = {"127.0.0.1": "lo", "::1": "lo"}


def caused(
    error: int | None,
    *rows: Connection,
    place: Place = ANY4,
    port: int = 8080,
    addresses: dict[str, str] = ADDRESSES,
) -> Cause | None:
    return cause_of(Attempt(place, False, error), rows, PortRules(), port, addresses)


def kind(*rows: Connection) -> CauseKind:
    cause = caused(errno.EADDRINUSE, *rows)
    assert cause is not None
    return cause.kind


def test_what_succeeded_has_no_cause() -> None:
    assert caused(None, listener()) is None


@pytest.mark.parametrize("error", [errno.EACCES, errno.EPERM])
def test_permission_is_wanting_for_a_privileged_port_or_by_a_policy(error: int) -> None:
    assert caused(error, port=80) == Cause(CauseKind.PRIVILEGED)
    assert caused(error, port=1024) == Cause(CauseKind.POLICY)


def test_addresses_and_families_that_are_not_there() -> None:
    assert caused(errno.EADDRNOTAVAIL, place=Place("192.0.2.1")) == Cause(CauseKind.NO_ADDRESS)
    assert caused(errno.EADDRNOTAVAIL, place=LOOP6) == Cause(CauseKind.NO_ADDRESS)
    assert caused(errno.EADDRNOTAVAIL, place=LOOP6, addresses={}) == Cause(CauseKind.NO_FAMILY)
    assert caused(errno.EAFNOSUPPORT, place=LOOP6) == Cause(CauseKind.NO_FAMILY)
    assert caused(errno.EINVAL, place=Place("fe80::1")) == Cause(CauseKind.UNKNOWN)


OVER = connection(
    "10.0.0.9:1234",
    local="10.0.0.5:8080",
    state=SocketState.TIME_WAIT,
    owner=Owner(reason=OwnerReason.TIME_WAIT),
    socket={"tcp": None},
)
INBOUND = connection("10.0.0.9:1235", local="10.0.0.5:8080", direction=Direction.INBOUND)
OUTBOUND = connection("10.0.0.9:443", local="10.0.0.5:8080")
BOUND = listener("10.0.0.5:8080", state=SocketState.CLOSED)
SERVER = listener("10.0.0.5:8080")


def test_the_strongest_of_what_is_in_the_way_is_the_cause() -> None:
    assert kind(OVER) is CauseKind.TIME_WAIT
    assert kind(OVER, INBOUND) is CauseKind.CONNECTED
    assert kind(OVER, INBOUND, OUTBOUND) is CauseKind.OUTGOING
    assert kind(OVER, INBOUND, OUTBOUND, BOUND) is CauseKind.BOUND
    assert kind(OVER, INBOUND, OUTBOUND, BOUND, SERVER) is CauseKind.SPECIFIC


def test_what_is_elsewhere_is_not_in_the_way() -> None:
    cause = caused(errno.EADDRINUSE, SERVER, OVER, place=LOOP4)
    assert cause == Cause(CauseKind.UNKNOWN)


def test_all_of_the_same_cause_are_named() -> None:
    second = INBOUND._replace(direction=Direction.UNKNOWN)
    assert caused(errno.EADDRINUSE, OVER, INBOUND, second) == Cause(CauseKind.CONNECTED, (INBOUND, second))
