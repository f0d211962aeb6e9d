"""The loopback interface is asked about itself; what it is like when it is down is tried in namespaces."""

from __future__ import annotations

from netmon.loopback.interfaces import is_up, lo_range, lo_up, mtu_of
from netmon.loopback.probing import Outcome, Probe
from netmon.model.finding import FindingState


def test_lo_is_up_here_and_has_an_mtu() -> None:
    assert is_up("lo") is True
    assert (mtu_of("lo") or 0) >= 1280
    finding = lo_up()
    assert (finding.state, finding.evidence) == (FindingState.OK, "SIOCGIFFLAGS of lo: IFF_UP")


def test_an_interface_that_is_not_there_is_unknown() -> None:
    assert is_up("none0") is None
    assert mtu_of("none0") is None
    assert mtu_of("a name that is longer than the kernel takes") is None


def test_the_whole_range_is_loopback_here() -> None:
    assert lo_range().summary == "all of 127.0.0.0/8 is this machine's"


def test_a_range_that_cannot_be_reached_is_not_taken_for_missing() -> None:
    finding = lo_range(Probe("127.0.0.2", Outcome.UNREACHABLE))
    assert (finding.summary, finding.fix) == ("127.0.0.2 does not carry a connection: unreachable", "")


def test_a_range_that_is_not_there_is_no_failure() -> None:
    finding = lo_range(Probe("127.0.0.2", Outcome.NOT_HERE))
    assert finding.state is FindingState.INFO
    assert "127.0.0.2" in finding.fix
