"""Machines made up from a seed, with addresses, routes, a gai.conf and names; and getaddrinfo there."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

from tests.sockets import CLONE_NEWNET, CLONE_NEWNS, in_child

T = TypeVar("T")


def _words(text: str) -> list[str]:
    return text.split()


_V6 = _words("""
    2001:db8:a:: 2001:db8:b:1:: 2a00:1450:: 3fff:2:: 3ffe:1:: 2002:c000:201:: 2001:0:5::
    fd00:1:: fd77:2:: fc00:: fec0:1:: ::c000:200 64:ff9b::
""")
_V4 = _words("""
    10.1.0.0 10.2.3.0 172.16.5.0 192.168.1.0 198.51.100.0 203.0.113.0 169.254.9.0 100.64.0.0
""")
_FAR = _words("""
    2001:db8:ffff::1 2606:4700::1 fd99::1 2002:cb00:7101::1 2001:0:ffff::1 fec0:9::1 3ffe:9::1
    ::1 127.0.0.1 127.0.0.2 8.8.8.8 192.0.2.1 10.255.0.1 169.254.1.1 ff0e::1 fe80::99 240.0.0.1
    ::127.0.0.9 255.255.255.255 224.0.0.9 ff05::2
""")
_PREFIXES = _words("""
    ::1/128 ::/0 ::ffff:0:0/96 2002::/16 ::/96 fc00::/7 fec0::/10 2001::/32 2001:db8::/32
    ::ffff:10.0.0.0/104 2001:db8:a::5/47 2000::/3 ::/129 1.2.3.4/8 fd00::/8 ::1/ fd00::1 ::
""")
_V4_PREFIXES = _words("""
    ::ffff:169.254.0.0/112 ::ffff:0.0.0.0/96 10.0.0.0/8 192.168.0.0/16 0.0.0.0/0 ::1/128
    198.51.100.0/24 ::ffff:10.1.0.0/113 127.0.0.0/8 10.0.0.0/33
""")
_VALUES = ["0", "1", "2", "4", "5", "10", "14", "40", "100", "+7", "2147483647", "x", "-1", "4 # 9", ""]


class World(NamedTuple):
    """One machine."""

    setup: tuple[str, ...] = ()
    """Commands of ip(8), after the links are there."""
    gai_conf: str | None = None
    names: Mapping[str, tuple[str, ...]] = {}
    """The addresses of each name, in the order of the hosts file."""

    def __str__(self) -> str:
        return "\n".join((*self.setup, f"gai.conf: {self.gai_conf!r}"))


def made_up(seed: int, names: int = 12) -> World:
    """The world of a seed; the same on every machine."""
    random = Random(seed)
    own = _own_addresses(random)
    setup = [f"address add {one} dev {random.choice(('v0', 'w0'))}" for one in own]
    setup += _routes(random)
    bare = [one.split("/")[0].split()[0] for one in own]
    pool = [*_FAR, *bare, *(_near(random, one) for one in bare * 3)]
    return World(
        tuple(setup),
        random.choice([None, "", *[_gai_conf(random)] * 4]),
        {f"name{n}": tuple(random.sample(pool, random.randint(2, 8))) for n in range(names)},
    )


def _own_addresses(random: Random) -> list[str]:
    # One machine in six has no IPv6: glibc then knows nothing of its IPv4 addresses either.
    sixes = [_six(random) for _ in range(random.choice([0, 1, 2, 3, 4, 5]))]
    fours = [_four(random) for _ in range(random.choice([0, 1, 2, 3]))]
    own = list(dict.fromkeys(sixes)) + list(dict.fromkeys(fours))
    # The same address on a second interface: which of the two does glibc find?
    return own + random.sample(own, min(len(own), random.choice([0, 0, 1])))


def _six(random: Random) -> str:
    address = IPv6Address(random.choice(_V6)) + random.randint(1, 9)
    flags = random.choice(["", "", "", " preferred_lft 0", " home"])
    if random.random() < 0.1:
        return f"{address} peer {address + 16}/{random.choice([64, 128])} nodad"
    return f"{address}/{random.choice([48, 56, 64, 64, 96, 128])} nodad{flags}"


def _four(random: Random) -> str:
    address = IPv4Address(random.choice(_V4)) + random.randint(1, 9)
    if random.random() < 0.15:
        return f"{address} peer {address + 16}/{random.choice([24, 32])}"
    return f"{address}/{random.choice([8, 16, 24, 28, 32])}{random.choice(['', '', '', ' preferred_lft 0'])}"


def _routes(random: Random) -> list[str]:
    device = ("v0", "w0")
    defaults = [one for one in ("0.0.0.0/0", "::/0") if random.random() < 0.6]
    lines = [f"route add {one} dev {random.choice(device)}" for one in defaults]
    if random.random() < 0.2:
        lines.append("route add unreachable 2606:4700::/32")
    if random.random() < 0.2:
        lines.append("route add blackhole 8.0.0.0/8")
    if random.random() < 0.3:
        lines.append(f"route add {random.choice(['2000::/3', 'fc00::/7', '2002::/16'])} dev w0 metric 5")
    return lines


def _near(random: Random, address: str) -> str:
    """An address that shares some bits with another."""
    if ":" in address:
        return str(IPv6Address(int(IPv6Address(address)) ^ (1 << random.randint(0, 90))))
    return str(IPv4Address(int(IPv4Address(address)) ^ (1 << random.randint(0, 20))))


def _gai_conf(random: Random) -> str:
    lines = [_gai_line(random) for _ in range(random.randint(1, 6))]
    return "\n".join(lines) + random.choice(["", "\n"])


def _gai_line(random: Random) -> str:
    kind = random.choice(["label", "precedence", "precedence", "scopev4", "reload"])
    if kind == "reload":
        return random.choice(["reload no", "# a comment", "nonsense ::/0 7", "", "label"])
    prefix = random.choice(_V4_PREFIXES if kind == "scopev4" else _PREFIXES)
    value = random.choice(_VALUES)
    return f"{random.choice(['', '  '])}{kind}{random.choice([' ', chr(9)])}{prefix} {value}"


def inside(world: World, function: Callable[[], T]) -> T:
    """What `function` returns in a world of its own; needs root."""

    def run() -> T:
        with tempfile.TemporaryDirectory() as directory:
            _mount(world, Path(directory))
            _set_up(world)
            return function()

    return in_child(run, namespaces=CLONE_NEWNET | CLONE_NEWNS)


def _mount(world: World, directory: Path) -> None:
    hosts = [f"{address} {name}" for name, addresses in world.names.items() for address in addresses]
    files = {"hosts": "\n".join(hosts), "nsswitch.conf": "hosts: files", "host.conf": "multi on"}
    files["gai.conf"] = world.gai_conf or ""
    for name, text in files.items():
        (directory / name).write_text(text + "\n" if name != "gai.conf" else text)
        subprocess.run(["mount", "--bind", directory / name, f"/etc/{name}"], check=True)


def _set_up(world: World) -> None:
    _ip("link add v0 type veth peer name v1", "link add w0 type veth peer name w1", "link set lo up")
    for name in ("v0", "v1", "w0", "w1"):
        Path(f"/proc/sys/net/ipv6/conf/{name}/accept_dad").write_text("0")
        Path(f"/proc/sys/net/ipv6/conf/{name}/router_solicitations").write_text("0")
        if not any(":" in line for line in world.setup):
            Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
    _ip(*(f"link set {name} up" for name in ("v0", "v1", "w0", "w1")), *world.setup, force=True)


def _ip(*lines: str, force: bool = False) -> None:
    """Run commands of ip(8); with `force` those that the kernel refuses are passed over."""
    command = ["ip", *(["-force"] if force else []), "-batch", "-"]
    subprocess.run(
        command,
        input="\n".join(lines),
        text=True,
        check=not force,
        stderr=subprocess.DEVNULL,
    )


_ASK = """
import json, socket, sys
infos = {name: socket.getaddrinfo(name, 0, 0, socket.SOCK_STREAM) for name in sys.argv[1:]}
print(json.dumps({name: [info[4][0] for info in found] for name, found in infos.items()}))
"""


def ask_getaddrinfo(names: Sequence[str]) -> dict[str, list[str]]:
    """What getaddrinfo says in a fresh process: within one, glibc reads gai.conf but once."""
    command = [sys.executable, "-I", "-S", "-c", _ASK, *names]
    found: dict[str, list[str]] = json.loads(subprocess.check_output(command, text=True, timeout=30))
    return found
