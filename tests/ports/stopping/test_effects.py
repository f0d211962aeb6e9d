"""What else happens when a holder is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netmon.engine.state import State
from netmon.model.connection import Connection, Direction, Peer
from netmon.model.process import OwnerReason, Process
from netmon.model.socket import SocketState
from netmon.ports.stopping.effects import Group, effects
from tests.builders import connection, listener, owner, process, state

WEB = process("web", 812)
LISTENER = listener("0.0.0.0:8080", process=WEB)


def said(
    shown: State | None = None,
    *,
    targets: Sequence[Process] = (WEB,),
    followers: Sequence[Process] = (),
    beneath: Sequence[Process] = (),
    socket: Connection = LISTENER,
    is_connection: bool = False,
) -> list[str]:
    """The sentences."""
    group = Group("8080/tcp", (socket,), tuple(targets), tuple(followers), is_connection)
    return [finding.summary for finding in effects(group, shown or state(), beneath)]


def inbound(remote: str = "203.0.113.9:50000", **fields: Any) -> Connection:
    """A connection that came to the port."""
    values = {"process": WEB, "direction": Direction.INBOUND, **fields}
    return connection(remote, local="10.0.0.5:8080", **values)


def test_nothing_else_happens() -> None:
    assert said() == []


def test_workers_are_left_to_their_master() -> None:
    workers = [process("web", pid) for pid in (813, 814)]
    (words,) = said(followers=workers, beneath=workers)
    assert words == "web (813) and web (814) hold the socket too, and are left to web (812) to end."
    (words,) = said(followers=workers[:1])
    assert words == "web (813) holds the socket too, and is left to web (812) to end."


def test_children_lose_their_parent() -> None:
    (words,) = said(beneath=[process("cat", 900)])
    assert words.startswith("1 process beneath it loses its parent: cat (900).")
    (words,) = said(beneath=[process("cat", pid) for pid in range(900, 906)])
    assert words.startswith(
        "6 processes beneath it lose their parent: cat (900), cat (901), cat (902) and 3 more."
    )


def test_connections_that_came_in_break() -> None:
    peer = Peer("key", owner(process("curl", 4711)))
    rows = [
        inbound(),
        inbound(),
        inbound(peer=peer),
        inbound(owner=owner(reason=OwnerReason.HANDSHAKE)),
        inbound(state=SocketState.TIME_WAIT, owner=owner(reason=OwnerReason.TIME_WAIT)),
        inbound(process=process("other", 5)),
    ]
    assert said(state(rows)) == ["4 connections to 8080/tcp break: from 203.0.113.9 ×3 and curl (4711)."]
    assert said(state(rows[:1])) == ["1 connection to 8080/tcp breaks: from 203.0.113.9."]


def test_its_other_connections_break_too_and_those_of_workers() -> None:
    worker = process("web", 813)
    rows = [
        inbound(process=worker),
        connection("10.0.0.9:5432", process=WEB),
        connection("10.0.0.9:5432", process=worker),
        connection("10.0.0.9:5432", process=process("other", 5)),
    ]
    words = said(state(rows), followers=[worker])
    assert words[1:] == [
        "1 connection to 8080/tcp breaks: from 203.0.113.9.",
        "2 more of its connections break: with 10.0.0.9 ×2.",
    ]


def test_clients_of_the_port_are_not_counted_as_its_own() -> None:
    client = connection("10.0.0.5:8080", local="10.0.0.9:8080", process=process("curl", 4711))
    assert said(state([client])) == []


def test_its_other_ports_go_free() -> None:
    others = [listener(f"0.0.0.0:{port}", process=WEB) for port in (8443, 9000)]
    words = said(state([], [LISTENER, *others, listener("0.0.0.0:22", process=process("sshd", 1))]))
    assert words == ["It holds 8443/tcp and 9000/tcp too, which go free."]
    bound = listener("127.0.0.1:40000", process=WEB, state=SocketState.CLOSED)
    assert said(state([], [LISTENER, others[0], bound])) == ["It holds 8443/tcp too, which goes free."]


def test_a_client_is_called_one() -> None:
    own = connection("203.0.113.7:443", process=WEB)
    other = connection("203.0.113.8:443", process=WEB)
    words = said(state([own, other]), socket=own, is_connection=True)
    assert words[0].startswith("This is the process that holds the connection itself")
    assert words[1] == "2 of its connections break: with 203.0.113.7 and 203.0.113.8."
