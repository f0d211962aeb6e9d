"""The cells of the ports table."""

from __future__ import annotations

from netmon.model.process import OwnerReason
from netmon.ports.listeners import Listening, listening
from netmon.tui.port_columns import port_columns
from tests.builders import listener, owner, state


def row(*arguments: object, **fields: object) -> Listening:
    """One listener as the table has it."""
    (found,) = listening(state(listeners=[listener(*arguments, **fields)]))  # type: ignore[arg-type]
    return found


def cell(key: str, of: Listening) -> str:
    """What a column says of a listener."""
    return next(column.text(of).strip() for column in port_columns() if column.key == key)


def test_a_port_stands_with_its_protocol() -> None:
    assert cell("port", row("0.0.0.0:8080")) == "8080/tcp"


def test_reach_is_a_full_or_an_empty_dot() -> None:
    loopback_only = row("127.0.0.1:8080")
    assert (cell("loopback4", loopback_only), cell("loopback6", loopback_only)) == ("●", "○")
    assert cell("lan4", loopback_only) == "○"


def test_an_unnamed_owner_comes_with_its_reason_once() -> None:
    foreign = row(owner=owner(reason=OwnerReason.OTHER_USER, uid=33, unit="backup.service"))
    assert cell("owner", foreign) == "(uid 33) backup.service: other user"
    assert cell("owner", row(owner=owner(reason=OwnerReason.KERNEL))).count("kernel") == 1


def test_a_queue_above_half_is_marked() -> None:
    assert cell("queue", row(socket={"receive_queue": 17, "send_queue": 128})) == "17/128"
    assert cell("queue", row(socket={"receive_queue": 100, "send_queue": 128})) == "100/128 ▲"


def test_udp_has_no_accept_queue_but_says_what_it_lost() -> None:
    udp = row(protocol="udp", socket={"receive_queue": 2048, "drops": 1234})
    assert cell("queue", udp) == "–"
    assert cell("state", udp) == "queue 2.0 kB, drops 1,234"
