"""The verdict: two scores out of ten, each the minimum over its findings, one sentence and one fix.

In the manner of test-ipv6.com: each finding gives points by a table, the worst one sets the score, and
nothing is averaged: nine sound checks do not make up for a localhost that leads away from the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netmon.model.finding import Finding, FindingState

LOCALHOST, IPV6 = "localhost works for every program here", "ready for IPv6"
BEST = 10

_OK, _INFO, _WARN, _FAIL = FindingState.OK, FindingState.INFO, FindingState.WARN, FindingState.FAIL
_UNKNOWN = FindingState.UNKNOWN


POINTS: dict[tuple[str, FindingState], tuple[int, int]] = {
    # What nothing works without.
    ("lo-up", _FAIL): (0, 0),
    ("lo-v4", _FAIL): (0, 10),
    ("gai-localhost", _FAIL): (0, 10),
    # Programs reach the wrong place, or none, by names and ports that look right.
    ("split-brain", _FAIL): (1, 10),
    ("localhost-leak", _FAIL): (2, 10),
    ("hosts-localhost", _FAIL): (2, 10),
    ("bind-matrix", _FAIL): (2, 4),
    ("lo-v6", _FAIL): (2, 0),
    ("listener-family", _FAIL): (3, 10),
    ("nss-order", _FAIL): (3, 10),
    ("sysctl", _FAIL): (4, 0),
    ("v6only-default", _FAIL): (4, 4),
    # Some programs fail or lose time.
    ("gai-localhost", _WARN): (5, 10),
    ("hosts-localhost", _WARN): (6, 10),
    ("v6only-default", _WARN): (6, 10),
    ("lo-v6", _WARN): (6, 0),
    ("listener-family", _WARN): (7, 10),
    ("sysctl", _WARN): (7, 5),
    ("nss-order", _WARN): (8, 10),
    ("localhost-leak", _WARN): (8, 10),
    ("gai-conf", _FAIL): (5, 5),
    ("gai-conf", _WARN): (8, 7),
    ("gai-localhost", _INFO): (8, 10),
    ("sysctl", _INFO): (9, 0),
    # The way out over IPv6; localhost does not need it.
    ("src-select", _FAIL): (10, 1),
    ("src-select", _INFO): (10, 0),
    ("src-select", _WARN): (10, 5),
    ("dns-families", _FAIL): (10, 2),
    ("dns-families", _WARN): (10, 7),
    ("predict-order", _FAIL): (10, 4),
    ("predict-order", _WARN): (10, 6),
    ("resolver-family", _WARN): (10, 6),
    ("race", _FAIL): (10, 2),
    ("race", _WARN): (10, 5),
}
"""What a finding leaves of ten points: for localhost, and for IPv6. What is not in it costs nothing."""


class Score(NamedTuple):
    """How well the machine does in one respect."""

    title: str
    points: int
    """0 to 10: the minimum over its findings."""
    worst: Finding | None
    """The finding that sets it; None at 10."""


class Report(NamedTuple):
    """Every finding, and what they come to."""

    findings: tuple[Finding, ...]
    """The gravest first, so that the one which the sentence names leads its kind; then as the checks go."""
    scores: tuple[Score, Score]
    """For localhost, and for IPv6."""
    sentence: str
    fix: str
    """One concrete step, or nothing."""

    @property
    def failed(self) -> bool:
        """Whether any check fails."""
        return any(finding.state is FindingState.FAIL for finding in self.findings)


def report(findings: Sequence[Finding]) -> Report:
    """The verdict on these findings."""
    ordered = tuple(sorted(findings, key=gravity))
    scores = _score(LOCALHOST, ordered, 0), _score(IPV6, ordered, 1)
    named = next((score.worst for score in scores if score.worst is not None), None)
    return Report(ordered, scores, _sentence(*scores), named.fix if named is not None else "")


def gravity(finding: Finding) -> tuple[int, tuple[int, int]]:
    """Its place in the list, the gravest first: how bad it is, then what it leaves of the two scores.

    What could not be told stands before what is known to do no harm; what was never tried, and so has no
    evidence, stands after it.
    """
    points = points_of(finding)
    if finding.state is _INFO:
        return (2 if min(points) < BEST else 4), points
    if finding.state is _UNKNOWN:
        return (3 if finding.evidence else 5), points
    return {_FAIL: 0, _WARN: 1, _OK: 6}[finding.state], points


def points_of(finding: Finding) -> tuple[int, int]:
    """What a finding leaves of ten points, for localhost and for IPv6."""
    return POINTS.get((finding.check, finding.state), (BEST, BEST))


def _score(title: str, findings: Sequence[Finding], index: int) -> Score:
    worst = min(findings, key=lambda finding: points_of(finding)[index], default=None)
    points = BEST if worst is None else points_of(worst)[index]
    return Score(title, points, worst if points < BEST else None)


def _sentence(localhost: Score, ipv6: Score) -> str:
    if localhost.worst is not None:
        return f"localhost {_how_well(localhost.points)} here: {localhost.worst.summary}."
    if ipv6.worst is not None:
        return f"localhost works for every program here; as to IPv6, {ipv6.worst.summary}."
    return "localhost works for every program here, and this machine is ready for IPv6."


def _how_well(points: int) -> str:
    if points == 0:
        return "does not work"
    return "works for most programs" if points >= BEST / 2 else "does not work for every program"
