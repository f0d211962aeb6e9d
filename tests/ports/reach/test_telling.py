"""What the details of a port say of who gets to it, on real sockets of this machine."""

from __future__ import annotations

import socket
from contextlib import closing

from netmon.collectors.linux import LinuxCollector
from netmon.collectors.nftables import RulesetAnswer
from netmon.engine.state import State
from netmon.engine.tracker import Tracker
from netmon.ports.firewall.word import Firewall
from netmon.ports.reach.telling import ReachTelling, cannot_be_tried, try_port
from netmon.ports.view import PortRow, PortSettings, all_ports, arrange
from tests.builders import listener as staged
from tests.builders import state as staged_state
from tests.sockets import listener, port_of


def look() -> State:
    with closing(LinuxCollector(follow=False)) as collector:
        return Tracker().update(collector.poll())


def row_of(state: State, port: int, protocol: str = "tcp") -> PortRow:
    """The line of a port, not of one of its sockets."""
    rows = arrange(all_ports(state), PortSettings()).rows
    (row,) = [
        row for row in rows
        if (row.group.port, row.group.protocol) == (port, protocol) and row.socket is None
    ]  # fmt: skip
    return row


def test_a_port_is_tried_by_each_address_and_the_details_say_what_came_of_it() -> None:
    with listener() as server:
        state = look()
        row = row_of(state, port_of(server))
        assert cannot_be_tried(row, state) is None
        proofs = try_port(row, state)
        assert {proof.reach.address: proof.answered for proof in proofs}["127.0.0.1"] is True
        assert all(proof.agrees for proof in proofs)
        telling = ReachTelling(Firewall(RulesetAnswer(reason="needs root")), row.key, proofs)
        sentences, facts = telling.tell(row, state)
        values = {fact.label: fact.value for fact in facts}
    assert values["tried 127.0.0.1"].startswith("connected in ")
    assert values["reach 127.0.0.1 (lo)"].startswith("yes: ")
    first, *rest = [sentence for sentence in sentences if sentence]
    assert first.startswith("Tried by connecting: 127.0.0.1 answered")
    assert "binding" not in first
    assert any("127.0.0.1" in sentence for sentence in rest)


def test_a_port_with_several_sockets_is_tried_as_one() -> None:
    with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
        four.bind(("127.0.0.1", 0))
        four.listen()
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        six.bind(("::1", port_of(four)))
        six.listen()
        state = look()
        row = row_of(state, port_of(four))
        answered = {proof.reach.address: proof.answered for proof in try_port(row, state)}
    assert (answered["127.0.0.1"], answered["::1"]) == (True, True)
    assert ReachTelling().tell(row, state) == ((), ()), "each socket has a line of its own for that"


def test_what_cannot_be_tried_says_why() -> None:
    udp = staged_state(listeners=[staged("0.0.0.0:53", protocol="udp")])
    assert "UDP" in str(cannot_be_tried(row_of(udp, 53, "udp"), udp))
    recording = staged_state(listeners=[staged()], source="replay")
    assert "recording" in str(cannot_be_tried(row_of(recording, 8080), recording))
