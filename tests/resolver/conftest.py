"""A zone that is served, and an authority whose certificates its servers have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.resolver.authority import Authority, Certificate
from tests.resolver.patience import lose_patience
from tests.resolver.server import Fault, Server, serve

WIDE_ZONE = """
www   CNAME host
host  A     192.0.2.1
host  A     192.0.2.2
host  AAAA  2001:db8::1
host  TXT   "hi \\027[31m there"
lame  CNAME gone
""" + "".join(f"big TXT {'x' * 200}{n}\n" for n in range(280))

WIDE_FAULTS = {
    "big.wide.test.": Fault(truncate=True),
    "drop.wide.test.": Fault(drop=True),
    "half.wide.test.": Fault(drop=True, kinds=frozenset({"AAAA"})),
    "noise.wide.test.": Fault(garbage=b"\x00\x01garbage", only_garbage=True),
    "old.wide.test.": Fault(no_edns=True),
}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    lose_patience(monkeypatch)


@pytest.fixture(scope="module")
def wide() -> Iterator[Server]:
    """A server over UDP and TCP; not for longer, as its threads keep the pilots of later tests waiting."""
    zone = WIDE_ZONE + "half A 192.0.2.5\nold A 192.0.2.6\n"
    with serve({"wide.test.": zone}, WIDE_FAULTS) as running:
        yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs the servers' certificates."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Certificate:
    """Good for localhost by name and by IPv4 address."""
    return authority.certificate("localhost", "127.0.0.1")


@pytest.fixture(scope="session")
def ca_file(authority: Authority) -> str:
    """What to trust."""
    path: Path = authority.path
    return str(path)
