"""Who gets to a socket, for each kind of binding."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from netmon.ports.reach.classes import reach

BOTH = {"127.0.0.1": "lo", "::1": "lo", "10.0.0.5": "eth0", "2001:db8::5": "eth0", "10.9.0.1": "wg0"}
ONLY4 = {"127.0.0.1": "lo", "10.0.0.5": "eth0"}
LINK_LOCAL = {"127.0.0.1": "lo", "::1": "lo", "10.0.0.5": "eth0", "fe80::5": "eth0"}
Y, N, U = True, False, None


@pytest.mark.parametrize(
    ("address", "v6only", "interface", "addresses", "expected"),
    [
        ("0.0.0.0", None, None, BOTH, (Y, N, Y, N)),
        ("::", False, None, BOTH, (Y, Y, Y, Y)),
        ("::", True, None, BOTH, (N, Y, N, Y)),
        ("::", None, None, BOTH, (U, Y, U, Y)),
        ("::", False, None, ONLY4, (Y, N, Y, N)),
        ("::", False, None, LINK_LOCAL, (Y, Y, Y, Y)),
        ("::", None, None, {"::1": "lo"}, (N, Y, N, N)),
        ("127.0.0.1", None, None, BOTH, (Y, N, N, N)),
        ("127.0.0.53", None, "lo", BOTH, (N, N, N, N)),
        ("::1", True, None, BOTH, (N, Y, N, N)),
        ("10.0.0.5", None, None, BOTH, (N, N, Y, N)),
        ("2001:db8::5", True, None, BOTH, (N, N, N, Y)),
        ("10.0.0.5", None, "eth0", BOTH, (N, N, Y, N)),
        ("10.0.0.5", None, "lo", BOTH, (N, N, N, N)),
        ("10.0.0.5", None, "wg0", BOTH, (N, N, U, N)),
        ("192.0.2.77", None, None, BOTH, (N, N, N, N)),
        ("192.0.2.77", None, None, {}, (N, N, Y, N)),
        ("224.0.0.251", None, None, BOTH, (N, N, Y, N)),
        ("ff02::fb", None, None, BOTH, (N, N, N, Y)),
        ("0.0.0.0", None, "lo", BOTH, (Y, N, N, N)),
        ("0.0.0.0", None, "eth0", BOTH, (N, N, Y, N)),
        ("::", False, "wg0", BOTH, (N, N, Y, N)),
        ("127.0.0.1", None, "eth0", BOTH, (N, N, N, N)),
        ("0.0.0.0", None, None, {}, (Y, N, U, N)),
        ("::", False, None, {}, (Y, U, U, U)),
        ("::", True, None, {}, (N, U, N, U)),
        ("::", False, "eth0", {}, (U, U, U, U)),
    ],
)
def test_reach(
    address: str,
    v6only: bool | None,
    interface: str | None,
    addresses: Mapping[str, str],
    expected: tuple[bool | None, ...],
) -> None:
    assert reach(address, v6only, interface, addresses) == expected


def test_the_names_in_json() -> None:
    found = reach("127.0.0.1", None, None, BOTH).as_dict()
    assert found == {"127.0.0.1": True, "::1": False, "lan4": False, "lan6": False}
