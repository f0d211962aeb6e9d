"""What is noticed where programs ask other servers than those that were asked."""

from __future__ import annotations

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.server import parse_server
from netmon.resolver.system.scope_findings import findings, host_of
from netmon.resolver.system.scope_source import Scoped
from netmon.resolver.system.scutil import parse_scutil
from tests.resolver.recorded import said

MAC = Scoped(parse_scutil(said("scutil-vpn")), "scutil --dns")
HOME, VPN = parse_server("10.0.2.1"), parse_server("10.8.0.2")


def test_a_name_of_the_vpn_that_was_asked_of_the_network() -> None:
    (found,) = findings(MAC, "db.corp.example.", [HOME])
    assert (found.check, found.state) == ("dns-scope", FindingState.WARN)
    assert found.summary == "Programs here ask other servers for db.corp.example."
    assert found.evidence == "scutil --dns: resolver #2 (utun3): 10.8.0.1, 10.8.0.2 (for corp.example)"
    assert found.fix == "Ask them too: --server 10.8.0.1"


def test_who_has_no_servers_at_all() -> None:
    (found,) = findings(MAC, "printer.local.", [HOME])
    assert (found.evidence, found.fix) == ("scutil --dns: resolver #4: mDNS (for local)", "")
    (found,) = findings(Scoped(MAC.scopes[1:3], "scutil --dns"), "www.example.com.", [HOME])
    assert found.summary == "Programs here have nobody to ask for www.example.com."


def test_silence_where_the_right_ones_were_asked_or_nothing_is_known() -> None:
    assert findings(MAC, "db.corp.example.", [HOME, VPN]) == ()
    assert findings(MAC, "www.example.com.", [HOME]) == ()
    assert findings(MAC, "db.corp.example.", [parse_server("127.0.0.53")]) == ()
    assert findings(None, "db.corp.example.", [HOME]) == ()
    assert findings(Scoped(error="it ended with 1"), "db.corp.example.", [HOME]) == ()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("10.8.0.9#ns.corp.example", "10.8.0.9"),
        ("[2620:fe::fe]:853#dns.quad9.net", "2620:fe::fe"),
        ("fe80::1%en0", "fe80::1%en0"),
        ("127.0.0.1:5353", "127.0.0.1"),
        ("", None),
        ("[fe80::1]:53%2", None),
    ],
)
def test_the_address_of_a_server(text: str, host: str | None) -> None:
    assert host_of(text) == host
