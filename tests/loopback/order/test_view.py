"""What is shown of one name."""

from __future__ import annotations

import pytest

from netmon.loopback.order.gai_conf import parse
from netmon.loopback.order.situation import Machine
from netmon.loopback.order.view import OrderView, order_view, spell
from tests.loopback.order.staged import host, own
from tests.loopback.order.worlds import World, inside

SETUP = (
    "address add 2001:db8::2/64 dev v0 nodad",
    "address add fd00::2/64 dev v0 nodad",
    "address add 10.0.0.2/24 dev v0",
)


def view_in(setup: tuple[str, ...], *addresses: str, gai_conf: str = "", observed: bool = False) -> OrderView:
    def work() -> OrderView:
        own_addresses = own("::1", 1, 128), own("2001:db8::2"), own("fd00::2"), own("10.0.0.2", length=24)
        return order_view("n", addresses, Machine(parse(gai_conf), host(*own_addresses)), observed=observed)

    return inside(World(setup), work)


@pytest.mark.root
def test_where_glibc_and_the_rfc_part() -> None:
    view = view_in(SETUP, "10.0.0.1", "fd00::1")
    assert (view.glibc, view.rfc) == (("fd00::1", "10.0.0.1"), ("10.0.0.1", "fd00::1"))
    assert view.decided == "rule 6: fd00::1 has precedence 40, 10.0.0.1 has 10"
    assert view.parts == (
        "glibc puts fd00::1 before 10.0.0.1 (rule 6: fd00::1 has precedence 40, 10.0.0.1 has 10); "
        "RFC 6724 puts 10.0.0.1 first (rule 6: 10.0.0.1 has precedence 35, fd00::1 has 3)"
    )
    assert {choice.runtime for choice in view.choices if choice.first == "10.0.0.1"} >= {"musl", "Go", "Java"}


@pytest.mark.root
def test_where_they_agree() -> None:
    view = view_in(SETUP, "10.0.0.1", "2001:db8::1")
    assert view.glibc == view.rfc == ("2001:db8::1", "10.0.0.1")
    assert view.parts == ""
    assert (view.observed, view.agrees, view.first) == (None, None, "2001:db8::1")


@pytest.mark.root
def test_what_was_observed() -> None:
    astray = view_in(SETUP, "10.0.0.1", "2001:db8::1", observed=True)
    assert (astray.agrees, astray.first) == (False, "10.0.0.1")
    flipped = view_in(
        SETUP, "10.0.0.1", "2001:db8::1", observed=True, gai_conf="precedence ::ffff:0:0/96 100"
    )
    assert flipped.agrees is True


@pytest.mark.root
def test_one_address_alone() -> None:
    view = view_in((), "::192.0.2.5")
    assert view.glibc == ("::c000:205",)
    assert (view.decided, view.parts) == ("", "")
    assert view_in(()).first == ""


def test_one_spelling() -> None:
    assert spell("::192.0.2.5") == "::c000:205"
    assert spell("fe80::1%eth0") == "fe80::1%eth0"
