"""Real daemons that shape localhost: HAProxy for IPv6 alone, and systemd-resolved's own localhost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.machines import Machine, on_machine
from tests.program import netmon
from tests.sockets import wait_for

pytestmark = pytest.mark.root

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/lib/systemd:/usr/lib/systemd"
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
_RESOLVE_UID = 64990


def daemon(name: str) -> str:
    """Where a daemon is."""
    found = shutil.which(name, path=_PATH)
    if found is None:
        pytest.skip(f"no {name} here")
    return found


@contextmanager
def running(*command: str) -> Iterator[int]:
    """A daemon, ended at the end."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGKILL)


def answers(family: socket.AddressFamily, address: str, port: int) -> bool:
    """Whether something listens there on TCP."""
    with socket.socket(family) as sock:
        return sock.connect_ex((address, port)) == 0


def by_id(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {finding["check"]: finding for finding in body["findings"]}


def test_haproxy_that_listens_for_ipv6_alone(tmp_path: Path) -> None:
    program = daemon("haproxy")
    settings = tmp_path / "haproxy.cfg"
    settings.write_text(_HAPROXY)

    def look() -> dict[str, Any]:
        with running(program, "-db", "-f", str(settings)) as pid:
            wait_for(lambda: answers(socket.AF_INET6, "::1", 5173))
            return {**netmon("loopback", "--json").body, "pid": pid}

    machine = Machine(gai="precedence ::ffff:0:0/96 100\n")
    body = on_machine(machine, look)
    finding = by_id(body)["listener-family"]
    assert finding["state"] == "warn"
    assert finding["summary"] == (
        f"haproxy ({body['pid']}) listens on [::]:5173 only; 127.0.0.1:5173 is refused"
    )
    assert "a refused first address costs " in finding["evidence"]


def _start_as_systemd_would(directory: Path) -> None:
    """What systemd-resolved needs around it: its user, its settings and a place to write."""
    for name, line in (
        ("passwd", f"systemd-resolve:x:{_RESOLVE_UID}:{_RESOLVE_UID}::/:/bin/false\n"),
        ("group", f"systemd-resolve:x:{_RESOLVE_UID}:\n"),
    ):
        kept = [
            entry for entry in Path("/etc", name).read_text().splitlines(True) if "systemd-res" not in entry
        ]
        (directory / name).write_text("".join(kept) + line)
        subprocess.run(["mount", "--bind", str(directory / name), f"/etc/{name}"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    settings = Path("/run/systemd/resolved.conf.d")
    settings.mkdir(parents=True)
    (settings / "test.conf").write_text(_RESOLVED)
    state = Path("/run/systemd/resolve")
    state.mkdir()
    os.chown(state, _RESOLVE_UID, _RESOLVE_UID)


def test_systemd_resolved_makes_localhost_up_itself(tmp_path: Path) -> None:
    program = daemon("systemd-resolved")

    def look() -> dict[str, Any]:
        _start_as_systemd_would(tmp_path)
        with running(program):
            wait_for(lambda: answers(socket.AF_INET, "127.0.0.53", 53))
            return netmon("loopback", "--json").body

    findings = by_id(on_machine(Machine(resolv="nameserver 127.0.0.53\n"), look))
    leak = findings["localhost-leak"]
    assert (leak["state"], leak["summary"]) == ("ok", "the resolvers keep localhost on this machine")
    assert "x.localhost. A: 127.0.0.1, x.localhost. AAAA: ::1" in leak["evidence"]
    spoken = {check for check, finding in findings.items() if finding["state"] in ("fail", "warn")}
    assert spoken - {"gai-conf", "predict-order"} == set(), findings
