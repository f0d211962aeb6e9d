"""A zone judged by its name or by its file."""

from __future__ import annotations

import os
import time
from pathlib import Path
from threading import Event

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.answer import Configuration
from netmon.resolver.enquiry import Enquiry
from netmon.resolver.rules.live_zone import GatherError
from netmon.resolver.rules.ruling import names_file, rule
from netmon.resolver.rules.zone_open import ZoneFileError
from netmon.resolver.server import Server
from tests.resolver.rules.zones import HEAD
from tests.resolver.server import serve


def test_a_file_is_judged_where_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "example.com.zone"
    path.write_text(HEAD + "www CNAME 192.0.2.9\n")
    ruling = rule(Enquiry(str(path)))
    assert (ruling.zone, ruling.servers, ruling.answered) == ("example.com.", 0, 0)
    assert (ruling.findings[0].check, ruling.findings[0].state) == ("target-is-address", FindingState.FAIL)
    assert ruling.took_s > 0


def test_what_a_file_is_and_what_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "example.com").write_text("x")
    os.mkfifo(tmp_path / "fifo")
    assert names_file("./example.com")
    assert names_file(str(tmp_path / "example.com"))
    for other in ("example.com", "./none", ".", "./fifo", "https://example.com/", "a\0/b"):
        assert not names_file(other)


def test_a_file_without_a_record_and_what_is_neither(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    with pytest.raises(ZoneFileError, match="holds no record"):
        rule(Enquiry(str(path)))
    with pytest.raises(GatherError, match="bad name"):
        rule(Enquiry("./none"))


def test_what_is_given_up_ends_at_once() -> None:
    stop = Event()
    stop.set()
    started = time.monotonic()
    with pytest.raises(GatherError):
        rule(Enquiry("www.example.test"), stop)
    assert time.monotonic() - started < 2


def test_the_servers_that_were_asked_are_those_who_know_of_the_zone() -> None:
    with serve({}) as server:
        address, port = server.endpoint
        servers = (Server("tls", "192.0.2.1", 853), Server("udp", address, port))
        with pytest.raises(GatherError, match="there is no zone"):
            rule(Enquiry("www.example.test", servers=servers))
        assert server.asked


def test_the_servers_of_this_machine_are_asked_beside_those_that_were_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serve({}) as server, serve({}) as named:
        own = Configuration((server.endpoint,))
        monkeypatch.setattr("netmon.resolver.rules.ruling.configuration", lambda: own)
        servers = (Server("system"), Server("udp", named.endpoint.address, named.endpoint.port))
        with pytest.raises(GatherError, match="there is no zone"):
            rule(Enquiry("www.example.test", servers=servers))
        assert server.asked
        assert named.asked
