"""systemd-resolved as systemd would start it, with a bus of its own: root in mount and network namespaces."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.resolver.daemon import answers, find, running

_UID = 64990
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
 <type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
 <policy context="default">
  <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow receive_sender="*"/>
 </policy>
</busconfig>
"""


def prepare(directory: Path, settings: str) -> None:
    """What it needs around it: its user, its settings (resolved.conf(5)) and a place to write."""
    for name, line in (
        ("passwd", f"systemd-resolve:x:{_UID}:{_UID}::/:/bin/false\n"),
        ("group", f"systemd-resolve:x:{_UID}:\n"),
    ):
        entries = Path("/etc", name).read_text().splitlines(True)
        kept = [entry for entry in entries if "systemd-res" not in entry]
        (directory / name).write_text("".join(kept) + line)
        mount_over(directory / name, f"/etc/{name}")
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    drop_in = Path("/run/systemd/resolved.conf.d")
    drop_in.mkdir(parents=True)
    (drop_in / "test.conf").write_text(settings)
    state = Path("/run/systemd/resolve")
    state.mkdir()
    os.chown(state, _UID, _UID)


def mount_over(source: Path, target: str) -> None:
    """Put a file in the place of another."""
    subprocess.run(["mount", "--bind", str(source), target], check=True)


@contextmanager
def resolved(directory: Path) -> Iterator[int]:
    """It runs: its pid; everything around it must have been prepared."""
    program = find("systemd-resolved", "systemd-resolved")
    with running([program], lambda: answers("127.0.0.53"), directory / "resolved.log") as process:
        yield process.pid


@contextmanager
def bus(directory: Path) -> Iterator[None]:
    """A system bus, without which nobody tells systemd-resolved of links, or asks it about them."""
    program = find("dbus-daemon", "dbus-daemon")
    place = Path("/run/dbus/system_bus_socket")
    place.parent.mkdir()
    config = directory / "bus.conf"
    config.write_text(_BUS)
    command = [program, f"--config-file={config}", "--nofork", "--nopidfile"]
    with running(command, place.exists, directory / "bus.log"):
        yield


def tell(*words: str) -> None:
    """Run resolvectl, as a VPN does when it comes up."""
    subprocess.run([find("resolvectl", "systemd-resolved"), *words], check=True, timeout=20)
