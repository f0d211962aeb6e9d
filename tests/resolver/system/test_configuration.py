"""A resolv.conf as it should be, and why another is of no use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dns.name
import dns.resolver
import pytest

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Configuration
from netmon.resolver.system.configuration import configuration, from_resolver


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


def test_nobody_pays_for_what_only_windows_needs(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 192.0.2.1\nsearch a.test\n")
    code = (
        "import sys; from netmon.resolver.system.configuration import configuration;"
        f"assert configuration({str(path)!r}).search; sys.exit('dns.resolver' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_dnspython_found_in_the_registry() -> None:
    found = dns.resolver.Resolver(configure=False)
    found.nameservers = ["192.0.2.1", "https://192.0.2.2/dns-query"]
    found.domain = dns.name.from_text("a.test")
    assert from_resolver(found) == Configuration(
        (Endpoint("192.0.2.1", 53),), ("a.test.",), source="registry"
    )
    found.nameservers = []
    assert from_resolver(found).error == "no nameservers: the registry names none"


def test_on_windows_the_registry_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    found = dns.resolver.Resolver(configure=False)
    found.nameservers = ["192.0.2.1"]
    monkeypatch.setattr(dns.resolver, "Resolver", lambda: found)
    assert configuration().servers == (Endpoint("192.0.2.1", 53),)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 192.0.2.1\nsearch a.test\n")
    found = configuration(str(path), {"LOCALDOMAIN": "b.test", "RES_OPTIONS": "ndots:3"})
    assert (found.search, found.ndots) == (("b.test.",), 3)
