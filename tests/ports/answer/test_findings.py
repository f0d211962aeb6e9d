"""Every cause of a refusal is said as one finding with its grounds; real cases are in test_port_answer."""

from __future__ import annotations

import errno

import pytest

from netmon.collectors.port_rules import PortRules
from netmon.model.connection import Connection
from netmon.model.finding import FindingState
from netmon.model.process import Owner, OwnerReason
from netmon.ports.answer.causes import Bind, Cause, CauseKind
from netmon.ports.answer.findings import findings
from netmon.ports.answer.ground import Ground
from netmon.ports.bind_probe import Attempt
from tests.builders import connection, listener
from tests.ports.asking import LOOP4

SERVER = listener("127.0.0.1:8080")
CLIENT = connection("203.0.113.7:443", local="10.0.0.5:8080", process="curl", pid=5120)


def ground(
    kind: CauseKind, *blockers: Connection, error: int = errno.EADDRINUSE, held: bool = False
) -> Ground:
    """One refused bind without SO_REUSEADDR and one with it."""
    binds = tuple(Bind(Attempt(LOOP4, reuse, error), Cause(kind, blockers)) for reuse in (False, True))
    return Ground(8080, "tcp", held, binds, (), PortRules(), (32768, 60999), 1000)


CASES = {
    CauseKind.HELD: ("bind-held", SERVER),
    CauseKind.WILDCARD: ("bind-wildcard", SERVER),
    CauseKind.SPECIFIC: ("bind-specific", SERVER),
    CauseKind.OTHER_FAMILY: ("bind-other-family", SERVER),
    CauseKind.BOUND: ("bind-bound", SERVER),
    CauseKind.OUTGOING: ("bind-ephemeral", CLIENT),
    CauseKind.CONNECTED: ("bind-connected", CLIENT),
    CauseKind.TIME_WAIT: ("bind-time-wait", CLIENT),
    CauseKind.PRIVILEGED: ("bind-privileged", None),
    CauseKind.POLICY: ("bind-policy", None),
    CauseKind.NO_ADDRESS: ("bind-address", None),
    CauseKind.NO_FAMILY: ("bind-no-ipv6", None),
    CauseKind.UNKNOWN: ("bind-unknown", None),
}


def test_no_cause_is_left_out() -> None:
    assert set(CASES) == set(CauseKind)


@pytest.mark.parametrize("kind", CauseKind)
def test_a_cause_is_one_finding_with_its_grounds(kind: CauseKind) -> None:
    check, blocker = CASES[kind]
    (told,) = findings(ground(kind, *([blocker] if blocker else [])))
    assert told.check == check
    assert told.state is not FindingState.OK
    assert told.summary.endswith(".")
    assert told.summary.count("\n") == 0
    assert told.evidence.startswith("EADDRINUSE")
    assert told.why.endswith(".")
    assert told.reference


def test_whose_connection_has_the_port() -> None:
    (told,) = findings(ground(CauseKind.OUTGOING, CLIENT))
    assert "curl (5120) to 203.0.113.7:443" in told.summary
    assert told.fix == "End that connection of curl (5120)."


@pytest.mark.parametrize("kind", [CauseKind.OUTGOING, CauseKind.CONNECTED, CauseKind.BOUND, CauseKind.HELD])
def test_of_a_process_that_cannot_be_named_a_sentence_says_whose_it_is(kind: CauseKind) -> None:
    foreign = Owner(reason=OwnerReason.OTHER_USER, uid=0, user="root")
    (told,) = findings(ground(kind, CLIENT._replace(owner=foreign)))
    assert "a process of root" in told.summary + told.evidence
    assert "of belongs" not in told.summary + told.fix
    assert "held by belongs" not in told.evidence


@pytest.mark.parametrize(
    "kind",
    [CauseKind.HELD, CauseKind.WILDCARD, CauseKind.SPECIFIC, CauseKind.OTHER_FAMILY, CauseKind.PRIVILEGED],
)
def test_of_a_held_port_its_holder_is_explanation_enough(kind: CauseKind) -> None:
    assert findings(ground(kind, SERVER, held=True)) == ()


def test_an_error_of_another_kind_is_not_explained_by_sockets() -> None:
    (told,) = findings(ground(CauseKind.UNKNOWN, error=errno.EINVAL))
    assert (told.state, told.evidence) == (FindingState.UNKNOWN, "EINVAL")
