"""What programs get beside what DNS says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.system.application import Application, Asked, against, hosts_entries, hosts_names
from netmon.resolver.transport.exchange import Deadline

HOSTS = """# 192.0.2.1 commented.test
192.0.2.2 one.test two.test # three.test
2001:db8::2\tTWO.test
broken
"""


@pytest.fixture
def hosts(tmp_path: Path) -> str:
    path = tmp_path / "hosts"
    path.write_text(HOSTS)
    return str(path)


def test_the_c_library_is_asked() -> None:
    found = Asked("localhost").result(Deadline.after(5))
    assert "127.0.0.1" in found.addresses
    assert found.error is None
    assert Asked("x" * 70).result(Deadline.after(5)).error is not None


def test_it_is_waited_for_no_longer_than_asked() -> None:
    assert "silent" in (Asked("nothing.invalid").result(Deadline.after(0)).error or "silent")


def test_the_hosts_file(hosts: str) -> None:
    assert hosts_entries("two.test.", hosts) == ("192.0.2.2", "2001:db8::2")
    for name in ("commented.test", "three.test", "broken", ""):
        assert hosts_entries(name, hosts) == ()
    assert hosts_entries("one.test", hosts + ".missing") == ()


@given(text=st.text())
def test_any_hosts_file(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("hosts") / "hosts"
    path.write_text(text, encoding="utf-8", errors="replace")
    assert all(address.isprintable() for address in hosts_entries("a", str(path)))


def test_what_made_the_difference(hosts: str) -> None:
    found = Application(("192.0.2.2",))
    assert against(found, "one.test", {"192.0.2.2"}, hosts).differs is False
    assert against(found, "one.test", None, hosts).differs is None
    other = against(found, "one.test", {"192.0.2.9"}, hosts)
    assert (other.differs, other.source) == (True, f"{hosts} has 192.0.2.2 for it")
    assert "nsswitch" in against(found, "x.test", {"192.0.2.9"}, hosts).source
    assert "RFC 6761" in against(Application(("127.0.0.1",)), "a.localhost", set(), hosts).source


def test_no_answer_beside_an_answer(hosts: str) -> None:
    none = Application(error="Name or service not known")
    assert against(none, "x.test", {"192.0.2.9"}, hosts).differs is True
    assert against(none, "x.test", set(), hosts).differs is False


def test_the_names_of_the_hosts_file_once_each(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost a\n# 1 no\n::1 localhost ip6 # not this\n\n", encoding="utf-8")
    assert hosts_names(str(path)) == ("localhost", "a", "ip6")
    assert hosts_names(str(tmp_path / "none")) == ()
