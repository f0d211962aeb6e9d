"""Whether it is worth a word that a server gave its zone."""

from __future__ import annotations

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.transfer.judgement import open_to_anybody


def test_a_public_server_that_gives_its_zone() -> None:
    finding = open_to_anybody("example.com.", "ns1 (1.1.1.1)", "1.1.1.1", 212)
    assert finding is not None
    assert (finding.check, finding.state) == ("axfr-open", FindingState.INFO)
    assert "212 records came by AXFR from 1.1.1.1" in finding.evidence
    assert finding.reference.startswith("RFC 5936")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "fe80::1%eth0", "::1", "fd00::1", "unknown"])
def test_in_a_network_of_its_own_it_is_none(address: str) -> None:
    assert open_to_anybody("example.com.", "ns1", address, 1) is None
