"""The apex of a zone and the addresses of its name servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.model.finding import FindingState
from tests.resolver.rules.zones import HEAD, checks, only, view_of


@pytest.mark.parametrize("kind", ["SOA", "NS"])
def test_what_a_zone_must_have(tmp_path: Path, kind: str) -> None:
    head = "\n".join(line for line in HEAD.split("\n") if f" {kind} " not in line)
    assert only(view_of(tmp_path, "", head)).check == f"{kind.lower()}-missing"


def test_two_soas(tmp_path: Path) -> None:
    assert only(view_of(tmp_path, "@ SOA ns1 h 2 7200 900 1209600 300\n")).check == "soa-twice"


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "127.0.0.1", "169.254.1.1", "100.64.0.1"])
def test_a_private_address_of_a_name_server(tmp_path: Path, address: str) -> None:
    found = only(view_of(tmp_path, f"@ NS ns3\nns3 A {address}\n"))
    assert (found.check, found.state) == ("private-ns-address", FindingState.WARN)
    assert address in found.summary
    assert "nobody outside" in found.why


def test_one_private_address_beside_a_public_one(tmp_path: Path) -> None:
    found = only(view_of(tmp_path, "ns1 AAAA fd00::1\n"))
    assert found.check == "private-ns-address"
    assert "waits in vain" in found.why
    assert found.fix == "a public address: ns1 IN AAAA …"


def test_private_glue_of_a_delegation(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, "sub NS ns.sub\nns.sub A 10.0.0.1\n")) == ["private-ns-address"]


@pytest.mark.parametrize("zone", ["example.internal.", "home.arpa.", "16.172.in-addr.arpa.", "x.test."])
def test_a_zone_of_a_private_network_may(tmp_path: Path, zone: str) -> None:
    text = HEAD.replace("example.com.", zone).replace("192.0.2.", "10.0.0.")
    assert checks(view_of(tmp_path, "", text)) == []
