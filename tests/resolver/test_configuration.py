"""A resolv.conf as it should be, and why another is of no use."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.model.endpoint import Endpoint
from netmon.resolver.configuration import configuration


def test_configuration_reads_servers_and_search(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text(
        "nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch a.test b.test.\noptions ndots:3\n"
    )
    found = configuration(str(path))
    assert found.servers == (Endpoint("192.0.2.53", 53), Endpoint("2001:db8::53", 53))
    assert (found.search, found.ndots, found.error) == (("a.test.", "b.test."), 3, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# empty\n", "names none"),
        (None, "cannot be opened"),
        ("nameserver \x1b[2Jevil\n", "could not be understood"),
        ("nameserver 192.0.2.1\nsearch a..b\n", "could not be understood"),
    ],
)
def test_a_configuration_that_cannot_be_used_says_why(tmp_path: Path, text: str | None, reason: str) -> None:
    path = tmp_path / "resolv.conf"
    if text is not None:
        path.write_text(text)
    found = configuration(str(path))
    assert found.servers == ()
    assert reason in (found.error or "")
    assert (found.error or "").isprintable()
