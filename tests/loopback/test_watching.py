"""What the checks read is watched: files, routes, addresses and listeners."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from netmon.loopback.watching import FILES, Watcher
from netmon.model.process import Owner, Process
from tests.kernel.machines import Machine, on_machine
from tests.loopback.staged import listener


def test_the_first_look_and_one_without_news_tell_nothing() -> None:
    watcher = Watcher()
    assert watcher.changed([listener("::1")], {"::1": "lo"}) == ()
    assert watcher.changed([listener("::1")], {"::1": "lo"}) == ()


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    """A file that is watched, an hour old."""
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost\n")
    os.utime(path, (1, 1))
    return path


def test_a_file_that_is_written(hosts: Path) -> None:
    watcher = Watcher([str(hosts)])
    watcher.changed()
    hosts.write_text("127.0.0.2 localhost\n")
    assert watcher.changed() == (str(hosts),)
    assert watcher.changed() == ()


def test_a_file_that_is_replaced_by_one_of_the_same_age(hosts: Path) -> None:
    watcher = Watcher([str(hosts)])
    watcher.changed()
    other = hosts.with_name("new")
    other.write_bytes(hosts.read_bytes())
    os.utime(other, (1, 1))
    other.rename(hosts)
    assert watcher.changed() == (str(hosts),)


def test_a_file_that_goes_and_comes(hosts: Path) -> None:
    watcher = Watcher([str(hosts)])
    watcher.changed()
    hosts.unlink()
    assert watcher.changed() == (str(hosts),)
    assert watcher.changed() == ()
    hosts.write_text("")
    assert watcher.changed() == (str(hosts),)


def test_addresses_and_listeners_that_come_and_go() -> None:
    watcher = Watcher(())
    watcher.changed([listener("::1")], {"::1": "lo"})
    assert watcher.changed([listener("::1")], {}) == ("the addresses",)
    assert watcher.changed([listener("::", v6only=True)], {}) == ("the listeners",)
    assert watcher.changed() == ("the listeners",)


def test_a_queue_that_fills_is_no_news() -> None:
    watcher = Watcher(())
    watcher.changed([listener("::1")])
    assert watcher.changed([listener("::1", receive_queue=17)]) == ()


def test_what_the_checks_open_themselves_is_no_news() -> None:
    watcher = Watcher(())
    watcher.changed([listener("::1")])
    ours = listener("::", 1, True, Owner((Process(os.getpid(), "netmon"),)))
    assert watcher.changed([listener("::1"), ours]) == ()


def test_everything_that_the_checks_read_is_watched() -> None:
    assert set(FILES) >= {"/etc/hosts", "/etc/gai.conf", "/etc/nsswitch.conf", "/etc/resolv.conf"}


@pytest.mark.root
def test_a_default_route_that_goes() -> None:
    def look() -> tuple[tuple[str, ...], ...]:
        watcher = Watcher()
        first = watcher.changed()
        subprocess.run(["ip", "-6", "route", "del", "default"], check=True)
        second = watcher.changed()
        subprocess.run(["ip", "route", "del", "default"], check=True)
        return first, second, watcher.changed(), watcher.changed()

    assert on_machine(Machine(), look) == ((), ("the routes",), ("the routes",), ())
