"""What a port is, told in terms of the row: listening, ephemeral, well-known, of the peer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netmon.engine.explain.port import port_sentences
from netmon.model.connection import Connection, Direction
from netmon.model.process import OwnerReason
from netmon.model.socket import SocketState
from tests.builders import connection, listener, owner, state


def said(row: Connection) -> list[str]:
    return list(port_sentences(row, state(ephemeral=(32768, 60999))))


def test_an_ephemeral_port_is_lent_for_one_connection() -> None:
    lent, shared = said(connection("198.51.100.4:80", service="http"))
    assert lent == (
        "50000 is ephemeral: the kernel lent it to curl for this connection to port 80 (http); it goes back"
        " when it closes."
    )
    assert shared.startswith("80 (http) is the port that the other end listens on")


def test_one_of_a_connection_that_is_over_goes_back() -> None:
    for over in (
        connection(closed_at=1.0),
        connection(state=SocketState.TIME_WAIT, owner=owner(reason=OwnerReason.TIME_WAIT)),
    ):
        assert "now that it is over" in said(over)[0]


def test_a_port_that_a_client_chose_itself() -> None:
    chosen, _ = said(connection(local="10.0.0.5:1023"))
    assert chosen.startswith("1023 is not one that the kernel lends here (32768–60999): curl asked for it")


def test_an_inbound_connection_shares_the_port_of_its_listener() -> None:
    ours, theirs = said(
        connection("203.0.113.9:50177", local="10.0.0.5:443", direction=Direction.INBOUND, process="nginx")
    )
    assert ours.startswith("443 is the port that nginx (4711, user dev) listens on")
    assert theirs.startswith("50177 is the port of the peer")


def test_a_listening_port_and_its_range() -> None:
    waits, kind = said(listener("0.0.0.0:22", service="ssh"))
    assert waits.startswith("22 is a listening port: python3 (4711, user dev) waits there")
    assert kind.startswith("It is well-known (below 1024, ssh)")
    assert said(listener("0.0.0.0:8080"))[1].endswith("http-alt is only the name it is registered for.")
    assert "here (32768–60999): while nothing listens on it" in said(listener("0.0.0.0:50000"))[1]


def test_udp_that_serves_and_udp_that_asks() -> None:
    serves = said(listener("0.0.0.0:53", protocol="udp", service="domain"))
    assert serves[0].startswith("53 is a bound UDP port")
    assert len(serves) == 2
    (asks,) = said(listener("0.0.0.0:50001", protocol="udp"))
    assert asks.startswith("50001 is ephemeral: the kernel lent it to python3")


def test_where_the_opener_is_unknown_nothing_is_claimed() -> None:
    (ephemeral,) = said(connection(direction=Direction.UNKNOWN))
    (registered,) = said(connection(local="10.0.0.5:8000", direction=Direction.UNKNOWN))
    assert "may be the client" in ephemeral
    assert registered == "8000 is registered; which end opened the connection is not known."


@given(st.integers(1, 65535), st.integers(1, 65535), st.sampled_from(Direction), st.booleans())
def test_any_row_has_one_to_three_sentences(
    local: int, remote: int, direction: Direction, bound: bool
) -> None:
    row = (
        listener(f"0.0.0.0:{local}")
        if bound
        else connection(f"203.0.113.9:{remote}", local=f"10.0.0.5:{local}", direction=direction)
    )
    sentences = said(row)
    assert 1 <= len(sentences) <= 3
    assert all(sentence.endswith(".") for sentence in sentences)
    assert sentences[0].startswith(str(local))
