"""From snapshot to snapshot: rates, identity, halves, closings, openings, interfaces, coverage."""

from __future__ import annotations

import pytest

from netmon.engine.state import LINGER_S, Coverage, State
from netmon.model.connection import Basis, Connection, Direction, OpenedBasis, Peer
from netmon.model.endpoint import Scope
from netmon.model.process import Owner, OwnerReason
from netmon.model.snapshot import Degradation
from netmon.model.socket import SocketRecord, SocketState, Uncounted
from tests.builders import NOW, endpoint, owner, process
from tests.engine.staged import (
    CURL,
    READ_S,
    TIME_WAIT_OWNER,
    Machine,
    destroyed,
    listening,
    moved,
    only,
    tcp,
    traffic,
    uncounted,
    waits,
)

CLIENT, SERVER = "127.0.0.1:50001", "127.0.0.1:8080"
SSHD = owner(process("sshd", 22))


@pytest.fixture
def machine() -> Machine:
    """A machine that was never polled."""
    return Machine()


def rates(row: Connection) -> tuple[float | None, float | None]:
    """Sent and received."""
    return row.rate_sent, row.rate_received


def counts(row: Connection) -> tuple[int | None, int | None]:
    """Bytes sent and received."""
    return row.bytes_sent, row.bytes_received


def judged(row: Connection) -> tuple[Direction, Basis | None]:
    """Direction and basis."""
    return row.direction, row.basis


def row_of(state: State, record: SocketRecord) -> Connection:
    """The live row of a socket."""
    return only([row for row in (*state.connections, *state.listeners) if row.key == record.key])


# -- rates


@pytest.mark.parametrize("seconds", [0.25, 1.0, 4.0])
def test_a_rate_is_what_was_carried_over_the_interval(machine: Machine, seconds: float) -> None:
    record = tcp(sent=500, received=7000)
    machine.poll(record)
    state = machine.poll(moved(record, sent=100, received=3000), seconds=seconds)
    row = only(state.connections)
    assert counts(row) == (600, 10_000)
    assert rates(row) == pytest.approx((100 / seconds, 3000 / seconds))
    assert state.totals[Direction.OUTBOUND][:3] == pytest.approx((1, 100 / seconds, 3000 / seconds))


def test_rates_are_unknown_at_first_then_nothing(machine: Machine) -> None:
    record = tcp(sent=500, received=7000)
    first = machine.poll(record)
    assert rates(only(first.connections)) == (None, None)
    assert first.total.rate_received == 0.0
    assert rates(only(machine.poll(record).connections)) == (0.0, 0.0)


def test_a_rate_ends_when_nothing_more_comes(machine: Machine) -> None:
    record = tcp()
    machine.poll(record)
    record = moved(record, sent=10)
    assert rates(only(machine.poll(record).connections)) == (10.0, 0.0)
    state = machine.poll(record)
    assert rates(only(state.connections)) == (0.0, 0.0)
    assert state.total.rate_sent == 0.0


def test_what_a_new_connection_carried_it_carried_since_the_last_poll(machine: Machine) -> None:
    machine.poll()
    state = machine.poll(tcp(sent=300, received=40), seconds=2.0)
    assert rates(only(state.connections)) == (150.0, 20.0)
    assert (state.total.rate_sent, state.total.rate_received) == (150.0, 20.0)


def test_counters_that_are_not_known_have_no_rate(machine: Machine) -> None:
    record = uncounted(protocol="udp", why=Uncounted.UDP)
    for _ in range(3):
        row = only(machine.poll(record).connections)
        assert (counts(row), rates(row)) == ((None, None), (None, None))


def test_a_counter_that_falls_is_no_negative_rate(machine: Machine) -> None:
    record = tcp(sent=500)
    machine.poll(record)
    assert rates(only(machine.poll(moved(record, sent=-1)).connections)) == (0.0, 0.0)


def test_two_polls_at_one_moment_give_no_rate(machine: Machine) -> None:
    record = tcp(sent=500)
    machine.poll(record)
    assert rates(only(machine.poll(moved(record, sent=5), seconds=0.0).connections)) == (None, None)


def test_each_direction_has_its_own_total(machine: Machine) -> None:
    here, there = tcp(excess=1), tcp(local="10.0.0.5:22", remote="10.0.0.9:50002", excess=0)
    unknown = tcp(local="10.0.0.5:700", remote="10.0.0.9:800", excess=None)
    machine.poll(here, there, unknown)
    records = [moved(here, sent=1), moved(there, sent=10), moved(unknown, sent=100)]
    totals = machine.poll(*records).totals
    assert {d: (t.connections, t.rate_sent) for d, t in totals.items()} == {
        Direction.OUTBOUND: (1, 1.0),
        Direction.INBOUND: (1, 10.0),
        Direction.UNKNOWN: (1, 100.0),
    }


# -- identity and change


def test_rows_at_rest_are_the_same_objects(machine: Machine) -> None:
    records = tcp(sent=5), listening(), uncounted(protocol="udp", why=Uncounted.UDP)
    machine.poll(*records)
    second = machine.poll(*records)
    third = machine.poll(*records)
    assert len(second.connections) == 2
    assert all(a is b for a, b in zip(second.connections, third.connections, strict=True))
    assert only(second.listeners) is only(third.listeners)


def test_halves_at_rest_are_the_same_objects_too(machine: Machine) -> None:
    records = tcp(CLIENT, SERVER), tcp(SERVER, CLIENT, excess=0)
    machine.poll(*records)
    before = machine.poll(*records).connections
    assert all(a is b for a, b in zip(before, machine.poll(*records).connections, strict=True))


def test_one_that_moves_leaves_the_others_as_they_are(machine: Machine) -> None:
    busy, idle = tcp(), tcp(local="10.0.0.5:50002")
    machine.poll(busy, idle)
    before = machine.poll(busy, idle)
    after = machine.poll(moved(busy, sent=1), idle)
    assert row_of(before, idle) is row_of(after, idle)
    assert row_of(before, busy) is not row_of(after, busy)


def test_every_state_counts_on_and_keeps_its_own_rows(machine: Machine) -> None:
    record = tcp()
    first = machine.poll(record)
    second = machine.poll()
    assert (first.sequence, second.sequence) == (1, 2)
    assert (len(first.connections), len(second.connections)) == (1, 0)


@pytest.mark.parametrize("polls", [1, 2, 3])
def test_a_socket_that_a_dump_gives_twice_is_one_row(machine: Machine, polls: int) -> None:
    record, door = tcp(sent=5), listening()
    again = moved(record, sent=2)
    for _ in range(polls):
        state = machine.poll(record, door, record, again, door)
    assert (only(state.connections).key, only(state.listeners).key) == (record.key, door.key)
    assert state.coverage.sockets == 2
    assert state.total.connections == 1
    assert machine.poll().coverage == Coverage()


def test_bytes_are_no_change_but_another_owner_or_state_is(machine: Machine) -> None:
    record = tcp()
    row = only(machine.poll(record).connections)
    assert (row.first_seen_at, row.changed_at) == (NOW, NOW)
    record = moved(record, sent=1)
    assert only(machine.poll(record).connections).changed_at == NOW
    record = record._replace(owner=SSHD)
    row = only(machine.poll(record).connections)
    assert (row.owner, row.changed_at, row.first_seen_at) == (SSHD, NOW + 2, NOW)
    record = moved(record, sent=1)
    assert only(machine.poll(record).connections).changed_at == NOW + 2
    row = only(machine.poll(record._replace(state=SocketState.CLOSE_WAIT)).connections)
    assert row.changed_at == NOW + 4


def test_an_equal_owner_in_another_object_is_no_change(machine: Machine) -> None:
    record = tcp()
    machine.poll(record)
    again = record._replace(owner=CURL._replace())
    assert only(machine.poll(again).connections).changed_at == NOW


def test_a_row_says_scope_service_and_key(machine: Machine) -> None:
    outward, inward, strange = (
        tcp(),
        tcp("10.0.0.5:22", "10.0.0.9:50002", excess=0),
        tcp("10.0.0.5:50000", "10.0.0.9:50003"),
    )
    state = machine.poll(outward, inward, strange)
    assert [row.service for row in state.connections] == ["https", "ssh", None]
    assert [row.scope for row in state.connections] == [Scope.GLOBAL, Scope.PRIVATE, Scope.PRIVATE]
    assert [row.key for row in state.connections] == [outward.key, inward.key, strange.key]


# -- direction over time


def test_a_surer_basis_takes_over_and_stays(machine: Machine) -> None:
    record = tcp(excess=None, info={"unacked": 3})
    assert judged(only(machine.poll(record).connections)) == (Direction.OUTBOUND, Basis.PORT)
    decided = tcp(excess=0, key=record.key)
    row = only(machine.poll(decided).connections)
    assert judged(row) == (Direction.INBOUND, Basis.KERNEL)
    assert row.service is None, "the local port 50000 has no name; 443 would be that of an outbound one"
    undecided = record._replace(state=SocketState.CLOSE_WAIT)
    assert judged(only(machine.poll(undecided).connections)) == (Direction.INBOUND, Basis.KERNEL)


def test_a_handshake_that_was_seen_is_remembered(machine: Machine) -> None:
    # Both ports in the ephemeral range and nothing acknowledged: only the handshake says who asked.
    ports = "10.0.0.5:50000", "10.0.0.9:50001"
    record = tcp(*ports, state=SocketState.SYN_SENT, excess=None)
    assert judged(only(machine.poll(record).connections)) == (Direction.OUTBOUND, Basis.HANDSHAKE)
    open_now = record._replace(state=SocketState.ESTABLISHED)
    assert judged(only(machine.poll(open_now).connections)) == (Direction.OUTBOUND, Basis.HANDSHAKE)


def test_a_listener_is_remembered_after_it_is_gone(machine: Machine) -> None:
    door = listening("0.0.0.0:50000")
    machine.poll(door)
    machine.poll()
    visitor = tcp("10.0.0.5:50000", "10.0.0.9:50001", excess=None)
    state = machine.poll(visitor)
    assert judged(only(state.connections)) == (Direction.INBOUND, Basis.LISTENER)
    assert state.listeners == []


def test_what_was_bound_and_did_not_listen_took_nobody_in(machine: Machine) -> None:
    bound = listening("10.0.0.5:50000", state=SocketState.CLOSED)
    machine.poll(bound)
    opened = tcp("10.0.0.5:50000", "10.0.0.9:443", excess=None)
    assert judged(only(machine.poll(opened).connections)) == (Direction.OUTBOUND, Basis.PORT)


def test_who_listened_owned_what_came_and_went_between_two_polls(machine: Machine) -> None:
    machine.poll(listening("0.0.0.0:8080", held=SSHD))
    visitor = tcp("10.0.0.5:8080", "10.0.0.9:50001", received=10, excess=0)
    state = machine.poll(closed=[destroyed(visitor, NOW + 0.5, excess=1)])
    row = only(state.closed)
    assert row.owner == SSHD
    assert judged(row) == (Direction.INBOUND, Basis.LISTENER)


# -- the two halves of a local connection


@pytest.mark.parametrize("client_first", [True, False])
@pytest.mark.parametrize("together", [True, False], ids=["one-snapshot", "two-snapshots"])
def test_the_halves_of_a_local_connection_know_each_other(
    machine: Machine, client_first: bool, together: bool
) -> None:
    client = tcp(CLIENT, SERVER, excess=1, owner=CURL)
    server = tcp(SERVER, CLIENT, excess=0, owner=SSHD)
    order = [client, server] if client_first else [server, client]
    if not together:
        assert only(machine.poll(order[0]).connections).peer is None
    state = machine.poll(*order)
    assert row_of(state, client).peer == Peer(server.key, SSHD)
    assert row_of(state, server).peer == Peer(client.key, CURL)


@pytest.mark.parametrize("client_first", [True, False])
@pytest.mark.parametrize("together", [True, False], ids=["one-snapshot", "two-snapshots"])
def test_what_one_half_knows_surer_holds_for_the_other(
    machine: Machine, client_first: bool, together: bool
) -> None:
    # By its ports the server's end looks outbound, and its counters say nothing while data is on its way.
    client = tcp("127.0.0.1:700", "127.0.0.1:50001", excess=1)
    server = tcp("127.0.0.1:50001", "127.0.0.1:700", excess=None)
    order = [client, server] if client_first else [server, client]
    if not together:
        machine.poll(order[0])
    state = machine.poll(*order)
    assert judged(row_of(state, client)) == (Direction.OUTBOUND, Basis.KERNEL)
    assert judged(row_of(state, server)) == (Direction.INBOUND, Basis.KERNEL)
    assert (state.totals[Direction.INBOUND].connections, state.totals[Direction.OUTBOUND].connections) == (
        1,
        1,
    )


@pytest.mark.parametrize("client_first", [True, False])
@pytest.mark.parametrize("port", [700, 50002])
def test_what_one_half_knows_later_holds_for_the_other_at_once(
    machine: Machine, client_first: bool, port: int
) -> None:
    ends = f"127.0.0.1:{port}", "127.0.0.1:50001"
    client, server = tcp(*ends, excess=None), tcp(*ends[::-1], excess=None)
    machine.poll(client, server)
    decided = tcp(*ends, excess=1, key=client.key)
    state = machine.poll(*[decided, server] if client_first else [server, decided])
    assert judged(row_of(state, server)) == (Direction.INBOUND, Basis.KERNEL)
    assert judged(row_of(state, client)) == (Direction.OUTBOUND, Basis.KERNEL)


@pytest.mark.parametrize("client_first", [True, False])
def test_rates_and_service_go_with_the_direction_that_the_other_half_knows(
    machine: Machine, client_first: bool
) -> None:
    machine.poll()
    server = tcp("127.0.0.1:22", "127.0.0.1:443", excess=None, received=100)
    client = tcp("127.0.0.1:443", "127.0.0.1:22", excess=1, sent=100)
    state = machine.poll(*[client, server] if client_first else [server, client])
    assert [row.service for row in state.connections] == ["ssh", "ssh"]
    assert {direction: total[:3] for direction, total in state.totals.items()} == {
        Direction.INBOUND: (1, 0.0, 100.0),
        Direction.OUTBOUND: (1, 100.0, 0.0),
        Direction.UNKNOWN: (0, 0.0, 0.0),
    }


def test_a_half_that_changes_hands_is_told_to_the_other(machine: Machine) -> None:
    client, server = tcp(CLIENT, SERVER), tcp(SERVER, CLIENT, excess=0, owner=SSHD)
    machine.poll(client, server)
    passed_on = server._replace(owner=owner(process("worker", 23)))
    state = machine.poll(client, passed_on)
    assert row_of(state, client).peer == Peer(server.key, passed_on.owner)


def test_a_connection_with_another_machine_has_no_other_half(machine: Machine) -> None:
    outward = tcp("10.0.0.5:50000", "203.0.113.7:443")
    mirrored = tcp("203.0.113.7:443", "10.0.0.5:50000", excess=0)  # another machine's, in a replay perhaps
    state = machine.poll(outward, mirrored)
    assert row_of(state, outward).peer is None


def test_the_own_lan_address_is_local_too(machine: Machine) -> None:
    ends = "10.0.0.5:50000", "10.0.0.5:8080"
    client, server = tcp(*ends), tcp(*ends[::-1], excess=0)
    state = machine.poll(client, server)
    assert row_of(state, client).peer == Peer(server.key, server.owner)


def test_joining_halves_leaves_the_sums_whole(machine: Machine) -> None:
    client, server = tcp(CLIENT, SERVER, sent=5), tcp(SERVER, CLIENT, excess=0, received=5)
    machine.poll(client)
    state = machine.poll(client, server)
    assert state.coverage == Coverage(2, 2, 10, 10)
    assert machine.poll().coverage == Coverage()


# -- closed, with an event


def test_a_destroyed_connection_closes_once_with_its_last_bytes(machine: Machine) -> None:
    record = tcp(sent=100, received=10)
    machine.poll(record)
    last = moved(record, sent=50, received=5)
    state = machine.poll(closed=[destroyed(last, NOW + 0.4)], seconds=2.0)
    row = only(state.closed)
    # In good order: the counter holds the peer's FIN too, which is no byte.
    assert counts(row) == (150, 14)
    assert (row.closed_at, row.socket.state, row.owner) == (NOW + 0.4, SocketState.CLOSED, CURL)
    assert rates(row) == (None, None)
    assert judged(row) == (Direction.OUTBOUND, Basis.KERNEL)
    assert state.closed_totals == (1, 150, 14)
    assert (state.connections, state.opened_total) == ([], 0)
    # It is in no row any more, but it was carried in this interval.
    assert (state.total.rate_sent, state.total.rate_received) == (25.0, 2.0)
    later = machine.poll()
    assert (later.closed, later.history, later.closed_totals) == ((), (row,), (1, 150, 14))


def test_a_connection_between_two_polls_is_counted_whole(machine: Machine) -> None:
    machine.poll()
    short = tcp(sent=70, received=31)
    state = machine.poll(closed=[destroyed(short, NOW + 0.4)])
    row = only(state.closed)
    assert counts(row) == (70, 30)
    assert judged(row) == (Direction.OUTBOUND, Basis.KERNEL)
    assert row.owner == Owner(reason=OwnerReason.GONE)
    assert (row.opened_at, row.opened_basis, row.closed_at) == (None, OpenedBasis.EVENT, NOW + 0.4)
    assert (state.opened_total, state.closed_totals) == (1, (1, 70, 30))
    assert (state.total.rate_sent, state.total.rate_received) == (70.0, 30.0)
    assert state.total.connections == 0


def test_of_two_halves_that_were_never_polled_one_tells_who_opened(machine: Machine) -> None:
    machine.poll()
    ends = "127.0.0.1:50002", "127.0.0.1:50001"
    client = destroyed(tcp(*ends, sent=10), NOW + 0.1, excess=2)
    server = destroyed(tcp(*ends[::-1], received=11), NOW + 0.1, excess=1)
    closed = machine.poll(closed=[server, client]).closed
    assert [(judged(row), counts(row)) for row in closed] == [
        ((Direction.INBOUND, Basis.KERNEL), (0, 10)),
        ((Direction.OUTBOUND, Basis.KERNEL), (10, 0)),
    ]


def test_a_socket_seen_in_the_dump_and_closed_while_it_ran_closes_once(machine: Machine) -> None:
    record = tcp(sent=3)
    machine.poll(record)
    event = destroyed(record, machine.next_began + READ_S / 2)
    caught = machine.poll(record, closed=[event])
    assert (len(caught.connections), caught.closed) == (1, ())
    state = machine.poll()
    assert (state.connections, len(state.closed)) == ([], 1)
    assert machine.poll().closed == ()
    assert state.closed_totals.connections == 1


def test_a_socket_missed_by_the_dump_and_told_while_it_ran_closes_once(machine: Machine) -> None:
    record = tcp(sent=3)
    machine.poll(record)
    event = destroyed(record, machine.next_began + READ_S / 2)
    assert machine.poll(closed=[event]).closed == ()
    state = machine.poll()
    assert only(state.closed).closed_at == event.closed_at
    assert machine.poll().closed_totals.connections == 1


def test_an_event_that_comes_a_poll_late_still_has_the_last_word(machine: Machine) -> None:
    record = tcp(sent=3)
    machine.poll(record)
    assert machine.poll().closed == ()
    state = machine.poll(closed=[destroyed(moved(record, sent=4), NOW + 1.5)])
    assert only(state.closed).bytes_sent == 7
    assert machine.poll().closed_totals == (1, 7, 0)


def test_without_an_event_it_closed_one_poll_later(machine: Machine) -> None:
    record = tcp(sent=3, received=4)
    machine.poll(record)
    gone = machine.poll()
    assert (gone.connections, gone.closed, gone.coverage) == ([], (), Coverage())
    state = machine.poll()
    row = only(state.closed)
    assert (counts(row), row.closed_at, rates(row)) == ((3, 4), NOW + 2, (None, None))
    assert machine.poll().closed_totals == (1, 3, 4)


def test_polls_in_quick_succession_leave_an_event_time_to_come(machine: Machine) -> None:
    record = tcp(sent=3)
    machine.poll(record)
    assert [machine.poll(seconds=0.02).closed for _ in range(4)] == [()] * 4
    event = destroyed(moved(record, sent=4), machine.now + 0.005)
    assert only(machine.poll(seconds=0.02, closed=[event]).closed).bytes_sent == 7
    assert machine.poll().closed_totals == (1, 7, 0)


def test_an_event_that_comes_after_all_closes_nothing_twice(machine: Machine) -> None:
    record = tcp(sent=3)
    machine.poll(record)
    machine.poll()
    assert machine.poll().closed_totals == (1, 3, 0)
    state = machine.poll(closed=[destroyed(moved(record, sent=4), machine.now + 0.5)])
    assert (state.closed, state.closed_totals, state.opened_total) == ((), (1, 3, 0), 0)


def test_an_event_that_waits_for_the_next_poll_is_waited_for(machine: Machine) -> None:
    record = tcp(sent=3)
    machine.poll(record)
    machine.poll()
    event = destroyed(moved(record, sent=4), machine.next_began + READ_S / 2)
    assert machine.poll(closed=[event]).closed == ()
    assert only(machine.poll().closed).bytes_sent == 7
    assert machine.poll().closed_totals.connections == 1


def test_an_aborted_connection_closes_with_what_is_known(machine: Machine) -> None:
    record = tcp(sent=3, received=4)
    machine.poll(record)
    aborted = destroyed(record, NOW + 0.5, remote=None, tcp=None, uncounted=Uncounted.ABORTED)
    row = only(machine.poll(closed=[aborted]).closed)
    assert (counts(row), row.socket.remote) == ((3, 4), record.remote)
    assert row.socket.uncounted is Uncounted.ABORTED
    assert machine.poll().closed_totals.connections == 1


def test_an_aborted_connection_that_was_never_polled_is_no_row(machine: Machine) -> None:
    machine.poll()
    aborted = destroyed(tcp(), NOW + 0.5, remote=None, tcp=None, uncounted=Uncounted.ABORTED)
    state = machine.poll(closed=[aborted])
    assert (state.closed, state.opened_total) == ((), 0)


def test_a_listener_that_goes_is_no_closed_connection(machine: Machine) -> None:
    machine.poll(listening())
    for _ in range(3):
        state = machine.poll()
        assert (state.listeners, state.closed) == ([], ())


@pytest.mark.parametrize("state", [SocketState.SYN_SENT, SocketState.SYN_RECV])
def test_an_attempt_that_failed_is_no_closed_connection(machine: Machine, state: SocketState) -> None:
    machine.poll(tcp(state=state))
    assert [machine.poll().closed for _ in range(3)] == [(), (), ()]


# -- what the kernel keeps of a connection


@pytest.mark.parametrize("keeps", [SocketState.TIME_WAIT, SocketState.FIN_WAIT2])
@pytest.mark.parametrize("polled", [True, False], ids=["polled-before", "between-two-polls"])
def test_remains_carry_the_final_bytes_and_the_former_owner(
    machine: Machine, keeps: SocketState, polled: bool
) -> None:
    record = tcp(sent=5)
    machine.poll(*[record] if polled else [])
    last = moved(record, sent=95, received=30)
    remains = waits(last, keeps, same_key=polled)
    state = machine.poll(remains, closed=[destroyed(last, NOW + 0.5)])
    row, closed = only(state.connections), only(state.closed)
    assert counts(row) == counts(closed) == (100, 30), "the FIN came after the socket gave way"
    assert rates(row) == (None, None)
    assert row.closed_at is None
    assert judged(row) == (Direction.OUTBOUND, Basis.KERNEL)
    assert (row.owner.reason, row.owner.former) == (OwnerReason.TIME_WAIT, CURL.processes if polled else ())
    assert (row.opened_at, row.opened_basis) == (closed.opened_at, closed.opened_basis)
    assert row.first_seen_at == (NOW if polled else NOW + 1)
    assert only(machine.poll(remains).connections) == row
    gone = machine.poll()
    assert (gone.connections, gone.closed, gone.closed_totals.connections) == ([], (), 1)
    assert machine.poll().closed == ()


@pytest.mark.parametrize("delay", [READ_S / 2, READ_S * 2], ids=["while-reading", "after-reading"])
@pytest.mark.parametrize("polled", [True, False], ids=["polled-before", "between-two-polls"])
def test_remains_that_are_there_before_the_event_are_told_later(
    machine: Machine, polled: bool, delay: float
) -> None:
    record = tcp(sent=5)
    machine.poll(*[record] if polled else [])
    last = moved(record, sent=95, received=30)
    remains, event = waits(last, same_key=polled), destroyed(last, machine.next_began + delay)
    early = delay < READ_S
    state = machine.poll(remains, closed=[event] if early else [])
    assert state.closed == ()
    assert counts(only(state.connections)) == ((5, 0) if polled else (None, None))
    state = machine.poll(remains, closed=[] if early else [event])
    row, closed = only(state.connections), only(state.closed)
    assert counts(row) == counts(closed) == (100, 30)
    assert row.owner.former == (CURL.processes if polled else ())
    assert closed.owner.reason is (None if polled else OwnerReason.GONE)
    assert (closed.basis, state.opened_total) == (Basis.KERNEL, 0 if polled else 1)
    assert state.total.rate_sent == (95.0 if polled else 100.0)
    assert state.total.time_wait == 1
    later = machine.poll(remains)
    assert only(later.connections) == row
    assert later.closed_totals == (1, 100, 30)
    assert machine.poll().total.time_wait == 0


def test_remains_whose_event_was_lost_end_as_they_were_last_polled(machine: Machine) -> None:
    record = tcp(sent=5, received=6)
    machine.poll(record)
    remains = waits(record)
    assert machine.poll(remains).closed == ()
    state = machine.poll(remains)
    assert (counts(only(state.closed)), only(state.closed).owner) == ((5, 6), CURL)
    assert counts(only(state.connections)) == (5, 6)
    assert machine.poll().closed_totals == (1, 5, 6)


def test_remains_that_appear_alone_were_opened_nobody_knows_when(machine: Machine) -> None:
    machine.poll()
    row = only(machine.poll(waits(tcp())).connections)
    assert (row.opened_at, row.opened_basis, row.open_since) == (None, None, NOW + 1)


def test_remains_that_go_on_to_time_wait_keep_what_they_carry(machine: Machine) -> None:
    record = tcp(sent=5)
    machine.poll(record)
    remains = waits(record, SocketState.FIN_WAIT2)
    machine.poll(remains, closed=[destroyed(record, NOW + 0.5)])
    row = only(machine.poll(remains._replace(state=SocketState.TIME_WAIT)).connections)
    assert (counts(row), row.owner.former) == ((5, 0), CURL.processes)
    assert row.socket.state is SocketState.TIME_WAIT


def test_remains_from_before_the_start_are_unknown_but_counted_apart(machine: Machine) -> None:
    state = machine.poll(waits(tcp()))
    row = only(state.connections)
    assert (counts(row), row.owner, row.opened_at) == ((None, None), TIME_WAIT_OWNER, None)
    assert state.total[:3] == (0, 0.0, 0.0)
    assert state.total.time_wait == 1
    assert state.opened_total == 0


def test_coverage_leaves_time_wait_out(machine: Machine) -> None:
    foreign = tcp(local="10.0.0.5:50009", sent=40, owner=Owner(reason=OwnerReason.OTHER_USER))
    state = machine.poll(tcp(sent=60), foreign, waits(tcp(local="10.0.0.5:50008")), listening())
    assert state.coverage == Coverage(sockets_owned=2, sockets=3, bytes_owned=60, bytes=100)


# -- a source without events


def test_without_events_what_is_gone_has_closed() -> None:
    machine = Machine(reports_closed=False, source="psutil")
    record, datagrams = uncounted(), uncounted(local="10.0.0.5:53", protocol="udp")
    machine.poll(record, datagrams, listening())
    assert machine.poll().closed == ()
    state = machine.poll()
    assert {row.key for row in state.closed} == {record.key, datagrams.key}
    assert all(counts(row) == (None, None) and row.closed_at == NOW + 2 for row in state.closed)
    assert state.closed_totals == (2, 0, 0)
    assert machine.poll().closed == ()


def test_without_events_a_connection_closes_as_it_turns_into_time_wait() -> None:
    machine = Machine(reports_closed=False, source="psutil")
    record = uncounted()
    machine.poll(record)
    remains = record._replace(state=SocketState.TIME_WAIT, owner=TIME_WAIT_OWNER)
    machine.poll(remains)
    state = machine.poll(remains)
    assert (only(state.closed).owner, only(state.closed).closed_at) == (CURL, NOW + 2)
    assert only(state.connections).owner.former == CURL.processes
    assert machine.poll().closed == ()
    assert machine.poll().closed_totals.connections == 1


def test_without_counters_one_that_shut_down_is_still_open() -> None:
    machine = Machine(reports_closed=False, source="psutil")
    record = uncounted()
    half = record._replace(state=SocketState.FIN_WAIT2)  # with its process, which reads on
    machine.poll(record)
    assert [machine.poll(half).closed for _ in range(3)] == [(), (), ()]
    machine.poll()
    assert only(machine.poll().closed).key == record.key


def test_the_same_endpoints_again_are_another_connection() -> None:
    machine = Machine(reports_closed=False, source="psutil")
    record = uncounted()
    machine.poll(record)
    machine.poll()
    state = machine.poll(record)
    assert (len(state.connections), state.closed_totals.connections, state.opened_total) == (1, 1, 1)
    assert only(state.connections).first_seen_at == NOW + 2


# -- history


def test_the_history_is_bounded_while_its_totals_go_on() -> None:
    machine = Machine(history_limit=3)
    machine.poll()
    for number in range(10):
        short = tcp(f"10.0.0.5:{50000 + number}", sent=10, received=3)
        state = machine.poll(closed=[destroyed(short, machine.now + 0.05)], seconds=0.1)
    assert [row.socket.local.port for row in state.history] == [50007, 50008, 50009]
    assert len(state.lingering) <= 3
    assert state.closed_totals == (10, 100, 20)
    assert state.opened_total == 10


def test_what_closed_lingers_and_then_leaves(machine: Machine) -> None:
    machine.poll()
    state = machine.poll(closed=[destroyed(tcp(), NOW + 0.5)])
    assert state.lingering == state.closed
    assert len(machine.poll(seconds=LINGER_S - 0.6).lingering) == 1
    left = machine.poll(seconds=0.2)
    assert (left.lingering, len(left.history)) == ((), 1)


def test_what_was_open_at_the_start_did_not_appear(machine: Machine) -> None:
    first, second = tcp(), tcp(local="10.0.0.5:50001")
    assert machine.poll(first).opened_total == 0
    assert machine.poll(first, second, listening()).opened_total == 1
    assert machine.poll(first, second).opened_total == 1


# -- openings


def test_silence_in_one_direction_dates_the_opening(machine: Machine) -> None:
    mute = tcp(sent=0, received=10, info={"last_sent_at": NOW - 77, "last_received_at": NOW - 1})
    deaf = tcp(local="10.0.0.5:50001", sent=10, info={"last_sent_at": NOW - 1, "last_received_at": NOW - 88})
    state = machine.poll(mute, deaf)
    found = [(row.opened_at, row.opened_basis, row.open_since) for row in state.connections]
    assert found == [
        (NOW - 77, OpenedBasis.KERNEL, NOW - 77),
        (NOW - 88, OpenedBasis.KERNEL, NOW - 88),
    ]


def test_what_was_open_before_and_has_talked_is_at_least_as_old_as_its_talk(machine: Machine) -> None:
    talked = tcp(sent=1, received=1, info={"last_sent_at": NOW - 77, "last_received_at": NOW - 5})
    row = only(machine.poll(talked).connections)
    assert (row.opened_at, row.opened_basis, row.open_since) == (None, None, NOW - 77)


def test_what_appears_was_opened_since_the_last_poll(machine: Machine) -> None:
    machine.poll()
    talked = tcp(sent=1, received=1, info={"last_sent_at": NOW + 0.7, "last_received_at": NOW + 0.9})
    row = only(machine.poll(talked).connections)
    assert (row.opened_at, row.opened_basis) == (NOW + 0.7, OpenedBasis.SEEN)


def test_the_time_of_opening_stays(machine: Machine) -> None:
    record = tcp(info={"last_sent_at": NOW - 77})
    machine.poll(record)
    row = only(machine.poll(moved(record, sent=5, received=5)).connections)
    assert (row.opened_at, row.opened_basis) == (NOW - 77, OpenedBasis.KERNEL)


def test_an_event_alone_dates_an_opening_only_by_silence(machine: Machine) -> None:
    machine.poll()
    silent = tcp(sent=10, received=0, info={"last_received_at": NOW + 0.25})
    row = only(machine.poll(closed=[destroyed(silent, NOW + 0.5)]).closed)
    assert (row.opened_at, row.opened_basis) == (NOW + 0.25, OpenedBasis.KERNEL)


# -- interfaces


def test_what_stays_on_the_machine_passes_lo(machine: Machine) -> None:
    state = machine.poll(
        tcp(CLIENT, SERVER),
        tcp("10.0.0.5:50002", "10.0.0.5:80"),
        tcp("2001:db8::5:50002", "[2001:db8::5]:80"),
        tcp(),
        tcp("[2001:db8::5]:50003", "[2001:db8:1::1]:443"),
        tcp(interface="wg0"),
        tcp("172.16.0.1:50004", "203.0.113.7:80"),
    )
    assert [row.interface for row in state.connections] == ["lo", "lo", "lo", "eth0", "eth0", "wg0", None]


def test_an_interface_shows_its_traffic_beside_that_of_its_rows(machine: Machine) -> None:
    record, local = tcp(), tcp(CLIENT, SERVER)
    first = machine.poll(record, local, interfaces=traffic(1000, 500))
    assert first.interfaces == {}
    state = machine.poll(
        moved(record, sent=100, received=800),
        moved(local, sent=7777),
        interfaces=traffic(3000, 700) | traffic(5, 5, "eth1"),
        seconds=2.0,
    )
    assert set(state.interfaces) == {"eth0"}, "eth1 was not there before: nothing is known of it"
    assert state.interfaces["eth0"] == (1000.0, 100.0, 400.0, 50.0)
    assert state.interfaces["eth0"].accounted == pytest.approx(450 / 1100)


def test_counters_that_could_not_be_read_once_are_no_burst_later(machine: Machine) -> None:
    machine.poll(interfaces=traffic(0, 0))
    assert machine.poll(interfaces={}).interfaces == {}
    assert machine.poll(interfaces=traffic(2000, 2000)).interfaces == {}
    assert machine.poll(interfaces=traffic(2500, 2000)).interfaces["eth0"][:2] == (500.0, 0.0)


def test_a_closed_connection_is_part_of_its_interfaces_rows(machine: Machine) -> None:
    machine.poll(interfaces=traffic(0, 0))
    short = tcp(sent=70, received=31)
    state = machine.poll(closed=[destroyed(short, NOW + 0.4)], interfaces=traffic(100, 200))
    assert state.interfaces["eth0"] == (100.0, 200.0, 30.0, 70.0)


# -- what is passed on


def test_what_the_snapshot_says_beside_sockets_is_in_the_state(machine: Machine) -> None:
    degradations = (Degradation("ipv6", "refused"),)
    accepted = {("tcp", 4, "0.0.0.0", 80): 3}
    state = machine.poll(
        lost_events=17,
        degradations=degradations,
        privileged=True,
        cost_s=0.5,
        ephemeral=(1, 2),
        accepted=accepted,
    )
    assert (state.lost_events, state.degradations, state.privileged) == (17, degradations, True)
    assert (state.poll_cost_s, state.ephemeral, state.accepted) == (0.5, (1, 2), accepted)
    assert (state.monotonic, state.source) == (NOW, "sock_diag")
    assert state.addresses["10.0.0.5"] == "eth0"


def test_the_range_of_the_snapshot_decides_what_is_ephemeral(machine: Machine) -> None:
    record = tcp("10.0.0.5:2000", "10.0.0.9:50000", excess=None)
    state = machine.poll(record, ephemeral=(1024, 4999))
    assert judged(only(state.connections)) == (Direction.OUTBOUND, Basis.PORT)


def test_a_listener_has_a_service_a_scope_and_no_direction(machine: Machine) -> None:
    row = only(machine.poll(listening("0.0.0.0:22")).listeners)
    assert (row.service, row.scope, judged(row)) == ("ssh", Scope.UNSPECIFIED, (Direction.UNKNOWN, None))
    assert row.socket.local == endpoint("0.0.0.0:22")
