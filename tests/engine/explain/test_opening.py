"""Who opened what, on every basis, and how a connection that is over is told."""

from __future__ import annotations

import pytest

from netmon.engine.explain.opening import (
    aborted_sentence,
    closed_sentence,
    direction_sentence,
    opening_sentence,
)
from netmon.model.connection import Basis, Direction, OpenedBasis
from netmon.model.process import OwnerReason
from netmon.model.socket import SocketState, Uncounted
from tests.builders import NOW, connection, owner, state

INBOUND = Direction.INBOUND


def test_who_opened_it() -> None:
    inbound = connection(
        "203.0.113.9:50177", local="10.0.0.5:443", direction=INBOUND, service="https", process="nginx"
    )
    assert opening_sentence(inbound, state()) == (
        "203.0.113.9:50177 opened this connection to nginx (4711, user dev) at 10.0.0.5:443 (https)"
        " at least 10 seconds ago."
    )
    unknown = connection("10.0.0.9:22", direction=Direction.UNKNOWN, service="ssh")
    assert opening_sentence(unknown, state()) == (
        "curl (4711, user dev) has this connection from 10.0.0.5:50000 to 10.0.0.9:22, opened at least 10"
        " seconds ago."
    )
    udp = connection("8.8.8.8:53", protocol="udp")
    assert "opened this UDP flow to 8.8.8.8:53" in opening_sentence(udp, state())


def test_the_port_is_said_to_be_lent_only_where_this_machine_lends_it() -> None:
    row = connection()
    assert "from ephemeral port 50000, one of those" in opening_sentence(row, state())
    assert (
        "from port 50000, outside of the range that the kernel lends (here 1024–2048)."
        in opening_sentence(row, state(ephemeral=(1024, 2048)))
    )


def test_a_handshake_is_not_yet_a_connection() -> None:
    out = connection(state=SocketState.SYN_SENT)
    assert opening_sentence(out, state()).startswith(
        "curl (4711, user dev) is opening a connection to 203.0.113.7:443 (https),"
        " for at least 10 seconds, from"
    )
    coming = connection(
        local="10.0.0.5:22",
        state=SocketState.SYN_RECV,
        direction=INBOUND,
        owner=owner(reason=OwnerReason.HANDSHAKE),
        service="ssh",
        first_seen_at=NOW,
    )
    assert opening_sentence(coming, state()) == (
        "203.0.113.7:443 is opening a connection to a listener that has not accepted it yet"
        " at 10.0.0.5:22 (ssh)."
    )


@pytest.mark.parametrize(
    ("direction", "basis", "words"),
    [
        (Direction.OUTBOUND, Basis.KERNEL, "Outbound: known from the kernel's byte counters, which count"),
        (INBOUND, Basis.KERNEL, "Inbound: known from the kernel's byte counters, which count"),
        (Direction.OUTBOUND, Basis.HANDSHAKE, "in which this side was seen to send the first SYN."),
        (INBOUND, Basis.HANDSHAKE, "in which the other side was seen to send the first SYN."),
        (INBOUND, Basis.LISTENER, "Inbound: taken from its local port 50000, which has or had a listener."),
        (
            Direction.OUTBOUND,
            Basis.LISTENER,
            "taken from the other end's port 443, which has or had a listener.",
        ),
        (Direction.OUTBOUND, Basis.PORT, "only the local one lies in the ephemeral range (32768–60999)."),
        (INBOUND, Basis.PORT, "only the remote one lies in the ephemeral range (32768–60999)."),
        (Direction.UNKNOWN, None, "Which end opened it is unknown: byte counters, handshake"),
    ],
)
def test_every_basis_has_its_words(direction: Direction, basis: Basis | None, words: str) -> None:
    assert words in direction_sentence(connection(direction=direction, basis=basis), state())


def test_of_udp_no_handshake_is_expected() -> None:
    row = connection(protocol="udp", direction=Direction.UNKNOWN)
    assert direction_sentence(row, state()) == (
        "Which end opened it is unknown: ports and listeners do not tell."
    )


def test_a_closed_connection_is_told_by_what_it_carried_in_how_long() -> None:
    row = connection(
        closed_at=NOW - 2,
        opened_at=NOW - 2.09,
        opened_basis=OpenedBasis.SEEN,
        state=SocketState.CLOSED,
        bytes_received=13_800,
        bytes_sent=200,
    )
    assert closed_sentence(row, state()) == (
        "The connection of curl (4711, user dev) to 203.0.113.7:443 (https) closed 2 seconds ago:"
        " 14 kB in 90 ms."
    )
    inbound = row._replace(direction=INBOUND)
    assert "The connection of 203.0.113.7:443 to curl" in closed_sentence(inbound, state())
    unknown = row._replace(direction=Direction.UNKNOWN)
    assert "between 10.0.0.5:50000 and 203.0.113.7:443 closed" in closed_sentence(unknown, state())


def test_what_is_not_known_of_a_closed_connection_is_not_made_up() -> None:
    row = connection(closed_at=NOW - 2, bytes_received=None, open_since=NOW - 9)
    assert closed_sentence(row, state()).endswith("at least 517 B in at least 7 seconds.")
    brief = row._replace(bytes_sent=None, opened_basis=OpenedBasis.EVENT)
    assert closed_sentence(brief, state(interval_s=2.0)).endswith(
        "an unknown number of bytes between two polls, so in less than some 2 seconds."
    )


def test_an_abort_makes_the_bytes_a_lower_bound() -> None:
    assert aborted_sentence(connection()) is None
    row = connection(socket={"uncounted": Uncounted.ABORTED}, closed_at=NOW)
    assert "it may have carried more" in (aborted_sentence(row) or "")
    lost = row._replace(bytes_sent=None, bytes_received=None)
    assert "what it carried is not known" in (aborted_sentence(lost) or "")
