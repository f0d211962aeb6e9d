"""What stands above a process, by its unit or by its parents."""

from __future__ import annotations

import pytest

from netmon.model.process import Process
from netmon.ports.supervisor import Supervisor, supervisor_of

NODE = Process(4711, "node", parent_pid=4100)
BASH = Process(4100, "bash", parent_pid=902)
SYSTEMD = Process(1, "systemd")


def test_a_service_is_its_unit_and_starts_again() -> None:
    nginx = Process(80, "nginx", unit="nginx.service")
    assert supervisor_of(nginx, [SYSTEMD]) == Supervisor("systemd", "nginx.service", 1, restarts=True)


def test_a_container_is_named_by_its_engine() -> None:
    found = supervisor_of(Process(80, "nginx", unit="docker:0123456789ab"), [SYSTEMD])
    assert found == Supervisor("container", "docker:0123456789ab", restarts=True)


@pytest.mark.parametrize(
    ("name", "kind", "word", "restarts"),
    [
        ("tmux: server", "terminal", "tmux", False),
        ("sshd: dev@pts/0", "ssh", "sshd", False),
        ("cron", "cron", "cron", False),
        ("supervisord", "process manager", "supervisord", True),
        ("PM2 v5.3.0: God Daemon", "process manager", "PM2", True),
    ],
)
def test_the_nearest_parent_that_is_known_counts(name: str, kind: str, word: str, restarts: bool) -> None:
    found = supervisor_of(NODE, [BASH, Process(902, name), Process(77, "cron"), SYSTEMD])
    assert found == (kind, word, 902, restarts)


def test_the_scope_of_a_login_is_no_supervisor() -> None:
    found = supervisor_of(NODE._replace(unit="session-3.scope"), [BASH, Process(902, "sshd"), SYSTEMD])
    assert found is not None
    assert (found.kind, found.pid) == ("ssh", 902)


def test_else_it_is_the_first_process_and_without_parents_nothing() -> None:
    assert supervisor_of(NODE, [BASH, SYSTEMD]) == Supervisor("init", "systemd", 1)
    assert supervisor_of(NODE, [BASH]) is None
