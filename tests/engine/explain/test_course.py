"""States, bytes, queues and listeners in words."""

from __future__ import annotations

import pytest

from netmon.engine.explain.course import (
    bound_sentence,
    datagram_sentence,
    listener_sentences,
    other_end_sentence,
    state_sentence,
    traffic_sentence,
)
from netmon.model.connection import Peer
from netmon.model.process import Owner, OwnerReason
from netmon.model.socket import SocketState, Uncounted
from tests.builders import NOW, connection, listener, owner, process, state, tcp_info


@pytest.mark.parametrize("name", SocketState)
def test_every_state_but_the_plain_ones_is_explained(name: SocketState) -> None:
    plain = (SocketState.ESTABLISHED, SocketState.LISTEN, SocketState.UNCONNECTED)
    assert (state_sentence(connection(state=name), state()) is None) == (name in plain)
    assert state_sentence(connection(state=name, closed_at=NOW), state()) is None


def test_time_wait_and_why_it_is_there() -> None:
    text = state_sentence(connection(state=SocketState.TIME_WAIT), state()) or ""
    assert text.startswith("TIME_WAIT: the kernel keeps the pair of endpoints for a minute")


@pytest.mark.parametrize(
    ("queue", "end"),
    [
        (None, "has not closed its end."),
        (0, "has not closed its end, though nothing is left to read."),
        (1, "has not closed its end nor seen that it is over."),
        (20, "has not closed its end; 19 B wait unread."),
    ],
)
def test_close_wait_blames_the_process_and_leaves_the_fin_out(queue: int | None, end: str) -> None:
    row = connection(state=SocketState.CLOSE_WAIT, socket={"receive_queue": queue}, changed_at=NOW - 180)
    assert state_sentence(row, state()) == (
        f"CLOSE_WAIT: the peer finished sending at least 3 minutes ago, and curl (4711, user dev) {end}"
    )
    fresh = state_sentence(row._replace(changed_at=NOW), state()) or ""
    assert fresh.startswith("CLOSE_WAIT: the peer finished sending, and curl")


def test_an_unanswered_syn_is_counted() -> None:
    row = connection(state=SocketState.SYN_SENT)
    assert state_sentence(row, state()) == "The peer has not answered the SYN yet."
    again = connection(state=SocketState.SYN_SENT, socket={"tcp": tcp_info(retransmits=3)})
    assert state_sentence(again, state()) == (
        "The peer has not answered the SYN yet, which was repeated 3 times."
    )


def test_bytes_and_rates() -> None:
    row = connection()
    assert traffic_sentence(row) == "90 kB received, 517 B sent; 45 kB/s in and 0 B/s out now."
    first = row._replace(rate_sent=None, rate_received=None)
    assert traffic_sentence(first) == "90 kB received, 517 B sent; the rates need two polls."
    assert traffic_sentence(row._replace(closed_at=NOW)) == "90 kB received, 517 B sent."
    half = row._replace(bytes_sent=None, rate_sent=None)
    assert traffic_sentence(half) == (
        "90 kB received, an unknown amount sent; 45 kB/s in and an unknown rate out now."
    )


@pytest.mark.parametrize("why", [why for why in Uncounted if why is not Uncounted.ABORTED])
def test_what_is_not_counted_says_why(why: Uncounted) -> None:
    row = connection(socket={"uncounted": why, "tcp": None})
    text = traffic_sentence(row) or ""
    assert text.startswith("Its bytes are not counted: ")
    assert text.count("not counted") == 1


def test_the_other_end_on_this_machine() -> None:
    assert other_end_sentence(connection()) is None
    named = connection(peer=Peer(1, owner(process("gunicorn", 990))))
    assert other_end_sentence(named) == "The other end is gunicorn (990) on this machine."
    unnamed = connection(peer=Peer(1, owner(uid=0)))
    assert other_end_sentence(unnamed) == (
        "The other end is on this machine too: belongs to uid 0; naming the process needs root."
    )


def test_what_a_socket_without_a_peer_is_for() -> None:
    assert bound_sentence(listener()) == "python3 (4711, user dev) listens on 0.0.0.0:8080 (http-alt)."
    udp = listener("0.0.0.0:5353", protocol="udp")
    assert bound_sentence(udp) == (
        "python3 (4711, user dev) has a UDP socket at 0.0.0.0:5353 without a fixed peer."
    )
    idle = listener("10.0.0.5:9", state=SocketState.CLOSED, owner=Owner(reason=OwnerReason.KERNEL))
    assert bound_sentence(idle) == (
        "The kernel itself has a TCP socket bound to 10.0.0.5:9 that neither listens nor is connected."
    )


@pytest.mark.parametrize(
    ("v6only", "words"),
    [(True, "IPv6 only (V6ONLY)"), (False, "IPv4 as well as IPv6"), (None, "is unknown")],
)
def test_which_families_a_wildcard_takes(v6only: bool | None, words: str) -> None:
    row = listener("[::]:80", socket={"v6only": v6only})
    assert words in next(listener_sentences(row))


def test_one_address_is_of_one_family() -> None:
    assert len(list(listener_sentences(listener("[::1]:80")))) == 1


@pytest.mark.parametrize(
    ("waiting", "backlog", "words"),
    [
        (0, 128, "No connection waits to be accepted; the backlog is 128."),
        (1, 128, "1 connection waits to be accepted; the backlog is 128."),
        (128, 128, "128 connections wait to be accepted; the backlog is 128."),
        (129, 128, "the backlog is 128, so the queue is full and the kernel drops new ones."),
        (None, None, "is unknown: this source does not tell."),
    ],
)
def test_the_accept_queue(waiting: int | None, backlog: int | None, words: str) -> None:
    row = listener(socket={"receive_queue": waiting, "send_queue": backlog})
    [text] = listener_sentences(row)
    assert text.endswith(words)


def test_udp_has_a_queue_and_drops() -> None:
    assert datagram_sentence(connection()) is None
    flow = connection("8.8.8.8:53", protocol="udp", socket={"receive_queue": 20, "drops": 1})
    assert datagram_sentence(flow) == (
        "20 B of its buffer wait unread, and 1 datagram was dropped for want of buffer space."
    )
    bound = listener("0.0.0.0:53", protocol="udp")
    assert datagram_sentence(bound) == (
        "UDP bytes are not counted. 0 B of its buffer wait unread, and an unknown number of datagrams were"
        " dropped for want of buffer space."
    )
    quiet = connection("8.8.8.8:53", protocol="udp")
    assert datagram_sentence(quiet) == "Its queue and its drops are unknown: this source does not tell."
