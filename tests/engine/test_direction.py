"""Which basis decides, what each can and cannot say, and what is remembered of listeners."""

from __future__ import annotations

from itertools import pairwise

import pytest

from netmon.engine.direction import (
    UNKNOWN,
    Listeners,
    Verdict,
    from_addresses,
    from_counters,
    from_final_counters,
    from_handshake,
    judge,
    opposite,
    stronger,
)
from netmon.model.connection import Basis, Direction
from netmon.model.endpoint import Endpoint
from netmon.model.socket import SocketState
from tests.engine.staged import listening, tcp, uncounted

EPHEMERAL = 32768, 60999
IN, OUT = Direction.INBOUND, Direction.OUTBOUND
ASCENDING = [
    UNKNOWN,
    *(Verdict(OUT, basis) for basis in (Basis.PORT, Basis.LISTENER, Basis.HANDSHAKE, Basis.KERNEL)),
]


@pytest.mark.parametrize(
    ("excess", "unacked", "state", "expected"),
    [
        (1, 0, SocketState.ESTABLISHED, Verdict(OUT, Basis.KERNEL)),
        (0, 0, SocketState.ESTABLISHED, Verdict(IN, Basis.KERNEL)),
        (1, 2, SocketState.ESTABLISHED, None),
        (0, 1, SocketState.ESTABLISHED, None),
        (2, 0, SocketState.ESTABLISHED, None),
        (-1400, 0, SocketState.ESTABLISHED, None),
        (None, 0, SocketState.ESTABLISHED, None),
        # An own FIN may be acknowledged here: 1 is not the opener's SYN any more.
        (1, 0, SocketState.FIN_WAIT2, None),
        (1, 0, SocketState.CLOSE_WAIT, None),
        (0, 0, SocketState.SYN_SENT, None),
    ],
)
def test_the_counters_decide_only_where_they_can(
    excess: int | None, unacked: int, state: SocketState, expected: Verdict | None
) -> None:
    assert from_counters(tcp(excess=excess, state=state, info={"unacked": unacked})) == expected


def test_no_counters_no_verdict() -> None:
    assert from_counters(uncounted()) is None
    assert from_final_counters(uncounted()) is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (SocketState.SYN_SENT, Verdict(OUT, Basis.HANDSHAKE)),
        (SocketState.SYN_RECV, Verdict(IN, Basis.HANDSHAKE)),
        (SocketState.ESTABLISHED, None),
        (SocketState.TIME_WAIT, None),
    ],
)
def test_a_handshake_decides_while_it_lasts(state: SocketState, expected: Verdict | None) -> None:
    assert from_handshake(tcp(state=state)) == expected


def test_udp_has_no_handshake() -> None:
    assert from_handshake(uncounted(protocol="udp", state=SocketState.SYN_SENT)) is None


@pytest.mark.parametrize(
    ("local", "remote", "expected"),
    [
        (50000, 443, Verdict(OUT, Basis.PORT)),
        (443, 50000, Verdict(IN, Basis.PORT)),
        (50000, 50001, None),
        (443, 444, None),
        # The range's own ends belong to it.
        (32768, 32767, Verdict(OUT, Basis.PORT)),
        (61000, 60999, Verdict(IN, Basis.PORT)),
    ],
)
def test_ports_decide_where_one_alone_is_ephemeral(local: int, remote: int, expected: Verdict | None) -> None:
    record = tcp(f"10.0.0.5:{local}", f"10.0.0.9:{remote}")
    assert from_addresses(record, Listeners(), EPHEMERAL) == expected


def test_who_talks_to_a_listener_of_this_machine_opened() -> None:
    listeners = Listeners()
    listeners.add(listening("0.0.0.0:50001"))
    inward, outward = ("10.0.0.5:50001", "10.0.0.5:50000"), ("10.0.0.5:50000", "10.0.0.5:50001")
    assert from_addresses(tcp(*inward), listeners, EPHEMERAL) == Verdict(IN, Basis.LISTENER)
    assert from_addresses(tcp(*outward), listeners, EPHEMERAL) == Verdict(OUT, Basis.LISTENER)
    elsewhere = "10.0.0.5:50000", "10.0.0.9:50001"
    assert from_addresses(tcp(*elsewhere), listeners, EPHEMERAL) is None, "that port is another machine's"


def test_without_a_peer_there_is_nothing_to_decide() -> None:
    record = uncounted("10.0.0.5:50000", None, protocol="udp")
    assert from_addresses(record, Listeners(), EPHEMERAL) is None
    assert judge(record, Listeners(), EPHEMERAL) == UNKNOWN


def test_the_surest_basis_wins() -> None:
    listeners = Listeners()
    listeners.add(listening("0.0.0.0:50000"))
    ends = "10.0.0.5:50000", "203.0.113.7:443"
    told = tcp(*ends, excess=1)
    opening = tcp(*ends, excess=None, state=SocketState.SYN_SENT)
    mute = tcp(*ends, excess=None)
    assert judge(told, listeners, EPHEMERAL) == Verdict(OUT, Basis.KERNEL)
    assert judge(opening, listeners, EPHEMERAL) == Verdict(OUT, Basis.HANDSHAKE)
    assert judge(mute, listeners, EPHEMERAL) == Verdict(IN, Basis.LISTENER)
    assert judge(mute, Listeners(), EPHEMERAL) == Verdict(OUT, Basis.PORT)
    assert judge(mute, Listeners(), (1024, 4999)) == UNKNOWN


@pytest.mark.parametrize(
    ("excess", "send_queue", "rtt_us", "expected"),
    [
        (2, 0, 50, Verdict(OUT, Basis.KERNEL)),
        (0, 0, 50, Verdict(IN, Basis.KERNEL)),
        (1, 0, 50, None),  # an acceptor that closed in order, or an opener that was reset
        (0, 7, 50, None),  # its own FIN or data was not acknowledged
        (0, 0, None, None),  # never established
        (None, 0, 50, None),
    ],
)
def test_what_the_last_counters_say(
    excess: int | None, send_queue: int, rtt_us: int | None, expected: Verdict | None
) -> None:
    record = tcp(excess=excess, send_queue=send_queue, info={"rtt_us": rtt_us}, state=SocketState.CLOSED)
    assert from_final_counters(record) == expected


# -- comparing verdicts


def test_the_other_half_has_the_opposite_on_the_same_basis() -> None:
    assert opposite(Verdict(OUT, Basis.KERNEL)) == Verdict(IN, Basis.KERNEL)
    assert opposite(Verdict(IN, Basis.PORT)) == Verdict(OUT, Basis.PORT)
    assert opposite(UNKNOWN) == UNKNOWN


def test_the_stronger_verdict_is_that_on_the_surer_basis() -> None:
    for weak, strong in pairwise(ASCENDING):
        assert stronger(weak, strong) is strong
        assert stronger(strong, weak) is strong


def test_of_two_equally_sure_the_first_stays() -> None:
    first, second = Verdict(IN, Basis.PORT), Verdict(OUT, Basis.PORT)
    assert stronger(first, second) is first


# -- listeners


@pytest.mark.parametrize(
    ("bound", "v6only", "takes", "leaves"),
    [
        ("0.0.0.0:80", None, ["10.0.0.5", "127.0.0.1"], ["2001:db8::5", "::1"]),
        ("[::]:80", False, ["10.0.0.5", "2001:db8::5", "::1"], []),
        ("[::]:80", True, ["2001:db8::5", "::1"], ["10.0.0.5"]),
        ("10.0.0.5:80", None, ["10.0.0.5"], ["10.0.0.6", "2001:db8::5"]),
        ("[::1]:80", None, ["::1"], ["127.0.0.1"]),
    ],
)
def test_a_listener_takes_what_its_address_says(
    bound: str, v6only: bool | None, takes: list[str], leaves: list[str]
) -> None:
    listeners = Listeners()
    record = listening(bound, v6only=v6only)
    listeners.add(record)
    assert [listeners.at("tcp", Endpoint(address, 80)) for address in takes] == [record] * len(takes)
    assert [listeners.at("tcp", Endpoint(address, 80)) for address in leaves] == [None] * len(leaves)
    assert listeners.at("tcp", Endpoint(takes[0], 81)) is None
    assert listeners.at("udp", Endpoint(takes[0], 80)) is None


def test_the_latest_listener_at_an_endpoint_counts_and_a_specific_one_before_a_wildcard() -> None:
    listeners = Listeners()
    for record in (first := listening("0.0.0.0:80"), second := listening("0.0.0.0:80")):
        listeners.add(record)
    assert first is not second
    assert listeners.at("tcp", Endpoint("10.0.0.5", 80)) is second
    listeners.add(specific := listening("10.0.0.5:80"))
    assert listeners.at("tcp", Endpoint("10.0.0.5", 80)) is specific


def test_what_is_remembered_is_bounded_and_the_oldest_goes() -> None:
    listeners = Listeners()
    first = listening("10.0.0.5:80")
    listeners.add(first)
    for number in range(20_000):
        listeners.add(first._replace(local=Endpoint(f"10.1.{number // 250}.{number % 250}", 80)))
    assert listeners.at("tcp", first.local) is None
    assert listeners.at("tcp", Endpoint("10.1.79.249", 80)) is not None
