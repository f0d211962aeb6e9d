"""Real daemons that shape localhost: HAProxy for IPv6 alone, and systemd-resolved's own localhost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.kernel.machines import Machine, on_machine
from tests.program import netmon
from tests.resolver.daemon import find, listens, running
from tests.resolver.daemons.resolved import prepare, resolved

pytestmark = pytest.mark.root

_HAPROXY = """
defaults
    mode tcp
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend six
    bind :::5173 v6only
"""
_RESOLVED = """[Resolve]
DNS=127.0.0.9
LLMNR=no
MulticastDNS=no
"""


def by_id(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {finding["check"]: finding for finding in body["findings"]}


def test_haproxy_that_listens_for_ipv6_alone(tmp_path: Path) -> None:
    program = find("haproxy", "haproxy")
    settings = tmp_path / "haproxy.cfg"
    settings.write_text(_HAPROXY)

    def look() -> dict[str, Any]:
        command = [program, "-db", "-f", settings]
        with running(command, lambda: listens(5173, "::1"), tmp_path / "log") as process:
            return {**netmon("loopback", "--json").body, "pid": process.pid}

    machine = Machine(gai="precedence ::ffff:0:0/96 100\n")
    body = on_machine(machine, look)
    finding = by_id(body)["listener-family"]
    assert finding["state"] == "warn"
    assert finding["summary"] == (
        f"haproxy ({body['pid']}) listens on [::]:5173 only; 127.0.0.1:5173 is refused"
    )
    assert "a refused first address costs " in finding["evidence"]


def test_systemd_resolved_makes_localhost_up_itself(tmp_path: Path) -> None:
    find("systemd-resolved", "systemd-resolved")

    def look() -> dict[str, Any]:
        prepare(tmp_path, _RESOLVED)
        with resolved(tmp_path):
            return netmon("loopback", "--json").body

    findings = by_id(on_machine(Machine(resolv="nameserver 127.0.0.53\n"), look))
    leak = findings["localhost-leak"]
    assert (leak["state"], leak["summary"]) == ("ok", "the resolvers keep localhost on this machine")
    assert "x.localhost. A: 127.0.0.1, x.localhost. AAAA: ::1" in leak["evidence"]
    spoken = {check for check, finding in findings.items() if finding["state"] in ("fail", "warn")}
    assert spoken - {"gai-conf", "predict-order"} == set(), findings
