"""A connection whose bytes are known, and silence that is believed sooner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commands.meeting import Pair, meet, server_alone
from tests.resolver.patience import lose_patience
from tests.sockets import receive_exactly


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    lose_patience(monkeypatch)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A connection that carried 5,000 bytes to its server and 300 back."""
    with server_alone() as listening:
        client, server = meet(listening)
    with client, server:
        client.sendall(b"x" * 5000)
        receive_exactly(server, 5000)
        server.sendall(b"y" * 300)
        receive_exactly(client, 300)
        yield client, server
