"""What getaddrinfo says, or why it says nothing."""

from __future__ import annotations

import socket
from threading import Event

import pytest

from netmon.loopback.resolving import resolve, with_zone


def test_localhost_resolves_to_loopback_here() -> None:
    found = resolve("localhost")
    assert found.error is None
    assert set(found.addresses) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("name", ["a" * 70, "a\0b", "not a name"])
def test_a_name_that_does_not_resolve_says_why(name: str) -> None:
    found = resolve(name, socket.AI_NUMERICHOST)
    assert found.addresses == ()
    assert found.error


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    # No real resolver hangs on demand without a packet leaving the machine.
    release = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [release.wait(10)][:0])
    found = resolve("localhost", timeout_s=0.05)
    release.set()
    assert found.error == "no answer within 0.05 s"


def test_a_zone_is_kept_beside_the_address() -> None:
    found = resolve("fe80::1%1")
    assert found.addresses == ("fe80::1",)
    assert found.zoned == (f"fe80::1%{socket.if_indextoname(1)}",)


def test_a_zone_without_its_interface_stays_a_number() -> None:
    assert with_zone("fe80::1", 0, 0, 4242) == "fe80::1%4242"
    assert with_zone("127.0.0.1", 0) == "127.0.0.1"
