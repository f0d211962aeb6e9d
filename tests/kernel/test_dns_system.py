"""`netmon dns` with `system` on machines whose resolv.conf and hosts file are their own."""

from __future__ import annotations

import pytest

from netmon.resolver.circle import NobodyError
from netmon.resolver.enquiry import Enquiry, Outcome, enquire
from tests.kernel.machines import HOSTS, Machine, on_machine
from tests.resolver.server import Fault

pytestmark = pytest.mark.root

ZONES = {"corp.test.": "www A 192.0.2.1\nwww AAAA 2001:db8::1\n", "test.": "a.b A 192.0.2.2\n"}
RESOLV = "nameserver 127.0.0.1\nsearch lab.test corp.test\n"


def ask(machine: Machine, text: str, *types: str, seconds: float = 4.0) -> Outcome:
    """What `netmon dns` finds there."""
    return on_machine(machine, lambda: enquire(Enquiry(text, types or ("A", "AAAA"), timeout_s=seconds)))


def data(outcome: Outcome) -> list[str]:
    """The records of the last server."""
    return [record.data for record in outcome.replies[-1].records()]


def test_the_search_list_completes_a_short_name_and_is_told() -> None:
    outcome = ask(Machine(zones=ZONES, resolv=RESOLV), "www")
    assert (outcome.name, outcome.tried) == ("www.corp.test.", ("www.lab.test.",))
    assert data(outcome) == ["192.0.2.1", "2001:db8::1"]
    assert outcome.application is not None
    assert (set(outcome.application.addresses), outcome.application.differs) == (set(data(outcome)), False)


def test_ndots_says_which_name_comes_first() -> None:
    asked = [
        ask(Machine(zones=ZONES, resolv=RESOLV + options), "a.b.test")
        for options in ("", "options ndots:3\n")
    ]
    assert [(outcome.name, len(outcome.tried)) for outcome in asked] == [("a.b.test.", 0), ("a.b.test.", 2)]
    assert ask(Machine(zones=ZONES, resolv=RESOLV), "www.").tried == ()


def test_the_hosts_file_makes_the_difference_for_programs() -> None:
    machine = Machine(zones=ZONES, resolv=RESOLV, hosts=HOSTS + "192.0.2.99 www.corp.test\n")
    found = ask(machine, "www.corp.test").application
    assert found is not None
    assert (found.addresses, found.differs) == (("192.0.2.99",), True)
    assert found.source == "/etc/hosts has 192.0.2.99 for it"


def test_a_dead_first_server_spoils_neither_the_others_nor_the_search() -> None:
    resolv = "nameserver 127.0.0.9\nnameserver 203.0.113.1\n" + RESOLV
    outcome = ask(Machine(zones=ZONES, resolv=resolv), "www", seconds=3.0)
    assert [each.answered for each in outcome.replies] == [False, False, True]
    assert (outcome.name, data(outcome)) == ("www.corp.test.", ["192.0.2.1", "2001:db8::1"])


def test_silence_ends_in_time() -> None:
    machine = Machine(zones=ZONES, resolv=RESOLV, faults={"www.test.": Fault(drop=True)})
    outcome = ask(machine, "www.test.", seconds=0.5)
    assert (outcome.answered, outcome.found) == (False, False)
    assert outcome.application is not None
    assert "silent until the time was up" in (outcome.application.error or "")


def test_a_machine_without_resolvers() -> None:
    with pytest.raises(NobodyError, match="no nameservers"):
        ask(Machine(resolv="# nobody\n"), "www.test.")
