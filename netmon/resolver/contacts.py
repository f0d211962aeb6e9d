"""Which connections this machine has to some addresses, and whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from netmon.model.connection import Connection
from netmon.model.text import clean


class Contact(NamedTuple):
    """Connections of this machine with one address."""

    address: str
    process: str
    """Safe to print; empty where it is not known whose they are."""
    connections: int


def contacts_with(addresses: Collection[str], connections: Iterable[Connection]) -> tuple[Contact, ...]:
    """Those with an address, the most first; of each process its own.

    Args:
        addresses: in their shortest form.
        connections: any, one pass is made over them.
    """
    found = Counter(
        (each.socket.remote.address, _whose(each))
        for each in connections
        if each.socket.remote is not None and each.socket.remote.address in addresses
    )
    return tuple(Contact(address, whose, number) for (address, whose), number in found.most_common())


def _whose(connection: Connection) -> str:
    process = connection.owner.process
    if process is not None:
        return f"{clean(process.name, 60)} ({process.pid})"
    return clean(connection.owner.unit or "", 60)
