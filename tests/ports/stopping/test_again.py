"""What starts a process again, and what to stop instead."""

from __future__ import annotations

import pytest

from netmon.model.finding import FindingState
from netmon.model.process import Process
from netmon.ports.stopping.again import again, respawning, session, supervisor_beyond
from netmon.ports.supervisor import Supervisor
from tests.builders import process

SYSTEMD = process("systemd", 1)
USERS = process("systemd", 1200)


UNIT = Supervisor("systemd", "web.service", 1, restarts=True)
CONTAINER = Supervisor("container", "docker:0123456789ab", restarts=True)
MANAGER = Supervisor("process manager", "supervisord", 600, restarts=True)

BY_UNIT = "systemd starts it again if web.service says so (Restart=): stop the unit with `{}`."
IN_CONTAINER = "It runs in {}'s container 0123456789ab, which may start it again: stop that "
BY_ENGINE = IN_CONTAINER.format("docker") + "with `{}`."
BY_OTHER = IN_CONTAINER.format("kubepods") + "where it was started."
BY_MANAGER = "supervisord (600) starts it again when it ends: stop it there."


@pytest.mark.parametrize(
    ("supervisor", "ancestors", "summary", "fix"),
    [
        (UNIT, [SYSTEMD], BY_UNIT, "systemctl stop web.service"),
        (UNIT, [USERS, SYSTEMD], BY_UNIT, "systemctl --user stop web.service"),
        (CONTAINER, [], BY_ENGINE, "docker stop 0123456789ab"),
        (CONTAINER._replace(name="kubepods:0123456789ab"), [], BY_OTHER, ""),
        (MANAGER, [], BY_MANAGER, "stop it with the command of supervisord"),
    ],
)
def test_what_to_stop_instead(
    supervisor: Supervisor, ancestors: list[Process], summary: str, fix: str
) -> None:
    (found,) = again(supervisor, ancestors)
    assert (found.check, found.state) == ("stop-again", FindingState.WARN)
    assert (found.summary, found.fix) == (summary.format(fix), fix)


def test_what_does_not_start_it_again_is_not_mentioned() -> None:
    assert list(again(None, [])) == []
    assert list(again(Supervisor("terminal", "tmux", 902), [])) == []


def test_a_unit_that_netmon_is_in_too_does_not_count_but_parents_do() -> None:
    web = process("web", 812, unit="web.service")
    assert supervisor_beyond(web, [], process("netmon", 99)) == ("systemd", "web.service", 1, True)
    same = process("netmon", 99, unit="web.service")
    assert supervisor_beyond(web, [], same) is None
    found = supervisor_beyond(web, [process("supervisord", 600)], same)
    assert found is not None
    assert found.name == "supervisord"


def test_a_parent_of_the_same_program_may_start_another() -> None:
    workers = [process("web", 813), process("web", 814), process("cat", 815)]
    master = process("web", 812)
    (found,) = respawning(workers, {813: [master, SYSTEMD], 814: [master], 815: [process("bash", 700)]})
    assert found.summary == "web (812), the parent, is the same program and may start another one."
    assert list(respawning(workers, {})) == []


def test_netmons_own_parents_are_pointed_out() -> None:
    shell = process("bash", 700)
    (found,) = session([process("web", 812), shell], [shell, SYSTEMD])
    assert found.summary == "bash (700) is a parent of this netmon: this session may end with it."
    assert list(session([process("web", 812)], [shell])) == []
