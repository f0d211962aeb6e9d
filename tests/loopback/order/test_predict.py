"""The judgements in the states of a machine that they are for, made in namespaces."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from netmon.loopback.order.predict import order_findings
from netmon.model.finding import Finding, FindingState
from tests.loopback.order.worlds import World, inside

BOTH = ("127.0.0.1", "::1")
DUAL = (
    "address add 2001:db8::2/32 dev v0 nodad",
    "address add 192.0.2.2/24 dev v0",
    "address add fd00::2/64 dev v0 nodad",
    "route add fc00::/7 dev v0",
)
ULA_ONLY = (
    "address add fd00::2/64 dev v0 nodad",
    "address add 192.0.2.2/24 dev v0",
    "route add ::/0 dev v0",
)
V4_ONLY = ("address add 192.0.2.2/24 dev v0",)


def judged(
    setup: tuple[str, ...] = DUAL, gai_conf: str = "", names: dict[str, tuple[str, ...]] | None = None
) -> tuple[Finding, Finding]:
    world = World(setup, gai_conf, {"localhost": BOTH} if names is None else names)
    conf, order = inside(world, order_findings)
    assert (conf.check, order.check) == ("gai-conf", "predict-order")
    return conf, order


def test_this_machine_in_less_than_100_ms() -> None:
    order_findings()
    started = time.process_time()
    conf, order = order_findings()
    assert time.process_time() - started < 0.1
    assert {conf.state, order.state} <= {FindingState.OK, FindingState.INFO, FindingState.WARN}
    assert order.evidence


@pytest.mark.root
def test_a_healthy_machine() -> None:
    conf, order = judged()
    assert conf.state is FindingState.OK
    assert "localhost is ::1, 127.0.0.1" in conf.evidence
    assert order.state is FindingState.INFO  # glibc and the RFC part over ULA
    assert order.summary == (
        "a dual-stack name is tried over IPv6 first: rule 6: 2001:db8::1 has precedence 40, 192.0.2.1 has 10"
    )
    assert "any dual-stack name, computed: 2001:db8::1, 192.0.2.1" in order.evidence
    assert "localhost, observed: ::1, 127.0.0.1" in order.evidence


@pytest.mark.root
def test_ula_alone_is_no_reason_to_prefer_ipv6() -> None:
    conf, order = judged(ULA_ONLY)
    assert conf.state is FindingState.OK
    assert "tried over IPv4 first: rule 5: label of the ULA source fd00::2 is 6" in order.summary
    assert "RFC 6724 puts 192.0.2.1 first" in order.why


@pytest.mark.root
def test_without_ipv6_nothing_parts() -> None:
    conf, order = judged(V4_ONLY)
    assert conf.state is FindingState.OK
    assert order.state is FindingState.OK
    assert "tried over IPv4 first: rule 1: there is no route to 2001:db8::1" in order.summary


@pytest.mark.root
def test_a_stale_default_route_is_no_ipv6() -> None:
    """The source for a global address is then ::1."""
    _, order = judged(("route add ::/0 dev lo", "address flush dev v0", "address flush dev w0", *V4_ONLY))
    assert "tried over IPv4 first: rule 2: the source ::1 is link-local" in order.summary


@pytest.mark.root
@pytest.mark.parametrize(
    ("localhost", "shown"),
    [
        (("127.0.0.1",), "localhost is 127.0.0.1"),
        (("::1",), "localhost is ::1"),
        (("192.0.2.1", "::1"), "localhost is ::1, 192.0.2.1"),
        (("127.0.0.1", "127.0.0.1"), "localhost is 127.0.0.1, 127.0.0.1"),
    ],
)
def test_other_hosts_files_are_nothing_to_gai_conf(localhost: tuple[str, ...], shown: str) -> None:
    conf, order = judged(names={"localhost": localhost})
    assert conf.state is FindingState.OK
    assert shown in conf.evidence
    assert order.state is not FindingState.FAIL


@pytest.mark.root
def test_with_ipv6_switched_off_loopback_comes_second() -> None:
    def work() -> tuple[Finding, ...]:
        Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("1")
        return order_findings()

    conf, order = inside(World(DUAL, "", {"localhost": BOTH}), work)
    assert conf.state is order.state is FindingState.OK
    assert "localhost is 127.0.0.1, ::1" in conf.evidence
    assert "localhost, observed: 127.0.0.1, ::1 (rule 1: there is no route to ::1" in order.evidence


@pytest.mark.root
def test_without_localhost_it_is_unknown() -> None:
    conf, order = judged(names={})
    assert conf.state is FindingState.UNKNOWN
    assert conf.evidence == "no name could be looked up"
    assert "observed" not in order.evidence


@pytest.mark.root
def test_a_line_that_flips_localhost() -> None:
    conf, order = judged(gai_conf="# x\nprecedence ::ffff:0:0/96  100\n")
    assert conf.state is FindingState.WARN
    assert "line 2, `precedence ::ffff:0:0/96 100`" in conf.summary
    assert "localhost is 127.0.0.1, ::1" in conf.evidence
    assert "all other rows of precedence are gone" in conf.why
    assert "tried over IPv4 first: rule 6: 192.0.2.1 has precedence 100" in order.summary
    assert "not first for musl, Go, Java, preferIPv6Addresses, Windows" in order.evidence


@pytest.mark.root
def test_a_line_that_glibc_ignores() -> None:
    conf, _ = judged(gai_conf="precedence ::ffff:0:0 100\n")
    assert conf.state is FindingState.WARN
    assert "glibc ignores line 1" in conf.summary
    assert "no prefix length" in conf.fix


@pytest.mark.root
def test_a_line_that_crashes_programs() -> None:
    conf, order = judged(gai_conf="scopev4 10.0.0.1 2\n")
    assert conf.state is FindingState.FAIL
    assert "line 1, `scopev4 10.0.0.1 2`" in conf.summary
    assert "observed" not in order.evidence


@pytest.mark.root
def test_names_of_the_hosts_file_and_others_are_observed() -> None:
    names = {"localhost": BOTH, "both": ("192.0.2.7", "2001:db8::7"), "four": ("192.0.2.8", "192.0.2.9")}
    world = World(DUAL, "", names)
    _, order = inside(world, lambda: order_findings(["four"]))
    assert "both, observed: 2001:db8::7, 192.0.2.7 (rule 6" in order.evidence
    assert "four, observed: 192.0.2." in order.evidence


@pytest.mark.root
def test_a_service_that_sorts_otherwise_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name whose order comes from elsewhere: here by asking for the addresses of another one."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(0, 0, 0, "", (one, 0)) for one in BOTH])
    monkeypatch.setattr("netmon.loopback.order.predict.observe_afresh", lambda name: BOTH)
    conf, _ = judged()
    assert conf.state is FindingState.FAIL
    assert conf.evidence == "getaddrinfo gives 127.0.0.1, ::1; the model ::1, 127.0.0.1"


@pytest.mark.root
def test_what_this_process_still_does_is_asked_again() -> None:
    """glibc reads gai.conf once; a line that came later counts for the programs started since."""

    def work() -> tuple[Finding, ...]:
        socket.getaddrinfo("localhost", 0)
        Path("/etc/gai.conf").write_text("precedence ::ffff:0:0/96 100\n")
        return order_findings()

    conf, _ = inside(World(DUAL, "", {"localhost": BOTH}), work)
    assert conf.state is FindingState.WARN
    assert "localhost is 127.0.0.1, ::1" in conf.evidence


@pytest.mark.root
def test_a_file_that_cannot_be_read_leaves_it_unknown() -> None:
    conf, order = judged(gai_conf="#" * (2 << 20))
    assert conf.state is order.state is FindingState.UNKNOWN
    assert "larger than 1 MiB" in conf.summary
