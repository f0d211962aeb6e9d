"""Addresses, networks, ports and numbers as the filter language writes them, turned into fast tests."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from socket import AF_INET, AF_INET6, getservbyname, inet_pton
from typing import NamedTuple

from netmon.model.text import clean

AddressTest = Callable[[str], bool]
NumberTest = Callable[[int], bool]

_RANGE = re.compile(r"([0-9]{1,10})-([0-9]{1,10})")
_COMPARISON = re.compile(r"(>=|<=|>|<|=?)([0-9]{1,10})")

_REMEMBERED = 16384
"""Addresses whose membership in a network is remembered."""


class AddressWord(NamedTuple):
    """An address, with a port where one was written: `::1`, `[::1]:443`, `10.0.0.1:443`."""

    matches: AddressTest
    port: int | None


def parse_address_word(text: str) -> AddressWord | None:
    """The address that a word with a colon or a prefix length is, or None if it is something else."""
    if ":" not in text and "/" not in text:
        return None
    try:
        return AddressWord(address_test(text), None)
    except ValueError:
        pass
    host, _, port = text.rpartition(":")
    if not _is_port(port) or (":" in host and not host.startswith("[")):
        return None
    try:
        return AddressWord(address_test(host), int(port))
    except ValueError:
        return None


def address_test(text: str) -> AddressTest:
    """A test for one address, or for the addresses of a network; brackets are allowed.

    Raises:
        ValueError: `text` is neither.
    """
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if "%" in text:
        raise ValueError("an address is written without its zone")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("not an address and not a network such as 10.0.0.0/8") from None
    network = _unmapped(network)
    if network.prefixlen == network.max_prefixlen:
        return str(network.network_address).__eq__
    return _membership(network)


def _unmapped(
    network: ipaddress.IPv4Network | ipaddress.IPv6Network,
) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """A network of v4-mapped addresses as IPv4, which is how endpoints are written."""
    mapped = network.network_address
    if isinstance(mapped, ipaddress.IPv6Address) and mapped.ipv4_mapped and network.prefixlen >= 96:
        return ipaddress.IPv4Network((mapped.ipv4_mapped, network.prefixlen - 96))
    return network


def _membership(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> AddressTest:
    """A test by mask, since `ipaddress` takes several times as long for each address."""
    family = AF_INET if network.version == 4 else AF_INET6
    mask, base = int(network.netmask), int(network.network_address)
    known: dict[str, bool] = {}

    def matches(address: str) -> bool:
        inside = known.get(address)
        if inside is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            number = _number(family, address)
            inside = known[address] = number is not None and number & mask == base
        return inside

    return matches


def _number(family: int, address: str) -> int | None:
    """The address as a number, or None if it is of the other family."""
    if (":" in address) != (family == AF_INET6):
        return None
    try:
        return int.from_bytes(inet_pton(family, address))
    except OSError:
        return None


def number_test(text: str, largest: int = 2**32, noun: str = "number") -> NumberTest:
    """A test for `443`, `8000-9000`, `>1024`, `>=`, `<` or `<=`.

    Raises:
        ValueError: it is none of these, or beyond `largest`.
    """
    if span := _RANGE.fullmatch(text):
        low, high = int(span[1]), _bounded(int(span[2]), largest, noun)
        if low > high:
            raise ValueError(f"the range {text} ends before it begins")
        return lambda number: low <= number <= high
    comparison = _COMPARISON.fullmatch(text)
    if comparison is None:
        raise ValueError(f"{clean(text, 40)} is not a {noun}, nor a range such as 8000-9000 or >1024")
    limit = _bounded(int(comparison[2]), largest, noun)
    return _compare(comparison[1], limit)


def port_test(text: str) -> NumberTest:
    """As `number_test`, for ports, which may also be named by their service.

    Raises:
        ValueError: it is no port and no service that this machine knows.
    """
    if not text[:1].isalpha():
        return number_test(text, 65535, "port")
    ports = {port for protocol in ("tcp", "udp") if (port := _service_port(text, protocol)) is not None}
    if not ports:
        raise ValueError(f"{clean(text, 40)} is not a port, and no service of that name is known here")
    return ports.__contains__


def _service_port(name: str, protocol: str) -> int | None:
    try:
        return getservbyname(name.lower(), protocol)
    except (OSError, ValueError):  # unknown here, or not a name at all (a NUL in it)
        return None


def _compare(operator: str, limit: int) -> NumberTest:
    # The integers' own methods cost half of a lambda; they are turned around: limit < number.
    above: dict[str, NumberTest] = {">": limit.__lt__, ">=": limit.__le__}
    below: dict[str, NumberTest] = {"<": limit.__gt__, "<=": limit.__ge__}
    return {**above, **below}.get(operator, limit.__eq__)


def _bounded(number: int, largest: int, noun: str) -> int:
    if number > largest:
        raise ValueError(f"{number} is too large for a {noun}: at most {largest}")
    return number


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535
