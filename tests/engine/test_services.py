"""Names of ports, and of which port of a connection."""

from __future__ import annotations

import socket

import pytest

from netmon.engine.services import service_name, service_of
from netmon.model.connection import Direction
from tests.engine.staged import listening, tcp, uncounted


def test_names_are_those_of_the_services_database() -> None:
    assert service_name(443, "tcp") == socket.getservbyport(443, "tcp") == "https"
    assert service_name(53, "udp") == "domain"


@pytest.mark.parametrize("port", [0, 50123, 70000])
def test_a_port_without_a_name_has_none(port: int) -> None:
    assert service_name(port, "tcp") is None


def test_a_name_of_the_database_is_strangers_text(monkeypatch: pytest.MonkeyPatch) -> None:
    service_name.cache_clear()
    monkeypatch.setattr(socket, "getservbyport", lambda port, protocol: "evil\x1b[31m" + "x" * 100)
    try:
        name = service_name(4242, "tcp")
    finally:
        service_name.cache_clear()
    assert name is not None
    assert "\x1b" not in name
    assert len(name) <= 64


@pytest.mark.parametrize(
    ("local", "remote", "direction", "service"),
    [
        ("10.0.0.5:22", "10.0.0.9:443", Direction.INBOUND, "ssh"),
        ("10.0.0.5:22", "10.0.0.9:443", Direction.OUTBOUND, "https"),
        ("10.0.0.5:50123", "10.0.0.9:443", Direction.INBOUND, None),
        ("10.0.0.5:22", "10.0.0.9:50123", Direction.OUTBOUND, None),
        ("10.0.0.5:22", "10.0.0.9:50123", Direction.UNKNOWN, "ssh"),
        ("10.0.0.5:50123", "10.0.0.9:443", Direction.UNKNOWN, "https"),
    ],
)
def test_the_service_is_that_of_the_side_that_was_connected_to(
    local: str, remote: str, direction: Direction, service: str | None
) -> None:
    assert service_of(tcp(local, remote), direction) == service


def test_a_listener_offers_its_own_port() -> None:
    assert service_of(listening("0.0.0.0:22"), Direction.UNKNOWN) == "ssh"
    assert service_of(uncounted("0.0.0.0:53", None, protocol="udp"), Direction.UNKNOWN) == "domain"
