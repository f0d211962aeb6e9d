"""Which listener took which connections, and how much they carry."""

from __future__ import annotations

from typing import Any

from netmon.model.connection import Connection, Direction, Peer
from netmon.model.socket import SocketState
from netmon.ports.traffic import Traffic, listener_traffic, listeners_of
from tests.builders import connection, listener, owner, process, state

WILDCARD = ("tcp", 4, "0.0.0.0", 80)


def inbound(local: str = "10.0.0.5:80", received: float | None = 10.0, **fields: Any) -> Connection:
    rates = {"rate_received": received, "rate_sent": None if received is None else 1.0}
    return connection(local=local, direction=Direction.INBOUND, **{**rates, **fields})


def test_rates_and_counts_are_summed_by_the_most_specific_listener() -> None:
    bound = [listener("0.0.0.0:80"), listener("127.0.0.1:80"), listener("0.0.0.0:81")]
    taken = [inbound(), inbound(received=5.0), inbound("127.0.0.1:80"), inbound("10.0.0.5:99")]
    assert listener_traffic(state(taken, bound)).of_end == {
        WILDCARD: Traffic(2, 15.0, 2.0),
        ("tcp", 4, "127.0.0.1", 80): Traffic(1, 10.0, 1.0),
    }


def test_what_is_over_or_went_out_is_not_counted() -> None:
    rows = [
        inbound(state=SocketState.TIME_WAIT),
        connection(local="10.0.0.5:80", direction=Direction.OUTBOUND),
        connection(local="10.0.0.5:80", direction=Direction.UNKNOWN),
    ]
    assert listener_traffic(state(rows, [listener("0.0.0.0:80")])).of_end == {}


def test_a_rate_is_unknown_only_where_no_connection_has_one() -> None:
    bound = [listener("0.0.0.0:80")]
    assert listener_traffic(state([inbound(received=None)], bound)).of_end == {
        WILDCARD: Traffic(1, None, None)
    }
    known = [inbound(received=None), inbound(received=0.0, rate_sent=None)]
    assert listener_traffic(state(known, bound)).of_end == {WILDCARD: Traffic(2, 0.0, 0.0)}


def test_where_only_listeners_were_read_there_are_counts_and_no_rates() -> None:
    counted = state(listeners=[listener("0.0.0.0:80")], accepted={("tcp", 4, "10.0.0.5", 80): 3})
    assert listener_traffic(counted).of_end == {WILDCARD: Traffic(3, None, None)}


def test_sockets_on_one_end_are_told_apart_by_who_holds_what_they_took() -> None:
    one, two, three = (owner(process("nginx", pid)) for pid in (1, 2, 3))
    bound = [listener("0.0.0.0:80", owner=held) for held in (one, two, three)]
    taken = [inbound(owner=one), inbound(owner=one), inbound(owner=two)]
    traffic = listener_traffic(state(taken, bound)).of_socket
    assert [traffic[row.key].connections for row in bound] == [2, 1, 0]
    handed_on = [*taken, inbound(owner=owner(process("worker", 9)))]
    assert listener_traffic(state(handed_on, bound)).of_socket == {}


def test_the_listener_of_an_inbound_connection() -> None:
    web, other = listener("0.0.0.0:80"), listener("0.0.0.0:81")
    there = state(listeners=[other, web])
    assert listeners_of(inbound(), there) == [web]
    assert listeners_of(inbound("10.0.0.5:82"), there) == []
    assert listeners_of(web, there) == []


def test_the_listener_at_the_other_end_of_an_outbound_one_on_this_machine() -> None:
    workers = [owner(process("nginx", pid)) for pid in (1, 2)]
    first, second = (listener("0.0.0.0:80", owner=held) for held in workers)
    there = state(listeners=[first, second])
    out = connection("127.0.0.1:80", local="127.0.0.1:50000")
    assert listeners_of(out, there) == [first, second]
    assert listeners_of(out._replace(peer=Peer("other", workers[1])), there) == [second]
    assert listeners_of(connection("203.0.113.7:80"), there) == []
    assert listeners_of(connection("127.0.0.1:9", local="127.0.0.1:50000"), there) == []


def test_a_v4_connection_to_a_dual_listener() -> None:
    dual = listener("[::]:80")
    out = connection("127.0.0.1:80", local="127.0.0.1:50000")
    assert listeners_of(out, state(listeners=[dual])) == [dual]
