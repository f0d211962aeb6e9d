"""All checks together: each speaks once, in time, and none takes the others down with it."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time

import pytest

from netmon.loopback import interfaces
from netmon.loopback.asking import Ask
from netmon.loopback.checks import CHECKS, examine_all, run_checks
from netmon.loopback.report import gravity
from netmon.model.finding import Finding, FindingState
from tests.loopback.staged import listener
from tests.sockets import wait_for

OTHERS = {"gai-conf", "predict-order"}
"""They belong to the model of the order of addresses."""


def by_id(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.check: finding for finding in findings}


def test_every_check_speaks_once_the_worst_first() -> None:
    found = run_checks([], ask=Ask.NOTHING).findings
    checks = [finding.check for finding in found if finding.check not in OTHERS]
    assert sorted(checks) == sorted(set(CHECKS) - OTHERS)
    places = [(gravity(finding), CHECKS.index(finding.check)) for finding in found]
    assert places == sorted(places)


def test_all_of_them_take_less_than_a_second_on_this_machine() -> None:
    run_checks([], ask=Ask.NOTHING)
    started = time.monotonic()
    run_checks([], ask=Ask.NOTHING)
    assert time.monotonic() - started < 1


def test_what_is_not_well_says_why_and_by_which_rule() -> None:
    listeners = [listener("::1", v6only=True), listener("127.0.0.1", 80), listener("::1", 80, True)]
    for finding in run_checks(listeners, ask=Ask.NOTHING).findings:
        assert finding.summary
        if finding.state in (FindingState.WARN, FindingState.FAIL):
            assert finding.evidence, finding
            assert finding.why, finding
            assert finding.reference, finding
        if finding.state is FindingState.FAIL:
            assert finding.fix, finding


def test_listeners_that_were_not_read_are_unknown() -> None:
    examined = examine_all(None, ask=Ask.NOTHING)
    found = by_id(examined.report.findings)
    for check in ("listener-family", "split-brain"):
        assert found[check].state is FindingState.UNKNOWN
        assert found[check].summary == "the listening sockets could not be read"
    assert examined.ports == ()


def test_listeners_are_judged_by_the_order_that_was_seen() -> None:
    examined = examine_all([listener("0.0.0.0", 80)], ask=Ask.NOTHING)
    (port,) = examined.ports
    assert "127.0.0.1" in port.works
    assert (port.port, port.binds[0].address) == (80, "0.0.0.0")


def test_a_check_that_cannot_run_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Finding:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(interfaces, "lo_up", broken)
    found = by_id(run_checks([], ask=Ask.NOTHING).findings)
    assert found["lo-up"].state is FindingState.UNKNOWN
    assert found["lo-up"].summary == "could not run: [Errno 24] Too many open files"
    assert found["lo-v4"].state is FindingState.OK


def test_nothing_is_left_behind() -> None:
    run_checks([], ask=Ask.NOTHING)
    descriptors = len(os.listdir("/proc/self/fd"))
    run_checks([], ask=Ask.NOTHING)
    assert len(os.listdir("/proc/self/fd")) == descriptors
    names = ("checks", "loopback", "getaddrinfo")
    wait_for(lambda: not [t for t in threading.enumerate() if t.name.startswith(names)])


def test_listening_is_not_disturbed_by_the_trials() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        run_checks([listener("127.0.0.1", server.getsockname()[1])], ask=Ask.NOTHING)
        with pytest.raises(BlockingIOError):
            server.accept()  # nobody connected to what is not netmon's own
