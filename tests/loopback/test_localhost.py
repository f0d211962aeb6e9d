"""What localhost means, here and elsewhere in namespaces that are set up otherwise."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import Any

import pytest

from netmon.loopback.findings import findings
from netmon.loopback.localhost import examine
from netmon.loopback.probing import Outcome
from tests.loopback.staged import seen


def test_examine_probes_every_address_once() -> None:
    found = examine()
    addresses = [probe.address for probe in found.probes]
    assert len(set(addresses)) == len(addresses)
    assert {*found.plain.addresses, "127.0.0.1", "::1"} <= set(addresses)
    assert {again.addresses for again in found.repeats} == {found.plain.addresses}
    assert [finding.check for finding in findings(found)] == ["lo-v4", "lo-v6", "gai-localhost"]


def test_the_order_is_that_of_the_distinct_loopback_addresses() -> None:
    assert seen(("::1", "192.0.2.7", "127.0.0.1", "::1")).order == ("::1", "127.0.0.1")


def test_a_probe_is_found_by_its_address() -> None:
    found = seen(("127.0.0.1",), dead=("::1",))
    assert (found.works("127.0.0.1"), found.works("::1"), found.works("127.0.0.2")) == (True, False, False)
    assert found.probe("::1").outcome is Outcome.REFUSED
    with pytest.raises(KeyError):
        found.probe("127.0.0.2")


# Machines that are set up otherwise

_EXAMINE = """
import json
from netmon.loopback.findings import findings
from netmon.loopback.localhost import examine
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
    assert (state, summary) == ("warn", "::1 does not exist here: IPv6 is switched off")
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
