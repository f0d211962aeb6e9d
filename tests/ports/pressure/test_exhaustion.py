"""Ephemeral ports that run out, judged."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.model.connection import Connection
from netmon.model.finding import Finding, FindingState
from netmon.model.pressure import PortLimits
from netmon.model.socket import SocketState
from netmon.ports.pressure.ephemeral_use import ephemeral_use
from netmon.ports.pressure.exhaustion import by_destination, in_total
from netmon.ports.pressure.tally import tally_of
from tests.builders import connection, listener, owner, process, state

RANGE = (40000, 40099)


def rows(count: int, first: int = 40000, remote: str = "203.0.113.7:443", **fields: Any) -> list[Connection]:
    return [connection(remote, local=f"10.0.0.5:{first + turn}", **fields) for turn in range(count)]


def judged(connections: list[Connection], **fields: Any) -> list[Finding]:
    staged = state(connections, ephemeral=RANGE, **fields)
    return list(by_destination(staged, ephemeral_use(staged)))


@pytest.mark.parametrize(
    ("count", "verdict"),
    [
        (0, FindingState.OK),
        (79, FindingState.OK),
        (80, FindingState.WARN),
        (94, FindingState.WARN),
        (95, FindingState.FAIL),
        (100, FindingState.FAIL),
    ],
)
def test_how_much_of_a_destinations_ports_is_used(count: int, verdict: FindingState) -> None:
    (finding,) = judged(rows(count))
    assert finding.state is verdict
    if count:
        assert f"{count} live and 0 TIME_WAIT, {100 - count} free of 100" in finding.evidence
    if verdict is not FindingState.OK:
        left = "no" if count == 100 else "few"
        assert finding.summary == (
            f"{left} ephemeral ports are left for connections to 203.0.113.7:443: {count}% in use"
        )


def test_who_opened_them_is_named_and_who_had() -> None:
    former = owner(reason=None, former=[process("wget", 9)])
    over = rows(30, 40060, owner=former, state=SocketState.TIME_WAIT)
    (finding,) = judged([*rows(60), *over])
    assert "60 live and 30 TIME_WAIT" in finding.evidence
    assert finding.evidence.endswith("opened by curl (4711) ×60, formerly wget ×30")


def test_what_was_only_counted_names_nobody() -> None:
    staged = state(rows(90), ephemeral=RANGE)
    counted = state(tally=tally_of(staged), ephemeral=RANGE)
    (finding,) = by_destination(counted, ephemeral_use(counted))
    assert "processes that were not read" in finding.evidence


@pytest.mark.parametrize(("tw_reuse", "advised"), [(0, True), (2, True), (1, False), (None, False)])
def test_time_wait_has_a_remedy_of_its_own(tw_reuse: int | None, advised: bool) -> None:
    over = rows(90, state=SocketState.TIME_WAIT)
    (finding,) = judged(over, limits=PortLimits(tw_reuse=tw_reuse))
    assert ("net.ipv4.tcp_tw_reuse=1" in finding.fix) is advised
    assert (finding.state is FindingState.OK) is (tw_reuse == 1)


def test_several_destinations_the_fullest_first() -> None:
    first, second = judged([*rows(85), *rows(99, remote="203.0.113.8:80")])
    assert "203.0.113.8:80" in first.summary
    assert "203.0.113.7:443" in second.summary


def total(connections: list[Connection], **fields: Any) -> list[Finding]:
    return list(in_total(ephemeral_use(state(connections, ephemeral=RANGE, **fields))))


def test_the_total_when_all_is_well() -> None:
    over = rows(5, 40010, state=SocketState.TIME_WAIT)
    (finding,) = total([*rows(10), *over], limits=PortLimits(reserved=((40090, 40099),)))
    assert (finding.state, finding.summary) == (FindingState.OK, "75 of 90 ephemeral ports are free")
    assert finding.evidence == (
        "TCP: 15 used, 5 of them by TIME_WAIT alone, 75 free; UDP: 0 used, 90 free; "
        "range 40000–40099 without 10 reserved"
    )


def test_each_protocol_runs_out_by_itself() -> None:
    bound = [listener(f"0.0.0.0:{port}", protocol="udp") for port in range(40000, 40096)]
    tcp, udp = total(rows(80), listeners=bound)
    assert (tcp.state, "80% of the ephemeral ports are in use by TCP" in tcp.summary) == (
        FindingState.WARN,
        True,
    )
    assert (udp.state, "96% of the ephemeral ports are in use by UDP" in udp.summary) == (
        FindingState.FAIL,
        True,
    )
