"""Targets that servers leave open are asked on for, and only so often."""

from __future__ import annotations

import time

from netmon.resolver.aliases.chain import End, chain_of
from netmon.resolver.aliases.pursuit import pursue
from netmon.resolver.server import parse_server
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.saying import NAME, OWN, alias, answer, outcome, says
from tests.resolver.server import serve


def test_the_target_is_asked_for_where_the_server_stops_at_it() -> None:
    own = says(OWN, answer(alias(NAME, "host.wide.test.")))
    with serve({"wide.test.": "host 40 A 192.0.2.1\n"}) as running:
        beyond = pursue(NAME, (own,), ("A",), (parse_server(str(running.endpoint)),), Deadline.after(3))
    found = chain_of(outcome(own, beyond=beyond))
    assert (found.end, found.last[0].data, found.effective) == (End.ANSWER, "192.0.2.1", 40)


def test_a_whole_chain_costs_no_packet() -> None:
    own = says(OWN, answer(alias(NAME, "b.ex.test."), alias("b.ex.test.", NAME)))
    with serve({"wide.test.": ""}) as running:
        assert pursue(NAME, (own,), ("A",), (parse_server(str(running.endpoint)),), Deadline.after(3)) == ()
        assert running.asked == []


def test_the_same_target_is_asked_for_once_and_dead_resolvers_are_passed_over() -> None:
    own = says(OWN, answer(alias(NAME, "host.elsewhere.")))
    with serve({"wide.test.": ""}) as running:
        alive = parse_server(str(running.endpoint))
        dead = alive._replace(host="127.255.255.2")
        beyond = pursue(NAME, (own,), ("A",), (dead, alive), Deadline(time.monotonic() + 3))
    assert [each.replies.server for each in beyond] == [dead, alive]


def test_nobody_to_ask() -> None:
    own = says(OWN, answer(alias(NAME, "b.other.")))
    assert pursue(NAME, (own,), ("A",), (), Deadline.after(1)) == ()
