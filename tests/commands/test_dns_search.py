"""netmon dns where the search list of Kubernetes stands between a name and its answer."""

from __future__ import annotations

import pytest

from tests.kernel.machines import Machine, on_machine
from tests.program import Answer, netmon

pytestmark = pytest.mark.root

_RESOLV = """search web.svc.cluster.test svc.cluster.test cluster.test zone.test corp.test
nameserver 127.0.0.1
options ndots:5
"""
_ZONES = {
    "cluster.test.": "db.web.svc A 10.0.0.7\n",
    "zone.test.": "x A 10.0.0.8\n",
    "corp.test.": "x A 10.0.0.9\n",
    "example.": "www A 192.0.2.1\n",
}


def in_a_pod(*arguments: str) -> Answer:
    """netmon dns in there."""
    machine = Machine(resolv=_RESOLV, zones=_ZONES)
    return on_machine(machine, lambda: netmon("dns", *arguments))


def test_what_a_dotted_name_costs_there() -> None:
    body = in_a_pod("www.example", "A", "--json").body
    assert body["name"] == "www.example."
    assert body["tried"] == [each["name"] for each in body["search"]["candidates"][:5]]
    (found,) = [each for each in body["findings"] if each["check"] == "dns-search"]
    assert found["state"] == "warn"
    assert found["summary"] == "www.example. is asked as it stands only after 5 other names."
    assert "asks 10 questions more (A and AAAA)" in found["why"]
    assert body["scopes"] is None


def test_a_dot_at_the_end_saves_that() -> None:
    body = in_a_pod("www.example.", "A", "--json").body
    assert (body["tried"], body["search"]["musl"]) == ([], None)
    assert [each["why"] for each in body["search"]["candidates"]] == ["as it stands: nothing completes it"]
    assert [each["check"] for each in body["findings"]] == []


def test_text_says_how_a_name_was_completed_or_what_that_cost() -> None:
    lines = in_a_pod("db", "A").out.splitlines()
    assert "  completed with web.svc.cluster.test. of the search list (0 dots, ndots:5)" in lines
    assert not [line for line in lines if line.startswith(("warn:", "info:"))]
    told = " ".join(in_a_pod("www.example", "A").out.split())
    assert "warn: www.example. is asked as it stands only after 5 other names." in told
