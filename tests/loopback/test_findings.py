"""Every way that localhost can be wrong is said in words, with its grounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netmon.loopback.findings import findings, listener_family
from netmon.loopback.listeners import judge_listeners
from netmon.loopback.localhost import Localhost
from netmon.loopback.probing import Outcome, Probe
from netmon.loopback.resolving import Resolution
from netmon.model.finding import Finding, FindingState
from tests.loopback.staged import BOTH, listener, seen


def gai(machine: Localhost) -> Finding:
    return findings(machine)[2]


# What localhost is


def test_localhost_with_both_families_is_ok() -> None:
    finding = gai(seen(("::1", "127.0.0.1")))
    assert (finding.state, finding.summary) == (FindingState.OK, "localhost is ::1 first, then 127.0.0.1")


def test_localhost_that_leaves_out_a_working_address() -> None:
    finding = gai(seen(("127.0.0.1",)))
    assert finding.state is FindingState.INFO
    assert finding.summary == "localhost is 127.0.0.1 alone; ::1 works but is not named"


def test_localhost_that_is_another_one_with_addrconfig() -> None:
    finding = gai(seen(("::1", "127.0.0.1"), ("127.0.0.1",)))
    assert finding.state is FindingState.WARN
    assert finding.summary == "localhost is ::1 first, but 127.0.0.1 with AI_ADDRCONFIG"
    assert finding.evidence == "getaddrinfo gives ::1, 127.0.0.1; with AI_ADDRCONFIG 127.0.0.1"


def test_localhost_that_lists_an_address_twice() -> None:
    finding = gai(seen(("127.0.0.1",), ("127.0.0.1", "127.0.0.1")))
    assert (finding.state, finding.summary) == (FindingState.WARN, "localhost lists an address twice")


def test_localhost_whose_first_address_is_dead() -> None:
    finding = gai(seen(("::1", "127.0.0.1"), dead=("::1",)))
    assert finding.state is FindingState.WARN
    assert finding.why == "Programs that try only the first address fail."


def test_localhost_whose_addresses_are_all_dead() -> None:
    finding = gai(seen(BOTH, dead=BOTH))
    assert finding.state is FindingState.FAIL
    assert finding.summary == "localhost is 127.0.0.1 first, then ::1, and nothing carries a connection"


def test_an_address_that_is_there_and_dead_fails() -> None:
    v4, v6, _ = findings(seen(BOTH, dead=BOTH))
    assert (v4.state, v6.state) == (FindingState.FAIL, FindingState.FAIL)
    assert v6.summary == "::1 does not carry a connection: refused"


@pytest.mark.parametrize(
    ("four", "words", "step"),
    [
        (Outcome.CARRIES, "IPv6 is switched off", "disable_ipv6=0"),
        (Outcome.UNREACHABLE, "loopback is down", "ip link"),
    ],
)
def test_a_missing_v6_address_says_which_of_its_causes_it_is(four: Outcome, words: str, step: str) -> None:
    probes = Probe("127.0.0.1", four, 60), Probe("::1", Outcome.NOT_HERE)
    _, v6, _ = findings(replace(seen(("127.0.0.1",)), probes=probes, kernel_v6=False))
    assert v6.summary == f"::1 does not exist here: {words}"
    assert step in v6.fix


def test_findings_carry_their_grounds() -> None:
    for finding in findings(seen(BOTH, dead=BOTH)):
        assert finding.evidence
        assert finding.why
        assert finding.reference


# Who is not found there


def test_the_finding_names_process_and_port() -> None:
    verdicts = judge_listeners(BOTH, [listener("::1", v6only=True), listener("0.0.0.0", 80)])
    finding = listener_family(BOTH, verdicts)
    assert finding.state is FindingState.WARN
    assert finding.summary == "node (4711) listens on [::1]:5173 only; 127.0.0.1:5173 is refused"
    assert finding.fix == "Let node (4711) listen on 127.0.0.1 too, or call it as [::1]:5173."
    assert "BusyBox" in finding.why


def test_the_finding_says_what_a_refusal_costs() -> None:
    verdicts = judge_listeners(BOTH, [listener("::1", v6only=True)])
    evidence = listener_family(BOTH, verdicts, 81).evidence
    assert evidence.endswith("is refused; a refused first address costs 81 µs here")


def test_a_listener_that_localhost_does_not_lead_to_at_all_fails() -> None:
    order = ("127.0.0.1",)
    verdicts = judge_listeners(order, [listener("::1", v6only=True), listener("127.0.0.1", 1)])
    finding = listener_family(order, verdicts)
    assert finding.state is FindingState.FAIL
    assert finding.why == "No program reaches it by the name localhost: all of them are refused."


def test_listeners_that_are_lost_are_named_before_those_found_second() -> None:
    order = ("127.0.0.2", "127.0.0.1")
    verdicts = judge_listeners(order, [listener("127.0.0.1", 1), listener("::1", 2, True)])
    finding = listener_family(order, verdicts)
    assert finding.state is FindingState.FAIL
    assert finding.summary == (
        "node (4711) listens on [::1]:2 only; 127.0.0.2:2 is refused (1 more like it)"
    )  # fmt: skip
    assert finding.evidence.startswith("2 of 2 ports do not answer 127.0.0.2: node (4711) listens on [::1]:2")


# Whether it stays so


def test_localhost_that_changes_from_one_moment_to_the_next() -> None:
    machine = replace(seen(("127.0.0.1",)), repeats=(Resolution(("127.0.0.1",)), Resolution(("::1",))))
    finding = gai(machine)
    assert finding.state is FindingState.WARN
    assert finding.summary == "localhost is 127.0.0.1 alone, and a moment later ::1"


def test_the_finding_names_only_so_many() -> None:
    verdicts = judge_listeners(BOTH, [listener("::1", port, True) for port in range(1000, 1020)])
    assert listener_family(BOTH, verdicts).evidence.endswith("; and 15 more")


def test_the_finding_when_all_is_well() -> None:
    finding = listener_family(BOTH, judge_listeners(BOTH, [listener("0.0.0.0"), listener("10.0.0.1", 1)]))
    assert finding.state is FindingState.OK
    assert finding.summary == "1 of 2 ports answer 127.0.0.1, localhost's first address"


def test_the_finding_without_listeners() -> None:
    assert listener_family(BOTH, ()).summary == "nothing listens on TCP here"


def test_what_cannot_be_judged_is_unknown() -> None:
    assert listener_family((), ()).state is FindingState.UNKNOWN
    assert listener_family(BOTH, judge_listeners(BOTH, [listener("::")])).state is FindingState.UNKNOWN
