"""Who would get the signal, and who never does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model.connection import Connection
from netmon.model.process import Owner, OwnerReason, Process
from netmon.ports.stopping.plan import StopPlan, Surroundings, Target, plan_stop, split
from tests.builders import listener, owner, process, state

OWN = process("netmon", 99)
SYSTEMD = process("systemd", 1, uid=0, user="root")


def plan(held: Owner | Sequence[Connection], subject: str = "8080/tcp", **around: Any) -> StopPlan:
    """The plan for one listener with these holders, or for these listeners."""
    sockets = [listener("0.0.0.0:8080", owner=held)] if isinstance(held, Owner) else list(held)
    return plan_stop(subject, sockets, state([], sockets), Surroundings(OWN, **around))


def pids(targets: Sequence[Target]) -> list[int]:
    """The numbers of the processes."""
    return [target.process.pid for target in targets]


def test_one_holder_gets_it() -> None:
    found = plan(owner(process("python3", 4711, parent_pid=700)))
    assert (pids(found.targets), found.followers, found.refusal) == ([4711], (), None)
    assert found.targets[0].socket is found.sockets[0].socket


def test_of_a_prefork_group_the_master_alone_gets_it() -> None:
    master = process("nginx", 80, parent_pid=1)
    workers = [process("nginx", pid, parent_pid=80) for pid in (81, 82)]
    found = plan(owner(master, *workers))
    assert (pids(found.targets), pids(found.followers)) == ([80], [81, 82])
    assert pids(found.holders) == [80, 81, 82]


def test_workers_without_their_master_each_get_it() -> None:
    found = plan(owner(process("a", 81, parent_pid=80), process("a", 82, parent_pid=80)))
    assert pids(found.targets) == [81, 82]


def test_independent_processes_that_share_a_port_each_get_it() -> None:
    sockets = [listener("0.0.0.0:8080", process=process("a", pid, parent_pid=1)) for pid in (81, 82)]
    found = plan(sockets)
    assert pids(found.targets) == [81, 82]
    assert [target.socket for target in found.targets] == [one.socket for one in sockets]


def test_who_holds_both_families_is_one_target() -> None:
    both = process("a", 81)
    found = plan([listener("0.0.0.0:8080", process=both), listener("[::]:8080", process=both)])
    assert pids(found.targets) == [81]


@given(st.dictionaries(st.integers(1, 30), st.integers(0, 30), min_size=1))
def test_everyone_is_a_target_or_has_a_holder_as_parent(parents: dict[int, int]) -> None:
    socket = listener().socket
    holders = {
        pid: Target(Process(pid, "x", parent_pid=parent or None), socket) for pid, parent in parents.items()
    }
    targets, followers = split(holders)
    assert sorted([*pids(targets), *pids(followers)]) == sorted(parents)
    assert all(target.process.parent_pid not in parents for target in targets)
    assert all(follower.process.parent_pid in parents for follower in followers)


# -- refusals


def refusal(held: Owner | Sequence[Connection], **around: Any) -> str:
    """Why it is refused, in one line, with nothing said of what would happen."""
    found = plan(held, **around)
    assert found.refusal is not None
    assert "\n" not in found.refusal
    assert found.effects == ()
    return found.refusal


def test_itself() -> None:
    assert refusal(owner(OWN)) == "8080/tcp is held by netmon itself (99), which does not stop itself"
    assert "netmon itself" in refusal(owner(process("shell", 5), OWN._replace(parent_pid=5)))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (OwnerReason.OTHER_USER, "8080/tcp belongs to uid 33 (www-data), web.service; naming the process "
         "needs root; to stop it, run netmon as that user or as root (sudo)"),
        (OwnerReason.HIDDEN, "root (sudo)"),
        (OwnerReason.UNREADABLE, "root (sudo)"),
        (OwnerReason.OTHER_NAMESPACE, "in another PID namespace, or by the kernel; stop it from there"),
        (OwnerReason.KERNEL, "8080/tcp cannot be set free: held by the kernel itself"),
        (OwnerReason.GONE, "cannot be set free"),
        (OwnerReason.NOT_SUPPORTED, "cannot be set free: this source does not tell the owner"),
    ],
)  # fmt: skip
def test_nobody_who_can_be_named(reason: OwnerReason, said: str) -> None:
    held = owner(reason=reason, uid=33, user="www-data", unit="web.service")
    assert said in refusal(held)


def test_root_is_not_told_to_become_root() -> None:
    row = listener("0.0.0.0:8080", owner=owner(reason=OwnerReason.UNREADABLE, uid=0, user="root"))
    found = plan_stop("8080/tcp", [row], state([], [row], privileged=True), Surroundings(OWN))
    assert found.refusal == (
        "8080/tcp cannot be set free: belongs to uid 0 (root); a process that may not be read holds it, "
        "or the kernel"
    )


def test_one_of_two_listeners_that_is_anothers_is_named_by_its_address() -> None:
    mine = listener("127.0.0.1:8080", process=process("python3", 4711))
    others = listener("[::1]:8080", owner=owner(uid=0, user="root"))
    assert "8080/tcp at [::1]:8080 belongs to uid 0 (root)" in refusal([mine, others])


def test_the_first_process() -> None:
    assert refusal(owner(process("init", 1))) == (
        "8080/tcp is held by init (1), the first process of this system, which netmon does not stop"
    )


def test_a_socket_that_systemd_listens_on() -> None:
    said = refusal(owner(SYSTEMD), socket_unit="web.socket")
    assert said.endswith("stop it with `systemctl stop web.socket`")
    service = process("web", 812, parent_pid=1, unit="web.service")
    assert "`systemctl stop web.socket`" in refusal(owner(SYSTEMD, service))
    assert "see `systemctl list-sockets`" in refusal(owner(SYSTEMD))
    users = process("systemd", 1200, parent_pid=1)
    assert "`systemctl --user stop web.socket`" in refusal(owner(users), socket_unit="web.socket")


def test_a_containers_proxy() -> None:
    command = ("docker-proxy", "-container-ip", "172.17.0.2", "-container-port", "80")
    proxy = process("docker-proxy", 812, command=command)
    assert refusal(owner(proxy), container="web") == (
        "docker-proxy (812) only forwards: 8080/tcp is container web's at 172.17.0.2:80; "
        "stop it with `docker stop web`"
    )
    assert "find it with `docker ps --filter publish=8080`" in refusal(owner(proxy))
    assert "find it with `podman ps`" in refusal(owner(process("rootlessport", 812)))
    # Its process is root's: without root there is only what docker says of the port.
    unseen = owner(uid=0, user="root", unit="docker.service")
    assert refusal(unseen, container="web").startswith("8080/tcp is container web's; stop it with")


# -- what is around


def test_what_starts_it_again_and_who_started_it() -> None:
    web = process("web", 812, parent_pid=1, unit="web.service")
    found = plan(owner(web), ancestors={812: (SYSTEMD,)})
    assert found.supervisor is not None
    assert found.supervisor.name == "web.service"
    assert found.lineage == ("Started by systemd (1).",)
    assert [finding.check for finding in found.effects] == ["stop-again"]


def test_a_unit_that_netmon_runs_in_too_is_no_supervisor() -> None:
    web = process("web", 812, parent_pid=1, unit="docker:0123456789ab")
    around = Surroundings(OWN._replace(unit=web.unit))
    sockets = [listener(process=web)]
    assert plan_stop("8080/tcp", sockets, state([], sockets), around).supervisor is None


def test_the_same_parents_are_named_once() -> None:
    pair = [process("a", 81, parent_pid=700), process("a", 82, parent_pid=700)]
    shell = (process("bash", 700),)
    found = plan(owner(*pair), ancestors={81: shell, 82: shell})
    assert found.lineage == ("Started by bash (700).",)


def test_nothing_held_is_no_refusal() -> None:
    found = plan([])
    assert (found.sockets, found.targets, found.refusal) == ((), (), None)
