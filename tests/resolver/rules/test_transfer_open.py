"""Whether a server that gives its zone to anybody is told."""

from __future__ import annotations

from netmon.model.finding import FindingState
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.transfer_open import judge as judge_transfer
from netmon.resolver.rules.view import Giver, ServerView, ZoneView


def view(address: str) -> ZoneView:
    servers = (ServerView("ns.example.com.", address, True, "", 1),)
    giver = Giver(f"ns.example.com. ({address})", address, 9)
    return ZoneView("example.com.", (), servers=servers, giver=giver)


def test_a_public_one_is_and_the_servers_are_sound_all_the_same() -> None:
    (finding,) = judge_transfer(view("1.1.1.1"))
    assert (finding.check, finding.state) == ("axfr-open", FindingState.INFO)
    states = {finding.check: finding.state for finding in judge(view("1.1.1.1"))}
    assert states["axfr-open"] is FindingState.INFO
    assert states["servers"] is FindingState.OK


def test_a_private_one_is_not_nor_is_a_file() -> None:
    assert list(judge_transfer(view("10.0.0.1"))) == []
    assert list(judge_transfer(ZoneView("example.com.", ()))) == []
