"""What Enter tells of a check and of a listener."""

from __future__ import annotations

from netmon.loopback.listeners import judge_listeners
from netmon.loopback.order.view import Choice, OrderView
from netmon.model.finding import Finding, FindingState
from netmon.tui.loopback_details import explain_finding, explain_listener, race_target
from tests.loopback.staged import BOTH, listener


def test_a_check_says_what_it_means_what_to_do_and_on_what_grounds() -> None:
    told = explain_finding(
        Finding(
            "lo-v6", FindingState.WARN, "no ::1", "bound\x1b[2J", "servers fail", "switch it on", "RFC 4291"
        )
    )
    assert told.sentences == ("⚠ warn: no ::1", "servers fail", "→ switch it on")
    assert [(fact.label, fact.value) for fact in told.facts] == [
        ("seen", "bound\ufffd[2J"),
        ("check", "lo-v6"),
        ("reference", "RFC 4291"),
    ]


def test_a_check_that_is_fine_says_no_more_than_that() -> None:
    told = explain_finding(Finding("lo-v4", FindingState.OK, "fine"))
    assert told.sentences == ("✓ ok: fine",)
    assert [fact.label for fact in told.facts] == ["check"]
    assert told.key == ("check", "lo-v4")


def test_a_listener_says_who_it_is_and_where_it_is_reached() -> None:
    [row] = judge_listeners(BOTH, [listener("::1", v6only=True)])
    told = explain_listener(row, BOTH)
    assert told.sentences[0] == "node (4711) listens on port 5173"
    assert told.sentences[1] == "Called as localhost: refused, then works."
    assert [fact.value for fact in told.facts] == ["::1", "::1", "127.0.0.1, then ::1"]


def test_a_listener_that_is_found_second_says_who_fails_what_it_costs_and_what_to_do() -> None:
    [row] = judge_listeners(BOTH, [listener("::1", v6only=True)])
    *_, why, cost, step, race = explain_listener(row, BOTH, 58).sentences
    assert "BusyBox" in why
    assert cost == "A refused first address costs 58 µs here."
    assert step == "→ Let node (4711) listen on 127.0.0.1 too, or call it as [::1]:5173."
    assert race.startswith("R races")


def test_a_listener_that_is_not_found_has_no_cost_but_a_step() -> None:
    [row] = judge_listeners(("127.0.0.1",), [listener("::1", v6only=True)])
    sentences = explain_listener(row, ("127.0.0.1",), 58).sentences
    assert "No program reaches it by the name localhost: all of them are refused." in sentences
    assert not [sentence for sentence in sentences if "58" in sentence]


def test_a_listener_that_no_loopback_address_reaches() -> None:
    [row] = judge_listeners(BOTH, [listener("10.0.0.5")])
    told = explain_listener(row, ())
    assert [fact.value for fact in told.facts][1:] == ["none that localhost can mean", "no loopback address"]


def test_a_race_takes_the_addresses_of_localhost_and_those_that_it_does_not_name() -> None:
    [row] = judge_listeners(("127.0.0.1",), [listener("::1", v6only=True)])
    assert race_target(row, ("127.0.0.1",)) == "127.0.0.1:5173 [::1]:5173"
    assert race_target(row, ("::1", "127.0.0.1")) == "[::1]:5173 127.0.0.1:5173"


def test_the_checks_on_order_tell_the_order_for_each_name_and_runtime() -> None:
    view = OrderView(
        "localhost", ("127.0.0.1", "::1"), ("127.0.0.1", "::1"), ("::1", "127.0.0.1"),
        (Choice("musl", ("::1", "127.0.0.1"), "modelled", "RFC 6724"),), "rule 6: precedence", "", True,
    )  # fmt: skip
    told = explain_finding(Finding("predict-order", FindingState.INFO, "so it is"), [view])
    values = {fact.label: (fact.value, fact.origin) for fact in told.facts}
    assert values["localhost"] == ("127.0.0.1, ::1; rule 6: precedence", "getaddrinfo")
    assert values["… RFC 6724"][0] == "::1, 127.0.0.1"
    assert values["… musl"] == ("::1, 127.0.0.1 (RFC 6724)", "modelled")
    other = explain_finding(Finding("lo-v4", FindingState.OK, "fine"), [view])
    assert "localhost" not in {fact.label for fact in other.facts}
