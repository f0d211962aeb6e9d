"""What localhost means, here with real sockets and elsewhere in namespaces that are set up otherwise."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import Any

import pytest

from netmon.loopback.localhost import (
    Answers,
    Localhost,
    Outcome,
    PortVerdict,
    Probe,
    Resolution,
    connect,
    examine,
    findings,
    holder,
    judge_listeners,
    listener_family,
    probe,
    resolve,
)
from netmon.model.connection import Connection
from netmon.model.endpoint import Endpoint
from netmon.model.finding import Finding, FindingState
from netmon.model.process import Owner, OwnerReason, Process
from tests import builders

NODE = Owner((Process(4711, "node"),))
BOTH = ("127.0.0.1", "::1")


def listener(
    address: str, port: int = 5173, v6only: bool | None = None, owner: Owner = NODE, **socket: Any
) -> Connection:
    local = str(Endpoint(address, port))
    return builders.listener(local, owner=owner, socket={"v6only": v6only, **socket})


def verdict(order: tuple[str, ...], *listeners: Connection) -> PortVerdict:
    (found,) = judge_listeners(order, listeners)
    return found


def seen(
    plain: tuple[str, ...], addrconfig: tuple[str, ...] | None = None, dead: tuple[str, ...] = ()
) -> Localhost:
    """What `examine` would return on a machine where everything but `dead` works."""
    probes = tuple(
        Probe(address, Outcome.REFUSED if address in dead else Outcome.CARRIES, 60)
        for address in dict.fromkeys((*plain, "127.0.0.1", "::1"))
    )
    return Localhost(Resolution(plain), Resolution(plain if addrconfig is None else addrconfig), probes, True)


def gai(machine: Localhost) -> Finding:
    return findings(machine)[2]


# Probing


def test_ipv4_loopback_carries_a_connection() -> None:
    found = probe("127.0.0.1")
    assert found.works
    assert found.connect_us is not None
    assert 0 < found.connect_us < 1_000_000


def test_a_closed_port_is_refused() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        found = connect("127.0.0.1", sock.getsockname()[1])
    assert (found.outcome, found.connect_us) == (Outcome.REFUSED, None)
    assert found.detail


@contextmanager
def full_listener() -> Iterator[int]:
    """A port whose accept queue is full, so that the kernel drops further handshakes."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(8):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def test_silence_times_out_within_the_deadline() -> None:
    with full_listener() as port:
        started = time.monotonic()
        found = connect("127.0.0.1", port, timeout_s=0.1)
    assert found.outcome is Outcome.TIMED_OUT
    assert time.monotonic() - started < 1.0


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "0.0.0.0"])
def test_only_loopback_addresses_are_tried(address: str) -> None:
    assert probe(address).outcome is Outcome.NOT_LOOPBACK


def test_localhost_resolves_to_loopback_here() -> None:
    found = resolve("localhost")
    assert found.error is None
    assert set(found.addresses) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("name", ["a" * 70, "a\0b", "not a name"])
def test_a_name_that_does_not_resolve_says_why(name: str) -> None:
    found = resolve(name, socket.AI_NUMERICHOST)
    assert found.addresses == ()
    assert found.error


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    # No real resolver hangs on demand without a packet leaving the machine.
    release = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [release.wait(10)][:0])
    found = resolve("localhost", timeout_s=0.05)
    release.set()
    assert found.error == "no answer within 0.05 s"


def test_examine_probes_every_address_once() -> None:
    found = examine()
    addresses = [probe.address for probe in found.probes]
    assert len(set(addresses)) == len(addresses)
    assert {*found.plain.addresses, "127.0.0.1", "::1"} <= set(addresses)
    assert [finding.check for finding in findings(found)] == ["lo-v4", "lo-v6", "gai-localhost"]


# Machines that are set up otherwise

_EXAMINE = """
import json
from netmon.loopback.localhost import examine, findings
seen = examine()
print(json.dumps({
    "findings": {f.check: [f.state, f.summary, f.evidence, f.fix] for f in findings(seen)},
    "probes": {p.address: p.outcome for p in seen.probes},
    "plain": seen.plain.addresses, "addrconfig": seen.addrconfig.addresses, "kernel_v6": seen.kernel_v6,
}))
"""
_HOSTS = "127.0.0.1 localhost\\n::1 localhost\\n"


def elsewhere(setup: str, hosts: str = _HOSTS) -> dict[str, Any]:
    """Examine localhost in new namespaces, after the shell commands of `setup` ran there."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare(1) here")
    script = f"""set -e
        mount -t tmpfs none /mnt
        printf '{hosts}' > /mnt/hosts
        echo 'hosts: files' > /mnt/nsswitch.conf
        mount --bind /mnt/hosts /etc/hosts
        mount --bind /mnt/nsswitch.conf /etc/nsswitch.conf
        {setup}
        echo ready
        exec "$0" -c "$1"
    """
    command = ["unshare", "-rmn", "sh", "-c", script, sys.executable, _EXAMINE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if not done.stdout.startswith("ready"):
        pytest.skip(f"no namespaces here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.removeprefix("ready"))
    return found


UP = "ip link set lo up"
NO_IPV6 = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"


def test_a_machine_with_both_families() -> None:
    found = elsewhere(UP)
    assert found["probes"] == {"127.0.0.1": Outcome.CARRIES, "::1": Outcome.CARRIES}
    assert found["findings"]["lo-v6"][0] == "ok"
    assert set(found["plain"]) == {"127.0.0.1", "::1"}


def test_a_machine_without_ipv6() -> None:
    found = elsewhere(f"{UP}; {NO_IPV6}")
    assert found["kernel_v6"] is False
    assert found["probes"] == {"127.0.0.1": Outcome.CARRIES, "::1": Outcome.NOT_HERE}
    state, summary, _, fix = found["findings"]["lo-v6"]
    assert (state, summary) == ("warn", "::1 does not exist here: IPv6 is switched off, or loopback is down")
    assert "sysctl " in fix
    assert found["findings"]["lo-v4"][0] == "ok"
    state, summary, evidence, _ = found["findings"]["gai-localhost"]
    assert state == "warn", evidence
    assert summary == "localhost lists ::1, which carries no connection here"


def test_a_machine_whose_loopback_is_down() -> None:
    found = elsewhere("true")
    state, summary, _, fix = found["findings"]["lo-v4"]
    assert (state, fix) == ("fail", "Bring loopback up: ip link set lo up")
    assert summary.startswith("127.0.0.1 does not carry a connection: ")
    assert found["findings"]["gai-localhost"][0] == "fail"


def test_a_machine_whose_hosts_file_sends_localhost_away() -> None:
    found = elsewhere(UP, hosts="192.0.2.7 localhost\\n")
    assert found["probes"]["192.0.2.7"] == Outcome.NOT_LOOPBACK
    state, summary, *_ = found["findings"]["gai-localhost"]
    assert (state, summary) == ("fail", "localhost leads to 192.0.2.7, which is no loopback address")


def test_a_machine_that_does_not_know_localhost() -> None:
    found = elsewhere(UP, hosts="127.0.0.1 other\\n")
    state, summary, evidence, fix = found["findings"]["gai-localhost"]
    assert state == "fail"
    assert summary.startswith("localhost does not resolve: ")
    assert "nothing (" in evidence
    assert "hosts file" in fix


# Judging


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


def test_findings_carry_their_grounds() -> None:
    for finding in findings(seen(BOTH, dead=BOTH)):
        assert finding.evidence
        assert finding.why
        assert finding.reference


# Listeners


@pytest.mark.parametrize(
    ("order", "bound", "v6only", "expected"),
    [
        (BOTH, "127.0.0.1", None, Answers.COVERED),
        (BOTH, "0.0.0.0", None, Answers.COVERED),
        (BOTH, "::", False, Answers.COVERED),
        (BOTH, "::", True, Answers.FIRST_REFUSED),
        (BOTH, "::", None, Answers.UNKNOWN),
        (BOTH, "::1", True, Answers.FIRST_REFUSED),
        (BOTH, "10.0.0.5", None, Answers.NO_LOOPBACK),
        (BOTH, "127.0.0.53", None, Answers.NO_LOOPBACK),
        (("::1", "127.0.0.1"), "127.0.0.1", None, Answers.FIRST_REFUSED),
        (("::1", "127.0.0.1"), "::", None, Answers.COVERED),
        (("127.0.0.1",), "::1", True, Answers.NOT_NAMED),
        ((), "127.0.0.1", None, Answers.UNKNOWN),
    ],
)
def test_a_listener_against_localhost(
    order: tuple[str, ...], bound: str, v6only: bool | None, expected: Answers
) -> None:
    assert verdict(order, listener(bound, v6only=v6only)).answers is expected


def test_real_listeners_answer_as_judged() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert verdict(BOTH, listener("::1", port, True)).works == ("::1",)
        assert connect("::1", port).works
        assert connect("127.0.0.1", port).outcome is Outcome.REFUSED


def test_two_sockets_cover_a_port_together() -> None:
    found = verdict(BOTH, listener("::1", v6only=True), listener("127.0.0.1"))
    assert found.answers is Answers.COVERED
    assert found.works == BOTH


def test_a_listener_on_another_interface_answers_no_loopback() -> None:
    assert verdict(BOTH, listener("0.0.0.0", interface="eth0")).answers is Answers.NO_LOOPBACK
    assert verdict(BOTH, listener("0.0.0.0", interface="lo")).answers is Answers.COVERED


def test_only_tcp_listeners_are_judged() -> None:
    assert judge_listeners(BOTH, [builders.listener("[::1]:53", protocol="udp")]) == ()


def test_the_finding_names_process_and_port() -> None:
    verdicts = judge_listeners(BOTH, [listener("::1", v6only=True), listener("0.0.0.0", 80)])
    finding = listener_family(BOTH, verdicts)
    assert finding.state is FindingState.WARN
    assert finding.summary == "1 of 2 ports does not answer 127.0.0.1, localhost's first address"
    assert finding.evidence == "node (4711) on [::1]:5173"
    assert finding.fix


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


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        (NODE, "node (4711)"),
        (
            Owner(reason=OwnerReason.OTHER_USER, uid=33, user="www-data", unit="nginx.service"),
            "nginx.service",
        ),
        (Owner(reason=OwnerReason.OTHER_USER, uid=33, user="www-data"), "www-data"),
        (Owner(reason=OwnerReason.OTHER_USER, uid=33), "uid 33"),
        (Owner(reason=OwnerReason.KERNEL), "held by the kernel itself"),
        (Owner(), "an unknown process"),
    ],
)
def test_holders_in_words(owner: Owner, words: str) -> None:
    assert holder(owner) == words
