"""The servers of this machine, and those behind a stub."""

from __future__ import annotations

from pathlib import Path

from netmon.resolver.server import Server
from netmon.resolver.system.servers import system


def test_servers_search_list_and_what_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 192.0.2.1\nnameserver ::1\nsearch a.test b.test\nnameserver none\n")
    found = system(str(path))
    assert found.servers == (Server("udp", "192.0.2.1", 53), Server("udp", "::1", 53))
    assert (found.search, found.ndots, found.error) == (("a.test.", "b.test."), 1, None)
    assert found.notes == (f"{path}: passed over 'nameserver none', which makes no sense",)


def test_who_is_behind_systemd_resolved(tmp_path: Path) -> None:
    path, behind = tmp_path / "resolv.conf", tmp_path / "behind.conf"
    path.write_text("nameserver 127.0.0.53\n")
    (note,) = system(str(path), str(behind)).stubs
    assert note.startswith("127.0.0.53 is systemd-resolved; which servers are behind it is not known")
    behind.write_text("nameserver 192.0.2.1\nnameserver 192.0.2.2\n")
    (note,) = system(str(path), str(behind)).stubs
    assert note.startswith("127.0.0.53 is systemd-resolved, which asks 192.0.2.1, 192.0.2.2 (")


def test_no_configuration_is_no_crash(tmp_path: Path) -> None:
    found = system(str(tmp_path / "none"))
    assert found.servers == ()
    assert "no nameservers" in (found.error or "")


def test_who_is_in_the_file_and_never_asked(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("".join(f"nameserver 192.0.2.{n}\n" for n in range(1, 5)))
    (note,) = system(str(path)).notes
    assert note == f"{path}: programs here never ask 192.0.2.4: the C library takes 3 servers"
