"""Ports whose two loopback addresses lead to different programs; real ones are tried in namespaces."""

from __future__ import annotations

import pytest

from netmon.loopback.split_ports import same_program, split_brain, split_ports
from netmon.model.connection import Connection
from netmon.model.finding import Finding
from netmon.model.process import Owner, OwnerReason, Process
from tests.loopback.staged import listener


def owner(pid: int, *command: str, parent: int | None = None) -> Owner:
    return Owner((Process(pid, command[0], command, parent_pid=parent),))


NODE, RUBY = owner(1, "node", "a.js"), owner(2, "ruby", "b.rb")
STRANGER = Owner(reason=OwnerReason.OTHER_USER, uid=33)


def judged(*listeners: Connection) -> Finding:
    return split_brain(split_ports(listeners))


@pytest.mark.parametrize(
    ("four", "six"), [("127.0.0.1", "::1"), ("0.0.0.0", "::1"), ("127.0.0.1", "::"), ("0.0.0.0", "::")]
)
def test_different_programs_on_one_port(four: str, six: str) -> None:
    finding = judged(listener(four, 5173, owner=NODE), listener(six, 5173, True, owner=RUBY))
    assert finding.state == "fail"
    assert finding.summary == "localhost:5173 is two programs: node (1) over IPv4, ruby (2) over IPv6"
    assert finding.fix


def test_the_exact_address_hears_before_the_wildcard() -> None:
    sockets = (
        listener("0.0.0.0", 80, owner=RUBY),
        listener("127.0.0.1", 80, owner=NODE),
        listener("::1", 80, True, owner=NODE),
    )
    assert judged(*sockets).state == "ok"


def test_different_ports_and_single_sockets_are_no_split() -> None:
    assert judged(listener("127.0.0.1", 1, owner=NODE), listener("::1", 2, owner=RUBY)).state == "ok"
    assert judged(listener("::", 80, False, owner=NODE)).state == "ok"
    elsewhere = listener("127.0.0.1", 80, owner=NODE, interface="eth0")
    assert judged(elsewhere, listener("::1", 80, owner=RUBY)).state == "ok"


def test_holders_that_cannot_be_told_are_unknown() -> None:
    finding = judged(listener("127.0.0.1", 80, owner=STRANGER), listener("::1", 80, owner=RUBY))
    assert (finding.state, "port 80" in finding.summary) == ("unknown", True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (NODE, NODE, True),
        (NODE, RUBY, False),
        (owner(1, "nginx"), owner(2, "nginx", parent=1), True),
        (owner(1, "node", "a.js"), owner(2, "node", "a.js"), True),
        (owner(1, "node", "a.js"), owner(2, "node", "b.js"), False),
        (
            owner(1, "docker-proxy", "-host-ip", "0.0.0.0", "-container-port", "80"),
            owner(2, "docker-proxy", "-host-ip", "::", "-container-port", "80"),
            True,
        ),
        (Owner((Process(1, "x"),)), Owner((Process(2, "x"),)), False),
        (NODE, STRANGER, None),
    ],
)
def test_whether_two_holders_are_one_program(one: Owner, other: Owner, same: bool | None) -> None:
    assert same_program(one, other) is same
    assert same_program(other, one) is same
