"""Each state of a machine, made for real: the checks that must speak do, and no other one does."""

from __future__ import annotations

import json
import time
from typing import Any

import dns.rcode
import pytest

from netmon.collectors.select import create_collector
from netmon.engine.poller import Poller
from netmon.loopback.asking import Ask
from netmon.loopback.checks import examine_all
from tests.kernel.machines import HOSTS, SIX, Machine, Program, on_machine
from tests.program import netmon
from tests.resolver.server import Fault
from tests.sockets import NOBODY, in_child

pytestmark = pytest.mark.root

V4_FIRST = "precedence ::ffff:0:0/96 100\n"
ONLY_V6 = Program("::", v6only=True)
LYING = {"localhost": "@ IN A 127.0.0.1\n@ IN AAAA ::1\nx IN A 192.0.2.1\n"}
HONEST = {"localhost": "@ IN A 127.0.0.1\n@ IN AAAA ::1\nx IN A 127.0.0.1\nx IN AAAA ::1\n"}
FAR = {**HONEST, "arpa": "ipv4only IN A 192.0.0.170\nipv4only IN AAAA 64:ff9b::c000:aa\n"}

MACHINES: dict[str, Machine] = {
    "healthy": Machine(),
    "healthy, with servers on every kind of address": Machine(
        programs=[Program("::", False), Program("::1", True, 5174), Program("127.0.0.1", True, 5174)]
    ),
    "IPv6 switched off": Machine(
        {"lo-v6": "warn", "hosts-localhost": "fail", "gai-localhost": "warn", "sysctl": "fail"},
        then="echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6",
    ),
    "IPv6 switched off, and nothing leads to it": Machine(
        {"lo-v6": "warn"},
        then="echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6",
        hosts="127.0.0.1 localhost\n",
    ),
    "IPv6 switched off on one interface": Machine(
        {"sysctl": "warn"}, six="", then="echo 1 > /proc/sys/net/ipv6/conf/out/disable_ipv6"
    ),
    "bindv6only": Machine(
        {"sysctl": "warn", "v6only-default": "warn"}, then="echo 1 > /proc/sys/net/ipv6/bindv6only"
    ),
    "no ::1 in hosts": Machine({"hosts-localhost": "warn"}, hosts="127.0.0.1 localhost\n"),
    "no ::1 in hosts, and a server there": Machine(
        {"hosts-localhost": "warn", "listener-family": "fail"},
        hosts="127.0.0.1 localhost\n",
        programs=[Program("::1", True)],
    ),
    "hosts sends localhost away": Machine(
        {"hosts-localhost": "fail", "gai-localhost": "fail"}, hosts="192.0.2.1 localhost\n"
    ),
    "hosts sends localhost away too": Machine(
        {"hosts-localhost": "fail", "gai-localhost": "fail"}, hosts=f"{HOSTS}192.0.2.1 localhost\n"
    ),
    "hosts is never read": Machine({"nss-order": "fail", "gai-localhost": "fail"}, nsswitch="hosts: dns\n"),
    "IPv4 first": Machine(gai=V4_FIRST),
    "IPv4 first, and a server for IPv6 alone": Machine(
        {"listener-family": "warn"}, gai=V4_FIRST, programs=[ONLY_V6]
    ),
    "a server for IPv6 alone": Machine(programs=[ONLY_V6]),
    "a server for IPv4 alone": Machine({"listener-family": "warn"}, programs=[Program("127.0.0.1")]),
    "a unique local source": Machine(
        {"src-select": "warn"},
        six="ip address add fd00:1::2/64 dev out nodad; ip -6 route add default via fd00:1::1 dev out",
    ),
    # Without any address but ::1, AI_ADDRCONFIG takes ::1 out of localhost: that is said too, and true.
    "a stale default route": Machine(
        {"src-select": "fail", "gai-localhost": "warn"},
        six="ip -6 address flush dev out; ip -6 address flush dev far; ip -6 route add default dev out",
    ),
    "no way out over IPv6": Machine(six=""),
    "a black hole": Machine(
        six=f"{SIX}ip -6 neigh add 2001:db8:1::1 lladdr 02:00:00:00:00:99 nud permanent dev out"
    ),
    "loopback is down": Machine(
        {
            "lo-up": "fail",
            "lo-v4": "fail",
            "lo-v6": "warn",
            "hosts-localhost": "fail",
            "gai-localhost": "fail",
        },
        then="ip link set lo down",
    ),
    "a split port": Machine(
        {"split-brain": "fail"}, programs=[Program("127.0.0.1"), Program("::1", True, name="two")]
    ),
    "a split port by wildcards": Machine(
        {"split-brain": "fail"}, programs=[Program("0.0.0.0"), Program("::", True, name="two")]
    ),
    "one program for each family": Machine(programs=[Program("127.0.0.1"), Program("::1", True)]),
    "a lying resolver": Machine({"localhost-leak": "fail"}, zones=LYING),
    "an honest resolver": Machine(zones=HONEST),
    "a resolver that knows no localhost": Machine(zones={}),
    "a failing resolver": Machine(
        {"localhost-leak": "warn"}, zones=HONEST, faults={"x.localhost.": Fault(rcode=dns.rcode.SERVFAIL)}
    ),
    "a silent resolver": Machine(
        zones=HONEST, faults={name: Fault(drop=True) for name in ("localhost.", "x.localhost.")}
    ),
    "a silent resolver, and nothing else is asked": Machine(
        {"nss-order": "fail", "gai-localhost": "fail"},
        nsswitch="hosts: dns\n",
        zones=HONEST,
        faults={name: Fault(drop=True) for name in ("localhost.", "x.localhost.")},
    ),
    "no resolver where one is configured": Machine(
        {"resolver-family": "warn"}, resolv="nameserver 127.0.0.9\n"
    ),
    "DNS64": Machine(zones=FAR, resolvers="all"),
    "a resolver that drops AAAA": Machine(
        {"dns-families": "fail"},
        zones=FAR,
        faults={"ipv4only.arpa.": Fault(drop=True, kinds=frozenset({"AAAA"}))},
        resolvers="all",
    ),
}


IDS = {
    "lo-up", "lo-v4", "lo-v6", "lo-range", "hosts-localhost", "nss-order", "gai-localhost", "localhost-leak",
    "sysctl", "v6only-default", "bind-matrix", "listener-family", "split-brain", "src-select", "dns-families",
    "nat64", "env", "resolver-family",
}  # fmt: skip


def spoken(findings: list[dict[str, Any]]) -> dict[str, str]:
    """The checks that fail or warn; those of the order of addresses have states of their own elsewhere."""
    others = ("gai-conf", "predict-order")
    return {
        f["check"]: f["state"]
        for f in findings
        if f["state"] in ("fail", "warn") and f["check"] not in others
    }


Look = tuple[list[dict[str, Any]], float]


def look(resolvers: str) -> Look:
    """The findings of all checks, and the seconds that they took."""
    poller = Poller(create_collector(False, False, True), 1.0)
    try:
        listeners = poller.poll_once().listeners
    finally:
        poller.stop()
    started = time.monotonic()
    found = examine_all(listeners, ask=Ask(resolvers)).report.findings
    return [{**f._asdict(), "state": f.state.value} for f in found], time.monotonic() - started


@pytest.mark.parametrize("name", [name for name in MACHINES if not MACHINES[name].gai])
def test_what_is_wrong_is_said_and_nothing_else_to_root_and_to_nobody(name: str) -> None:
    machine = MACHINES[name]

    def both() -> tuple[Look, Look]:
        return look(machine.resolvers), in_child(lambda: look(machine.resolvers), uid=NOBODY)

    (root, _), (nobody, seconds) = on_machine(machine, both)
    assert spoken(root) == machine.expected, json.dumps(root, indent=1)
    expected = dict(machine.expected)
    if expected.pop("split-brain", None):  # who holds the ports is not nobody's to know
        assert {f["check"]: f["state"] for f in nobody}["split-brain"] == "unknown"
    assert spoken(nobody) == expected, json.dumps(nobody, indent=1)
    assert seconds < 3, "no state of a machine holds the checks up"
    assert {f["check"] for f in root} == {f["check"] for f in nobody} >= IDS


PROGRAM = [
    # The C library reads gai.conf once in a process, so these need one of their own.
    *(name for name in MACHINES if MACHINES[name].gai),
    "healthy",
    "IPv6 switched off",
    "a lying resolver",
]


@pytest.mark.parametrize("name", PROGRAM)
def test_the_program_says_the_same_and_ends_accordingly(name: str) -> None:
    machine = MACHINES[name]
    answer = on_machine(machine, lambda: netmon("loopback", "--json", "--resolvers", machine.resolvers))
    assert answer.err == ""
    assert spoken(answer.body["findings"]) == machine.expected, json.dumps(answer.body["findings"], indent=1)
    assert answer.code == (1 if "fail" in machine.expected.values() else 0)
