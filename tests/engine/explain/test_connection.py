"""Explanations: whatever the socket, they hold, stay clean, and never pass off the unknown as known."""

from __future__ import annotations

import re
import shutil
import socket as sockets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.engine.aggregate import by_process
from netmon.engine.explain import copy_text, explain, explain_process, ss_filter
from netmon.model.connection import Basis, Connection, Direction, OpenedBasis, Peer
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner, OwnerReason, Process
from netmon.model.snapshot import Source
from netmon.model.socket import SocketState, TcpInfo, Uncounted
from tests.builders import HOSTILE, NOW, connection, listener, owner, process, state

PARENTS = (process("bash", 4100), process("tmux", 902), process("systemd", 1))

# -- anything at all

_names = st.text(min_size=1, max_size=8).filter(lambda text: "None" not in text) | st.just(HOSTILE)
_counts = st.integers(0, 2**64)
_times = st.floats(-1e9, 1e9)
_processes = st.builds(
    Process,
    pid=st.integers(1, 2**22),
    name=_names,
    command=st.lists(_names, max_size=3).map(tuple),
    uid=st.none() | st.integers(0, 2**32),
    user=st.none() | _names,
    started_at=st.none() | st.floats(allow_nan=True),
    parent_pid=st.none() | st.integers(1, 2**22),
    unit=st.none() | _names,
)
_holders = st.lists(_processes, max_size=15).map(tuple)
_owners = st.builds(
    Owner,
    processes=_holders,
    reason=st.none() | st.sampled_from(OwnerReason),
    uid=st.none() | st.integers(0, 2**32),
    user=st.none() | _names,
    unit=st.none() | _names,
    former=_holders,
)
_OPTIONAL = {
    "bytes_sent", "bytes_received", "bytes_retransmitted", "opener_excess", "rtt_us", "rtt_var_us",
    "min_rtt_us", "busy_us", "rwnd_limited_us", "sndbuf_limited_us", "delivery_rate",
}  # fmt: skip
_infos = st.builds(
    TcpInfo,
    **{name: st.none() | _counts for name in _OPTIONAL},
    unacked=_counts,
    retransmits=_counts,
    last_sent_at=_times,
    last_received_at=_times,
)
_endpoints = st.builds(
    Endpoint,
    st.sampled_from(["127.0.0.1", "10.0.0.5", "::", "::1", "fe80::1", "0.0.0.0"]),
    st.integers(0, 65535),
)
_queues = st.none() | st.integers(0, 2**32)


@st.composite
def connections(draw: st.DrawFn) -> Connection:
    """Any combination of values that the types allow."""
    record: dict[str, Any] = {
        "local": draw(_endpoints),
        "remote": draw(st.none() | _endpoints),
        "family": draw(st.sampled_from([4, 6])),
        "tcp": draw(st.none() | _infos),
        "uncounted": draw(st.none() | st.sampled_from(Uncounted)),
        "interface": draw(st.none() | _names),
        "inode": draw(st.none() | _counts),
        "cookie": draw(st.none() | _counts),
        "receive_queue": draw(_queues),
        "send_queue": draw(_queues),
        "drops": draw(_queues),
        "v6only": draw(st.none() | st.booleans()),
        "cgroup_id": draw(st.none() | _counts),
    }
    made = connection(
        protocol=draw(st.sampled_from(["tcp", "udp"])),
        state=draw(st.sampled_from(SocketState)),
        direction=draw(st.sampled_from(Direction)),
        owner=draw(_owners),
        basis=draw(st.none() | st.sampled_from(Basis)),
        opened_at=draw(st.none() | _times),
        opened_basis=draw(st.none() | st.sampled_from(OpenedBasis)),
        open_since=draw(_times),
        first_seen_at=draw(_times),
        changed_at=draw(_times),
        closed_at=draw(st.none() | _times),
        bytes_sent=draw(st.none() | _counts),
        bytes_received=draw(st.none() | _counts),
        rate_sent=draw(st.none() | st.floats(0, 1e15)),
        rate_received=draw(st.none() | st.floats(0, 1e15)),
        service=draw(st.none() | _names),
        interface=draw(st.none() | _names),
        peer=draw(st.none() | st.builds(Peer, st.just(1), _owners)),
    )
    return made._replace(socket=made.socket._replace(**record))


def said(row: Connection, **fields: Any) -> str:
    """All sentences on a connection."""
    return " ".join(explain(row, state(**fields)).sentences)


def _check(texts: Iterator[str]) -> None:
    for text in texts:
        assert text.isprintable()
        assert "None" not in text


@given(row=connections(), ancestors=_holders, source=st.sampled_from(get_args(Source)))
def test_any_connection_is_explained_in_clean_text(
    row: Connection, ancestors: tuple[Process, ...], source: Source
) -> None:
    now = state([row], [row], source=source)
    made = explain(row, now, ancestors)
    assert made.sentences
    assert all(sentence.endswith(".") or len(sentence) == 4096 for sentence in made.sentences)
    assert all(all(fact) for fact in made.facts)
    _check(iter(made.sentences))
    _check(text for fact in made.facts for text in fact)
    _check(iter((copy_text(row, now), ss_filter(row))))


@given(rows=st.lists(connections(), min_size=1, max_size=2), ancestors=_holders)
def test_any_process_is_explained_in_clean_text(
    rows: list[Connection], ancestors: tuple[Process, ...]
) -> None:
    for row in by_process(rows):
        made = explain_process(row, state(rows, rows), ancestors)
        _check(iter(made.sentences))
        _check(text for fact in made.facts for text in fact)


@pytest.mark.parametrize("source", ["psutil", "replay"])
def test_what_another_source_told_is_not_said_to_be_the_kernels(source: Source) -> None:
    facts = {fact.label: fact for fact in explain(connection(), state(source=source)).facts}
    assert facts["round trip"].origin == f"source: {source}"
    assert facts["command"].origin == f"source: {source}"


# -- connections


def test_the_example_of_the_design() -> None:
    row = connection(
        "198.51.100.4:443",
        opened_at=NOW - 8,
        opened_basis=OpenedBasis.KERNEL,
        bytes_received=23_100_000,
        bytes_sent=88_000,
        rate_received=2.9e6,
    )
    assert explain(row, state(), PARENTS).sentences == (
        "curl (4711, user dev) opened this connection to 198.51.100.4:443 (https) 8 seconds ago, from"
        " ephemeral port 50000, one of those that the kernel lends (here 32768–60999).",
        "Outbound: known from the kernel's byte counters, which count an acknowledged SYN only on the side"
        " that connected.",
        "23 MB received, 88 kB sent; 2.9 MB/s in and 0 B/s out now.",
        "Started by bash 4100 ← tmux 902 ← systemd 1.",
    )


def test_the_key_is_that_of_the_row() -> None:
    row = connection()
    assert explain(row, state()).key == row.key
    [group] = by_process([row])
    assert explain_process(group, state()).key == group.key


def test_a_shared_socket_lists_all_who_hold_it() -> None:
    held = owner(*(process("nginx", 800 + number) for number in range(20)), unit="nginx.service")
    made = explain(connection(owner=held), state())
    text = " ".join(made.sentences)
    assert "20 processes share this socket: nginx (800), nginx (801)" in text
    assert "and 8 more" in text
    assert "It runs in nginx.service." in text
    [holders] = [fact for fact in made.facts if fact.label == "processes"]
    assert holders.value.count("nginx") == 20


@pytest.mark.parametrize("reason", list(OwnerReason))
def test_without_a_process_the_reason_is_given(reason: OwnerReason) -> None:
    held = Owner(reason=reason, uid=33, user="www-data", unit="backup.service")
    text = said(connection(owner=held))
    assert f"No process can be named: {held.explain()}." in text
    assert "It runs in" not in text


def test_the_copied_line() -> None:
    assert copy_text(connection(), state()) == (
        "tcp 10.0.0.5:50000 -> 203.0.113.7:443 outbound established curl (4711) at 2026-07-01 12:00:00 UTC"
    )
    inbound = connection(direction=Direction.INBOUND, local="10.0.0.5:22", process=None)
    assert copy_text(inbound, state()) == (
        "tcp 10.0.0.5:22 <- 203.0.113.7:443 inbound established"
        " (belongs to uid 33, backup.service; naming the process needs root) at 2026-07-01 12:00:00 UTC"
    )
    assert "-- 203.0.113.7:443 direction unknown" in copy_text(
        connection(direction=Direction.UNKNOWN), state()
    )
    assert copy_text(listener("[::]:8080"), state()).startswith("tcp [::]:8080 listen python3 (4711) at")


def test_a_copied_line_is_one_line() -> None:
    assert copy_text(connection(process=HOSTILE), state()).isprintable()


# -- processes


def test_a_process_with_its_sums_and_listeners() -> None:
    held = owner(process("nginx", 812))
    rows = [
        connection(owner=held, direction=Direction.INBOUND, first_seen_at=NOW - 8),
        connection(owner=held),
        connection(owner=held, direction=Direction.UNKNOWN),
    ]
    listeners = [listener(owner=held), listener("10.0.0.5:53", protocol="udp", owner=held), listener()]
    made = explain_process(by_process(rows)[0], state(rows, listeners), PARENTS[2:])
    assert made.sentences == (
        "nginx (812, user dev) holds 3 connections: 1 inbound, 1 outbound, 1 of unknown direction.",
        "Together they received 271 kB and sent 1.6 kB; 135 kB/s in and 0 B/s out now.",
        "The newest was first seen 8 seconds ago.",
        "Besides: tcp 0.0.0.0:8080 listening, udp 10.0.0.5:53.",
        "Its parent is systemd 1, which started it or took it over when its starter ended.",
    )


def test_processes_that_share_and_holders_without_a_name() -> None:
    several = connection(owner=owner(process("nginx", 1), process("nginx", 2)))
    gone = connection(owner=owner(reason=OwnerReason.TIME_WAIT, former=[process("wget", 9)]))
    unnamed = connection("8.8.8.8:53", protocol="udp", process=None)
    texts = [explain_process(row, state()).sentences for row in by_process([several, gone, unnamed])]
    assert texts[0][0].startswith("nginx (1, user dev) with 1 other process hold 1 connection: ")
    assert "2 processes share these sockets: nginx (1), nginx (2)." in texts[0]
    assert texts[1][0].startswith("1 connection that wget (9) held: ")
    assert texts[2][0].startswith("1 connection of a process of uid 33 in backup.service: ")
    assert texts[2][1] == "Their bytes and rates are unknown: none of them is counted."


def test_many_listeners_are_counted() -> None:
    held = owner("nginx")
    listeners = [listener(f"0.0.0.0:{port}", owner=held) for port in range(1, 12)]
    [row] = by_process([connection(owner=held)])
    assert "and 3 more." in " ".join(explain_process(row, state((), listeners)).sentences)


# -- the filter for ss, put to the real one


@pytest.mark.skipif(shutil.which("ss") is None, reason="needs ss (iproute2)")
def test_ss_finds_exactly_the_socket_by_its_filter() -> None:
    with ExitStack() as stack:
        four = stack.enter_context(sockets.create_server(("0.0.0.0", 0)))
        six = stack.enter_context(
            sockets.create_server(("::", 0), family=sockets.AF_INET6, dualstack_ipv6=True)
        )
        ports = four.getsockname()[1], six.getsockname()[1]
        for address, port in (("127.0.0.1", ports[0]), ("127.0.0.1", ports[1]), ("::1", ports[1])):
            client = stack.enter_context(sockets.create_connection((address, port)))
            local = Endpoint(*client.getsockname()[:2])
            assert _ss(connection(f"[{address}]:{port}", local=str(local))) == [("ESTAB", local.port, port)]
            assert _ss(connection(str(local), local=f"[{address}]:{port}")) == [("ESTAB", port, local.port)]
        assert _ss(listener(f"0.0.0.0:{ports[0]}")) == [("LISTEN", ports[0], "*")]
        assert _ss(listener(f"[::]:{ports[1]}")) == [("LISTEN", ports[1], "*")]


def _ss(row: Connection) -> list[tuple[str, int, int | str]]:
    """State and ports of what ss shows for a connection."""
    done = subprocess.run(
        ["ss", "-tanH", ss_filter(row)], capture_output=True, text=True, check=True, timeout=20
    )
    found = re.findall(r"^(\S+) +\d+ +\d+ +\S+:(\d+) +\S+:(\d+|\*)", done.stdout, re.MULTILINE)
    return [(name, int(local), int(remote) if remote.isdigit() else remote) for name, local, remote in found]
