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
        ("nameserver 192.0.2.53.\nsearch a..b\n", "could not be understood"),
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


@pytest.mark.parametrize("bad", ["search a..b", "nameserver \x1b[2Jevil", "domain " + "x" * 64])
def test_one_bad_line_does_not_spoil_the_others(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text(f"search a.test\nnameserver 192.0.2.1\n{bad}\nnameserver 192.0.2.2\noptions ndots:2\n")
    found = configuration(str(path))
    assert found.servers == (Endpoint("192.0.2.1", 53), Endpoint("192.0.2.2", 53))
    assert (found.search, found.ndots, found.error) == (("a.test.",), 2, None)
    (ignored,) = found.ignored
    assert ignored.startswith(bad.split()[0])
    assert ignored.isprintable()


def test_a_comment_in_another_encoding_spoils_nothing(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_bytes("# für zu Hause\nnameserver 192.0.2.1\n".encode("latin-1"))
    found = configuration(str(path))
    assert (found.servers, found.ignored) == ((Endpoint("192.0.2.1", 53),), ())
