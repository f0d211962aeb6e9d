"""A zone as its servers show it."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.answer import Configuration
from netmon.resolver.rules import live_targets
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.live_transfer import ask_for_all
from netmon.resolver.rules.live_zone import GatherError, gather
from netmon.resolver.rules.view import ZoneView
from netmon.resolver.server import Server
from tests.kernel.hosts import apart
from tests.resolver.rules.nsd import free_port, nsd, program
from tests.resolver.server import Fault, serve
from tests.sockets import listener, port_of


@pytest.mark.parametrize("name", ["a..b", "192.0.2.1", "[2001:db8::1]", "https://example.com/", ""])
def test_what_is_no_name_is_not_asked_for(name: str) -> None:
    with serve({}) as server:
        with pytest.raises(GatherError, match="bad name"):
            gather(name, [server.endpoint])
        assert server.asked == []


def test_where_there_is_no_zone() -> None:
    with (
        serve({}) as server,
        pytest.raises(GatherError, match="there is no zone that www"),
    ):
        gather("www.example.test", [server.endpoint])


@pytest.fixture
def searching(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with a search list of two."""
    with serve({"example.test.": "host A 192.0.2.1\nhost.sub A 192.0.2.2\n"}) as server:
        system = Configuration((server.endpoint,), ("elsewhere.test.", "example.test."), 2)
        monkeypatch.setattr("netmon.resolver.rules.live_zone.configuration", lambda: system)
        yield


@pytest.mark.usefixtures("searching")
def test_short_names_are_completed_by_the_search_list() -> None:
    for typed in ("host", "host.sub", "host.example.test"):
        assert gather(typed, port=1).origin == "example.test."


@pytest.mark.usefixtures("searching")
@pytest.mark.parametrize("typed", ["host.", "nope"])
def test_a_final_dot_ends_the_search_and_none_found_is_the_name_as_typed(typed: str) -> None:
    with pytest.raises(GatherError, match=rf"there is no zone that {typed.rstrip('.')}\. is in"):
        gather(typed)


HEAD = """$TTL 300
@ SOA ns hostmaster {serial} 7200 900 1209600 300
@ NS ns
ns A 127.0.0.1
ns2 A 127.0.0.2
ns3 A 127.0.0.3
ns4 A 127.0.0.4
ns5 A 127.0.0.5
www CNAME 192.0.2.9
gone CNAME x.example.net.
dark CNAME silent.example.net.
fine CNAME host.example.net.
a CNAME b
b CNAME a
post MX 10 fine
takes MX 0 .
"""
BIG = "".join(f'big TXT "{n} {"x" * 200}"\n' for n in range(20)) + 'evil TXT "\x1b]0;x\x07\xe2\x80\xae"\n'
FIRST = HEAD.format(serial=7) + "@ NS ns2\n" + BIG
RESOLVED = "\n".join(line for line in HEAD.split("\n")[3:]) + "@ NS ns2\n" + BIG
"""What the resolver knows: it begins every zone with its SOA, `ns` and the address of that."""
NET = "host A 192.0.2.1\nhost AAAA 2001:db8::1\nsilent A 192.0.2.2\n"
SILENT = {"silent.example.net.": Fault(drop=True)}


def said(view: ZoneView) -> list[tuple[str, FindingState]]:
    return [(f.check, f.state) for f in judge(view) if f.state is not FindingState.OK]


@pytest.fixture
def nsd_is_here() -> None:
    """Skips a test before it goes to a host of its own, from where it could not."""
    program()


@pytest.mark.usefixtures("nsd_is_here")
@apart
def test_two_servers_that_agree(tmp_path: Path) -> None:
    port = free_port()
    zones = {"example.test.": RESOLVED, "example.net.": NET}
    with (
        nsd(tmp_path, "127.0.0.1", port, {"example.test": FIRST}),
        nsd(tmp_path, "127.0.0.2", port, {"example.test": FIRST}),
        serve(zones, SILENT) as resolver,
    ):

        def look(name: str) -> ZoneView:
            return gather(name, [resolver.endpoint], port)

        whole = look("fine.example.test")
        assert [finding.check for finding in judge(whole)] == [
            "servers",
            "cname",
            "targets",
            "ttl",
            "mail",
            "apex",
        ]
        assert said(whole) == []
        assert {(server.authoritative, server.serial) for server in whole.servers} == {(True, 7)}
        assert {entry.ttl for entry in whole.entries} == {300}
        assert said(look("example.test")) == []
        assert said(look("takes.example.test")) == []
        assert said(look("nothing.here.example.test")) == []
        big = look("big.example.test")
        assert len([entry for entry in big.entries if entry.type == "TXT"]) == 20, "over TCP"
        evil = look("evil.example.test")
        assert evil.entries[-1].data == r'"\027]0;x\007\226\128\174"'

        assert said(look("www.example.test")) == [("target-is-address", FindingState.FAIL)]
        assert said(look("gone.example.test")) == [("dangling", FindingState.FAIL)]
        assert said(look("dark.example.test")) == [("dangling", FindingState.UNKNOWN)]
        assert said(look("a.example.test")) == [("cname-loop", FindingState.FAIL)]
        assert said(look("post.example.test")) == [("mx-to-cname", FindingState.FAIL)]


@pytest.mark.usefixtures("nsd_is_here")
@apart
def test_servers_that_differ_are_lame_are_silent_and_have_private_addresses(tmp_path: Path) -> None:
    port = free_port()
    more = "".join(f"@ NS ns{n}\n" for n in (3, 4, 5))
    with (
        nsd(tmp_path, "127.0.0.1", port, {"example.com": FIRST + more}),
        nsd(tmp_path, "127.0.0.2", port, {"example.com": HEAD.format(serial=6)}),
        nsd(tmp_path, "127.0.0.3", port, {"other.test": FIRST}),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf,
        serve({"example.com.": RESOLVED + more, "example.net.": NET}) as resolver,
    ):
        deaf.bind(("127.0.0.4", port))
        view = gather("fine.example.com", [resolver.endpoint], port)
    lame = {f.evidence: f.state for f in judge(view) if f.check == "lame-server"}
    assert lame == {
        "ns3.example.com. (127.0.0.3) answers REFUSED": FindingState.FAIL,
        "ns4.example.com. (127.0.0.4) was silent": FindingState.UNKNOWN,
        "ns5.example.com. (127.0.0.5) refuses: nothing serves port 53 there": FindingState.FAIL,
    }
    others = Counter(found for found in said(view) if found[0] != "lame-server")
    assert others == {
        ("serial-differs", FindingState.WARN): 1,
        ("ns-set-differs", FindingState.WARN): 1,
        ("private-ns-address", FindingState.WARN): 5,
    }


@apart
def test_where_no_server_answers_nothing_is_called_sound(tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf,
        serve({"example.test.": "www CNAME ns\n"}) as resolver,
    ):
        deaf.bind(("127.0.0.1", 0))
        view = gather("www.example.test", [resolver.endpoint], port_of(deaf))
    assert view.is_unanswered
    assert said(view) == [("lame-server", FindingState.UNKNOWN)]


def test_it_can_be_given_up_at_any_moment() -> None:
    deaf = {f"{name}example.test.": Fault(drop=True) for name in ("", "www.")}
    with serve({}, deaf) as server:
        stop = Event()
        given_up = Timer(0.2, stop.set)
        given_up.start()
        started = time.monotonic()
        with pytest.raises(GatherError):
            gather("www.example.test", [server.endpoint], stop=stop)
        given_up.join()
        assert time.monotonic() - started < live_targets.TIMEOUT_S
        assert server.asked, "it had begun"


def test_once_it_is_given_up_nobody_is_asked_for_the_whole_zone() -> None:
    stop = Event()
    stop.set()
    with listener() as server:
        asked = [(f"ns{n}.example.test.", Server("tcp", "127.0.0.1", port_of(server))) for n in range(3)]
        attempts = ask_for_all("example.test.", asked, None, stop)
        assert all(attempt.zone is None and attempt.error for attempt in attempts)
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
