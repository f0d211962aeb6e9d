"""The ephemeral ports of a destination in words."""

from __future__ import annotations

from netmon.ports.pressure.ephemeral_use import ephemeral_use
from netmon.ports.pressure.words import copied_destination, explain_destination
from tests.builders import connection, state


def told(connections: int) -> tuple[str, dict[str, str]]:
    """The sentences and values of the one destination that so many connections go to, of ten ports."""
    rows = [connection("203.0.113.7:443", local=f"10.0.0.5:{40000 + n}") for n in range(connections)]
    now = state(rows, ephemeral=(40000, 40009))
    use = ephemeral_use(now)
    (row,) = use.destinations
    explained = explain_destination(row, use, now)
    return " ".join(explained.sentences), {fact.label: fact.value for fact in explained.facts}


def test_a_destination_with_room_has_figures_and_no_advice() -> None:
    said, facts = told(3)
    assert said.startswith("Connections to 203.0.113.7:443 from 10.0.0.5 have 3 of the 10 ephemeral ports")
    assert "30%" in said
    assert "EADDRNOTAVAIL" not in said
    assert (facts["live"], facts["free"]) == ("3 connections", "7 ports")
    assert facts["range"] == "40000 to 40009, 0 of them reserved"


def test_one_that_runs_out_says_what_follows_and_what_to_do() -> None:
    said, facts = told(10)
    assert "EADDRNOTAVAIL" in said
    assert "ip_local_port_range (now 40000 40009)" in said
    assert facts["free"] == "0 ports"


def test_it_is_copied_with_its_figures() -> None:
    now = state([connection("203.0.113.7:443", local="10.0.0.5:40000")], ephemeral=(40000, 40009))
    (row,) = ephemeral_use(now).destinations
    assert copied_destination(row) == (
        "203.0.113.7:443 from 10.0.0.5: 1 of 10 ephemeral ports used, 0 of them by TIME_WAIT, 9 free"
    )
