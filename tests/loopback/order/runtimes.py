"""A runtime that is installed here against its profile, in made-up worlds; by hand, as root:

    python -m tests.loopback.order.runtimes Node.js node lookup.js

The command is given names, and prints a line for each: the name, then its addresses in the runtime's order.
"""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from collections.abc import Sequence

from netmon.loopback.order.profiles import PROFILES
from netmon.loopback.order.situation import read_machine
from tests.loopback.order.worlds import World, inside, made_up

WORLDS = 40
BROADCAST = "255.255.255.255"
"""Reachable for sockets that may broadcast, which is not what is to be compared."""


def differences(profile: str, command: Sequence[str], world: World) -> list[str]:
    """The names of a world that the command orders in another way than the profile."""
    order = next(one.order for one in PROFILES if one.name == profile)

    def work() -> list[str]:
        said = subprocess.check_output([*command, *world.names], text=True, timeout=60)
        found = {name: addresses for name, *addresses in map(str.split, said.splitlines())}
        machine = read_machine()
        return [
            f"{name}: {found.get(name)} is not {modelled}"
            for name, addresses in world.names.items()
            if BROADCAST not in addresses
            and _spelt(found.get(name, ())) != _spelt(modelled := order(machine.situation(addresses)))
        ]

    return inside(world, work)


def _spelt(addresses: Sequence[str]) -> list[object]:
    return [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]


def main(profile: str, *command: str) -> None:
    """Compare, and print what differs."""
    found = [line for seed in range(WORLDS) for line in differences(profile, command, made_up(seed))]
    print("\n".join(found) or f"{profile} is as modelled in {WORLDS} worlds")


if __name__ == "__main__":
    main(*sys.argv[1:])
