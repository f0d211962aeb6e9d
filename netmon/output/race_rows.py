"""A race for other programs: plain values that become JSON."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TextIO

from netmon.loopback.race.attempt import Destination
from netmon.loopback.race.costs import Cost
from netmon.loopback.race.finding import race_finding
from netmon.loopback.race.result import Alone, Contest, RaceResult
from netmon.loopback.race.verdict import sentence
from netmon.output.json_lines import schema, write_object
from netmon.output.rows import Row, timestamp


def write_json(stream: TextIO, result: RaceResult, taken_at: datetime) -> None:
    """Write a race as one object of a command's answer."""
    finding = race_finding(result)
    findings = [{**finding._asdict(), "state": finding.state.value}]
    head = {"schema": schema("race"), "taken_at": timestamp(taken_at)}
    write_object(stream, {**head, **race_row(result), "findings": findings})


def race_row(result: RaceResult) -> Row:
    """Everything a race showed; times in the units that their names tell, null where there is none."""
    return {
        "target": result.target,
        "sentence": sentence(result),
        "stopped": result.stopped or None,
        "addresses": [_alone(alone) for alone in result.alone],
        "contests": [_contest(contest, result.destinations) for contest in result.contests],
        "costs": [_cost(cost) for cost in result.costs],
    }


def _place(destination: Destination) -> Row:
    return {"address": destination.endpoint.address, "port": destination.endpoint.port}


def _alone(alone: Alone) -> Row:
    return {
        **_place(alone.destination),
        "outcome": alone.outcome and alone.outcome.name.lower(),
        "connect_us": alone.connect_us,
        "attempts": [
            {"outcome": a.outcome.name.lower(), "connect_us": a.connect_us, "detail": a.detail or None}
            for a in alone.attempts
        ],
    }


def _contest(contest: Contest, destinations: tuple[Destination, ...]) -> Row:
    return {
        "strategy": contest.profile.name,
        "rounds": len(contest.runs),
        "lost": contest.lost,
        "median_ms": contest.median_ms,
        "winners": [_winner(contest, destination) for destination in destinations],
    }


def _winner(contest: Contest, destination: Destination) -> Row:
    share = contest.share(destination)
    return {
        **_place(destination),
        "wins": contest.wins(destination),
        "share": share and share.value,
        "share_low": share and share.low,
        "share_high": share and share.high,
    }


def _cost(cost: Cost) -> Row:
    predicted_ms = cost.predicted_ms
    endless = predicted_ms is not None and math.isinf(predicted_ms)
    return {
        "program": cost.profile.name,
        "who": cost.profile.who,
        "failure": cost.failure.value,
        "falls_back": predicted_ms is not None,
        "predicted_ms": None if endless else predicted_ms,
        "measured_ms": cost.measured_ms,
        "reason": "the system's own limit is not known" if endless else cost.reason or None,
        "basis": cost.profile.basis,
    }
