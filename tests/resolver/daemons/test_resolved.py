"""netmon on a machine with systemd-resolved and a VPN that is for one domain only."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from netmon.resolver.system.scope_source import Scoped, ask, source_here
from tests.kernel.hosts import Host, on_two_hosts
from tests.program import Answer, netmon
from tests.resolver.daemon import find
from tests.resolver.daemons.resolved import bus, mount_over, prepare, resolved, tell
from tests.resolver.server import serve_udp
from tests.sockets import CLONE_NEWNS, NOBODY, in_child, unshare

pytestmark = pytest.mark.root

_SETTINGS = "[Resolve]\nDNS=127.0.0.9\nLLMNR=no\nMulticastDNS=no\nCache=no\nDNSSEC=no\n"
_FILES = {"resolv.conf": "nameserver 127.0.0.53\noptions edns0\nsearch vpn.corp.test\n",
          "nsswitch.conf": "hosts: files dns\n", "hosts": "127.0.0.1 localhost\n"}  # fmt: skip


def with_a_vpn(directory: Path, look: Callable[[], Any]) -> Any:
    """What `look` sees where the far end of the cable serves corp.test, and 127.0.0.9 everything else."""
    for program in ("systemd-resolved", "resolvectl"):
        find(program, "systemd-resolved")
    find("dbus-daemon", "dbus-daemon")

    def run(here: Host, there: Host) -> Any:
        unshare(CLONE_NEWNS)
        prepare(directory, _SETTINGS)
        for name, text in _FILES.items():
            (directory / name).write_text(text)
            mount_over(directory / name, f"/etc/{name}")
        inside = there.addresses[socket.AF_INET]
        with ExitStack() as stack:
            with there.entered():  # a socket stays where it was made
                zone = {"corp.test.": "db A 10.1.1.1\nwiki.vpn A 10.1.1.2\n"}
                stack.enter_context(serve_udp(zone, address=inside))
            stack.enter_context(serve_udp({"wide.test.": "host A 192.0.2.1\n"}, address="127.0.0.9"))
            stack.enter_context(bus(directory))
            stack.enter_context(resolved(directory))
            tell("dns", "cable", inside)
            tell("domain", "cable", "~corp.test", "vpn.corp.test")
            tell("default-route", "cable", "no")
            return look()

    return on_two_hosts(run)


def asked(answer: Answer) -> dict[str, bool]:
    """Which scopes the name goes to."""
    scopes = answer.body["scopes"]
    assert scopes["error"] is None, answer.out
    return {each["name"]: each["asked"] for each in scopes["scopes"]}


def test_names_go_to_the_servers_of_the_link_whose_domain_they_are_in(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    names = ("db.corp.test", "host.wide.test", "wiki")
    inside, outside, short = with_a_vpn(
        tmp_path, lambda: [netmon("dns", name, "A", "AAAA", "--json") for name in names]
    )
    assert asked(inside) == {"global": False, "cable": True}
    assert inside.body["scopes"]["domain"] == "corp.test"
    (answer,) = inside.body["answers"]
    assert (answer["server"], [each["data"] for each in answer["records"]]) == ("127.0.0.53", ["10.1.1.1"])
    assert asked(outside) == {"global": True, "cable": False}
    assert outside.body["scopes"]["domain"] is None
    assert [each["data"] for each in outside.body["answers"][0]["records"]] == ["192.0.2.1"]
    assert (short.body["name"], asked(short)) == ("wiki.vpn.corp.test.", {"global": False, "cable": True})
    assert short.body["search"]["candidates"][0]["suffix"] == "vpn.corp.test."


def test_anybody_may_ask_for_the_links(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    source = source_here(["127.0.0.53"])
    assert source is not None
    scoped: Scoped = with_a_vpn(tmp_path, lambda: in_child(lambda: ask(source), uid=NOBODY))
    everywhere, cable = scoped.scopes
    assert (everywhere.name, everywhere.servers, everywhere.default) == ("global", ("127.0.0.9",), True)
    assert (cable.name, cable.servers, cable.default) == ("cable", ("10.99.0.2",), False)
    assert (cable.domains, cable.search) == (("corp.test", "vpn.corp.test"), ("vpn.corp.test",))
    assert (cable.dnssec, cable.over_tls) == ("no/unsupported", "no")


def test_it_is_told_in_text(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    answer: Answer = with_a_vpn(tmp_path, lambda: netmon("dns", "wiki", "A"))
    lines = answer.out.splitlines()
    assert "  completed with vpn.corp.test. of the search list (0 dots, ndots:1)" in lines
    assert "wiki.vpn.corp.test. goes to cable, which has the domain vpn.corp.test" in lines
    (row,) = [line.split() for line in lines if line.startswith("cable")]
    assert "/run/systemd/resolve" not in answer.out
    assert row[1:5] == ["yes", "10.99.0.2", "~corp.test,", "vpn.corp.test"]


def test_without_a_bus_it_says_that_the_links_are_not_known(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    def look() -> Answer:
        os.unlink("/run/dbus/system_bus_socket")
        return netmon("dns", "host.wide.test", "A")

    answer: Answer = with_a_vpn(tmp_path, look)
    assert (answer.code, answer.err) == (0, "")
    assert "which links have which servers is not known: resolvectl --no-pager status: it ended with 1" in (
        " ".join(answer.out.split())
    )
    assert "127.0.0.53 is systemd-resolved, which asks 127.0.0.9" in answer.out
