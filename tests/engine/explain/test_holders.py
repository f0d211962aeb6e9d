"""The values of processes, users and units, and of the sums of a process."""

from __future__ import annotations

from netmon.engine.aggregate import by_process
from netmon.engine.explain.holders import holder_facts, process_row_facts
from netmon.engine.explain.words import Fact
from netmon.model.process import Owner, OwnerReason
from tests.builders import TAKEN_AT, connection, owner, process, state


def facts(held: Owner, cgroup_id: int | None = None) -> dict[str, Fact]:
    """The facts by label."""
    return {fact.label: fact for fact in holder_facts(held, state(), cgroup_id)}


def test_one_process() -> None:
    started = TAKEN_AT.timestamp() - 3600
    found = facts(owner(process(parent_pid=4100, started_at=started, unit="user@1000.service")))
    assert found["process"][1:] == ("curl (4711)", "/proc/4711/stat")
    assert found["parent"].value == "4100"
    assert found["started"].value == "2026-07-01 11:00:00 UTC, 1 hour ago"
    assert found["user"][1:] == ("dev", "/proc/4711")
    assert found["unit"][1:] == ("user@1000.service", "/proc/4711/cgroup")


def test_what_could_not_be_read_of_it_is_unknown() -> None:
    found = facts(Owner((process(command=(), uid=None, user=None),)))
    for label in ("command", "parent", "started", "user", "unit"):
        assert found[label].value.startswith("unknown: "), label


def test_the_first_process_has_no_parent() -> None:
    assert "parent" not in facts(owner(process("systemd", 1)))


def test_several_processes_are_all_named() -> None:
    found = facts(owner(process("nginx", 1), process("nginx", 2)))
    assert found["processes"][1:] == ("nginx (1), nginx (2)", "/proc/*/fd")


def test_no_process_but_who_it_was() -> None:
    found = facts(Owner(reason=OwnerReason.TIME_WAIT, former=(process(),)))
    assert found["former"].value == "curl (4711)"
    assert found["process"].value.startswith("unknown: TIME_WAIT: the connection is over")
    assert found["user"].value == "unknown: the kernel names none once a socket is released"


def test_anothers_socket_has_its_user_and_its_unit_from_the_kernel() -> None:
    found = facts(Owner(reason=OwnerReason.OTHER_USER, uid=33, user="www-data", unit="backup.service"), 7)
    assert found["user"][1:] == ("uid 33 (www-data)", "kernel: inet_diag uid")
    assert found["unit"][1:] == ("backup.service", "kernel: inet_diag cgroup_id")
    nameless = facts(Owner(reason=OwnerReason.OTHER_USER, uid=99), 7)
    assert nameless["user"].value == "uid 99, which has no name here"
    assert nameless["unit"].value == "unknown: control group 7 names none"


def test_the_sums_of_a_process() -> None:
    [row] = by_process([connection(), connection()])
    found = {fact.label: fact.value for fact in process_row_facts(row, state())}
    assert found["connections"] == found["outbound"] == "2"
    assert found["received"] == "180 kB (180,420 bytes)"
    assert found["newest"] == "10 seconds ago"
    [uncounted] = by_process([connection("8.8.8.8:53", protocol="udp")])
    found = {fact.label: fact.value for fact in process_row_facts(uncounted, state())}
    assert found["sent"] == found["sending"] == "unknown: none of its connections is counted"
