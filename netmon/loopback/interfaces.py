"""The loopback interface and its addresses: the checks `lo-up` and `lo-range`; any interface's MTU."""

from __future__ import annotations

import socket
import struct
import sys

from netmon.loopback.probing import Outcome, Probe, probe
from netmon.model.finding import Finding, FindingState

RANGE = "127.0.0.2"
"""Any address of 127.0.0.0/8 but the first: Linux has them all, other systems only where one was added."""

PROBE_S = 0.6

_SIOCGIFFLAGS, _SIOCGIFMTU = 0x8913, 0x8921  # linux/sockios.h
_IFF_UP = 0x1  # linux/if.h


def is_up(interface: str) -> bool | None:
    """Whether an interface is switched on; None where that cannot be asked."""
    flags = _ask(interface, _SIOCGIFFLAGS, "=H")
    return None if flags is None else bool(flags & _IFF_UP)


def mtu_of(interface: str) -> int | None:
    """The largest packet of an interface in bytes (netdevice(7)); None where that cannot be asked."""
    return _ask(interface, _SIOCGIFMTU, "=i")


def _ask(interface: str, request: int, form: str) -> int | None:
    """One number about an interface by ioctl(2), which knows of this network namespace where /sys may not."""
    if sys.platform != "linux":
        return None
    import fcntl

    name = interface.encode()[:15]
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            answer = fcntl.ioctl(sock, request, struct.pack("=16s24x", name))
    except OSError:
        return None
    value: int = struct.unpack_from(form, answer, 16)[0]
    return value


def lo_up() -> Finding:
    """The judgement `lo-up`."""
    check, reference = "lo-up", "netdevice(7)"
    up = is_up("lo")
    if up is None:
        what = "whether the loopback interface is up cannot be asked on this system"
        return Finding(check, FindingState.UNKNOWN, what, reference=reference)
    evidence = "SIOCGIFFLAGS of lo: " + ("IFF_UP" if up else "not IFF_UP")
    if up:
        return Finding(check, FindingState.OK, "the loopback interface is up", evidence, reference=reference)
    return Finding(
        check,
        FindingState.FAIL,
        "the loopback interface is down",
        evidence,
        why="Nothing on this machine reaches anything else on it, by any address or name.",
        fix="Bring loopback up: ip link set lo up",
        reference=reference,
    )


def lo_range(found: Probe | None = None) -> Finding:
    """The judgement `lo-range`: do programs get a loopback address of their own for the asking?"""
    found = probe(RANGE, PROBE_S) if found is None else found
    check, reference = "lo-range", "RFC 1122 section 3.2.1.3"
    evidence = f"bound a listener to {RANGE} and connected to it: {found.outcome}"
    if found.works:
        what = "all of 127.0.0.0/8 is this machine's"
        return Finding(check, FindingState.OK, what, evidence, reference=reference)
    if found.outcome is not Outcome.NOT_HERE:
        what = f"{RANGE} does not carry a connection: {found.outcome}"
        return Finding(check, FindingState.INFO, what, evidence, reference=reference)
    return Finding(
        check,
        FindingState.INFO,
        f"{RANGE} is not there: of 127.0.0.0/8 only what was added by hand",
        evidence,
        why="Servers that want a loopback address of their own cannot start.",
        fix=f"Add it where it is needed, on macOS: ifconfig lo0 alias {RANGE}",
        reference=reference,
    )
