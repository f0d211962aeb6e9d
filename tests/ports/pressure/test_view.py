"""All judgements on pressure together."""

from __future__ import annotations

from netmon.model.finding import FindingState
from netmon.model.socket import SocketState
from netmon.ports.pressure.view import NAMED, pressure, pressure_view
from tests.builders import connection, listener, process, state

CHECKS = {
    "accept-queue", "listen-overflow", "syn-recv", "close-wait", "ephemeral-destination", "ephemeral-total",
}  # fmt: skip


def test_every_check_says_something_when_nothing_presses() -> None:
    view = pressure_view(state([connection()], [listener()]))
    assert {finding.check for finding in view.findings} == CHECKS
    assert len(view.findings) == len(CHECKS)
    assert view.troubles == ()
    # Unknown is not fine: it stands before what is.
    assert [finding.check for finding in view.findings if finding.state is not FindingState.OK] == [
        "listen-overflow"
    ]
    assert view.findings[0].check == "listen-overflow"


def test_the_worst_comes_first_and_all_have_grounds() -> None:
    leaks = [connection(local=f"10.0.0.5:{40000 + turn}", state=SocketState.CLOSE_WAIT) for turn in range(12)]
    full = listener(socket={"receive_queue": 3, "send_queue": 2})
    view = pressure_view(state(leaks, [full]))
    assert [finding.check for finding in view.troubles] == ["accept-queue", "close-wait"]
    assert view.findings[:2] == view.troubles
    for finding in view.troubles:
        assert all((finding.evidence, finding.why, finding.fix, finding.reference))


def test_a_flood_of_one_kind_is_bounded() -> None:
    full = [
        listener(
            f"0.0.0.0:{port}", process=process("web", port), socket={"receive_queue": 3, "send_queue": 2}
        )
        for port in range(1000, 1100)
    ]
    findings = [finding for finding in pressure(state(listeners=full)) if finding.check == "accept-queue"]
    assert len(findings) == NAMED + 1
    assert findings[-1].summary == f"and {100 - NAMED} more of this kind"
