"""Addresses as psutil spells them on every system, in the one spelling netmon compares by."""

from __future__ import annotations

import pytest

from netmon.collectors.psutil_addresses import plain_address, read_addresses


@pytest.mark.parametrize(
    ("text", "family", "plain"),
    [
        ("127.0.0.1", 4, "127.0.0.1"),
        ("*", 4, "0.0.0.0"),
        ("*", 6, "::"),
        ("::", 6, "::"),
        ("::ffff:10.0.0.1", 6, "10.0.0.1"),
        ("::FFFF:a00:1", 6, "10.0.0.1"),
        ("fe80::1%lo0", 6, "fe80::1"),
        ("fe80::1%50%", 6, "fe80::1"),
        ("fe80:4::aede:48ff:fe00:1122", 6, "fe80::aede:48ff:fe00:1122"),
        ("ff02:5::fb", 6, "ff02::fb"),
        ("2001:DB8:4:0::1", 6, "2001:db8:4::1"),
    ],
)
def test_plain_address(text: str, family: int, plain: str) -> None:
    assert plain_address(text, family, embeds_zone=True) == plain


def test_only_where_zones_are_embedded_are_they_taken_out() -> None:
    assert plain_address("fe80:4::1", 6, embeds_zone=False) == "fe80:4::1"


def test_the_addresses_of_this_machine_come_with_their_interface() -> None:
    assert read_addresses()["127.0.0.1"] == "lo"
