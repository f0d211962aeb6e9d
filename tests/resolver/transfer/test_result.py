"""What comes of asking for a zone."""

from __future__ import annotations

import pytest

from netmon.resolver.answer import Record
from netmon.resolver.server import parse_server
from netmon.resolver.transfer.result import Attempt, Zone


def test_the_serial_is_the_soas() -> None:
    assert Zone("a.", (Record("a.", 1, "SOA", "ns.a. h.a. 2026112501 2 3 4 5"),), 1, 99).serial == 2026112501


@pytest.mark.parametrize(
    ("name", "server", "address", "text"),
    [
        ("ns1.example.", "tcp://192.0.2.1", "192.0.2.1", "ns1.example. (192.0.2.1)"),
        ("192.0.2.1:5300", "192.0.2.1:5300", "192.0.2.1", "192.0.2.1:5300"),
        ("tls://[::1]:853", "tls://[::1]", "::1", "tls://[::1]:853"),
        ("tls://ns.example", "tls://ns.example", None, "tls://ns.example"),
    ],
)
def test_who_it_is(name: str, server: str, address: str | None, text: str) -> None:
    assert str(Attempt(name, parse_server(server), address, 1.0)) == text
