"""Plans for real ports and rows."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from netmon.collectors import procfs
from netmon.collectors.linux import LinuxCollector
from netmon.engine.state import State
from netmon.engine.tracker import Tracker
from netmon.model.connection import Connection, Direction
from netmon.ports.question import parse_question
from netmon.ports.stopping.plan import StopPlan
from netmon.ports.stopping.survey import plan_for_port, plan_for_row
from tests.builders import listener as built_listener
from tests.builders import owner, state
from tests.servers import disguised, preforked, script, served, sharing, udp_socket
from tests.sockets import connect, inode_of, listener, port_of


def now() -> State:
    """The machine as it is."""
    with closing(LinuxCollector(follow=False)) as collector:
        return Tracker().update(collector.poll())


def plan(text: object) -> StopPlan:
    """The plan for a port of this machine."""
    return plan_for_port(parse_question(str(text)), now(), procfs.ancestors)


def row_of(sock: socket.socket, state: State) -> Connection:
    """The row of a socket of this process."""
    rows = [*state.connections, *state.listeners]
    return next(row for row in rows if row.socket.inode == inode_of(sock))


def test_a_port_with_its_holder_his_parents_and_children() -> None:
    with preforked(2) as group:
        found = plan(group.server.port)
        assert (found.subject, found.is_whole_port) == (f"{group.server.port}/tcp", True)
        assert [target.process.pid for target in found.targets] == [group.server.pid]
        assert sorted(t.process.pid for t in found.followers) == sorted(group.workers)
        (lineage,) = found.lineage
        assert f"({os.getpid()})" in lineage
        assert "stop-workers" in {finding.check for finding in found.effects}
        assert not plan(f"127.0.0.1:{group.server.port}").is_whole_port


def test_a_port_that_nothing_holds() -> None:
    with listener() as server:
        port = port_of(server)
    assert plan(port) == StopPlan(f"{port}/tcp")
    assert plan(f"{port}/udp") == StopPlan(f"{port}/udp")


def test_a_bound_udp_socket() -> None:
    with served(udp_socket) as server:
        assert plan(server.port).subject == f"{server.port}/udp"


def test_a_listener_row_means_its_own_address_and_all_that_share_it() -> None:
    with served(sharing()) as first, served(sharing(first.port)) as second:
        shown = now()
        row = next(one for one in shown.listeners if one.socket.local.port == first.port)
        found = plan_for_row(row, shown, procfs.ancestors)
        assert found.subject == f"127.0.0.1:{first.port}/tcp"
        assert {target.process.pid for target in found.targets} == {first.pid, second.pid}
        assert (found.is_connection, found.is_whole_port) == (False, False)


def test_a_row_that_is_gone_from_the_state_is_taken_as_it_was() -> None:
    row = built_listener("127.0.0.1:1")
    assert plan_for_row(row, state(), lambda pid: ()).sockets == (row,)


def test_rows_of_connections() -> None:
    with listener() as server:
        client, accepted = connect(server)
        with client, accepted:
            shown = now()
            inbound, outbound = row_of(accepted, shown), row_of(client, shown)
            assert (inbound.direction, outbound.direction) == (Direction.INBOUND, Direction.OUTBOUND)
            found = plan_for_row(inbound, shown, procfs.ancestors)
            assert [one.socket.inode for one in found.sockets] == [inode_of(server)]
            found = plan_for_row(outbound, shown, procfs.ancestors)
            assert (found.sockets, found.is_connection) == ((outbound,), True)
            assert found.subject == f"tcp {outbound.socket.local} → {outbound.socket.remote}"
            server.close()
            shown = now()
            found = plan_for_row(row_of(accepted, shown), shown, procfs.ancestors)
            assert found.is_connection, "no listener is left"


def test_docker_is_asked_about_its_proxies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with disguised("docker-proxy", tmp_path) as proxy:
        listing = f"printf 'web\\t0.0.0.0:{proxy.port}->80/tcp\\n'"
        monkeypatch.setenv("PATH", f"{script(tmp_path, 'docker', listing)}:{os.environ['PATH']}")
        assert "`docker stop web`" in str(plan(proxy.port).refusal)


def test_docker_is_asked_where_its_proxy_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = script(tmp_path, "docker", "printf 'web\\t0.0.0.0:8080->80/tcp\\n'")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    row = built_listener("0.0.0.0:8080", owner=owner(uid=0, user="root", unit="docker.service"))
    found = plan_for_port(parse_question("8080"), state([], [row]), lambda pid: ())
    assert found.refusal == "8080/tcp is container web's; stop it with `docker stop web`"


def test_systemd_is_asked_about_its_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with disguised("systemd", tmp_path) as manager:
        text = f"echo '127.0.0.1:{manager.port} web.socket web.service'"
        monkeypatch.setenv("PATH", f"{script(tmp_path, 'systemctl', text)}:{os.environ['PATH']}")
        assert "`systemctl --user stop web.socket`" in str(plan(manager.port).refusal)
