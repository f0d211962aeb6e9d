"""The kernel's tables of addresses and routes, as captured and as anything at all."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.kernel_tables import (
    Address6,
    default_routes4,
    default_routes6,
    parse_if_inet6,
)

ADDRESSES = """\
fd000000000000000000000000000002 04 40 00 82     eth0
00000000000000000000000000000001 01 80 10 80       lo
20010db800010000000000000000beef 02 40 00 21     wlan0
"""
ROUTES4 = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
bad0\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0
"""
ZERO = "0" * 32
ROUTES6 = f"""\
{ZERO} 00 {ZERO} 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0
fd000000000000000000000000000000 40 {ZERO} 00 {ZERO} 00000100 00000001 00000000 00000001     eth0
{ZERO} 00 {ZERO} 00 {ZERO} ffffffff 00000001 00000000 00200200       lo
{ZERO} 00 {ZERO} 00 {ZERO} 00000400 00000002 00000000 00200201     dead0
"""


def test_addresses_with_their_flags() -> None:
    assert parse_if_inet6(ADDRESSES) == (
        Address6("fd00::2", "eth0", 64, temporary=False, deprecated=False),
        Address6("::1", "lo", 128, temporary=False, deprecated=False),
        Address6("2001:db8:1::beef", "wlan0", 64, temporary=True, deprecated=True),
    )


def test_default_routes_that_lead_somewhere() -> None:
    assert default_routes4(ROUTES4) == ("eth0",)
    assert default_routes6(ROUTES6) == ("eth0",)
    assert default_routes4("") == default_routes6("") == ()


@given(st.text(alphabet=st.sampled_from("0123456789abcdefxyz \t\n-"), max_size=400) | st.text())
def test_any_text_is_read(text: str) -> None:
    for entry in parse_if_inet6(text):
        assert ipaddress.ip_address(entry.address).version == 6
    assert "lo" not in default_routes6(text)
    assert isinstance(default_routes4(text), tuple)


@given(st.ip_addresses(v=6), st.integers(0, 255), st.integers(0, 128))
def test_what_the_kernel_writes_is_read(address: ipaddress.IPv6Address, flags: int, length: int) -> None:
    (entry,) = parse_if_inet6(f"{int(address):032x} 04 {length:02x} 00 {flags:02x}     eth0\n")
    assert (entry.address, entry.prefix_length) == (str(address), length)
    assert (entry.temporary, entry.deprecated) == (bool(flags & 1), bool(flags & 32))
