"""Connections to some addresses, counted by whose they are."""

from __future__ import annotations

from netmon.model.process import Owner, OwnerReason
from netmon.resolver.contacts import Contact, contacts_with
from tests.builders import connection, listener, process


def test_by_address_and_process_the_most_first() -> None:
    open_now = [
        connection("192.0.2.1:443", local="10.0.0.5:50000", process=process("curl", 11)),
        connection("192.0.2.1:443", local="10.0.0.5:50001", process=process("ssh", 12)),
        connection("192.0.2.1:80", local="10.0.0.5:50002", process=process("ssh", 12)),
        connection("192.0.2.77:443", local="10.0.0.5:50003", process=process("curl", 11)),
        listener(),
    ]
    assert contacts_with({"192.0.2.1", "2001:db8::1"}, open_now) == (
        Contact("192.0.2.1", "ssh (12)", 2), Contact("192.0.2.1", "curl (11)", 1),
    )  # fmt: skip


def test_without_a_process_the_unit_or_nothing() -> None:
    for unit, told in (("nginx.service", "nginx.service"), (None, "")):
        foreign = connection("192.0.2.1:443", local="10.0.0.5:50000")._replace(
            owner=Owner(reason=OwnerReason.OTHER_USER, unit=unit)
        )
        assert contacts_with({"192.0.2.1"}, [foreign]) == (Contact("192.0.2.1", told, 1),)


def test_hostile_names_are_cleaned() -> None:
    evil = connection("192.0.2.1:443", local="10.0.0.5:50000", process=process("\x1b[2J\u202ex", 11))
    ((_, told, _),) = contacts_with({"192.0.2.1"}, [evil])
    assert told.isprintable()
