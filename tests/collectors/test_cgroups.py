"""From cgroup to unit or container: by the path's text, and through a real cgroup as a stranger."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection as Channel
from pathlib import Path

import pytest

from netmon.collectors.cgroups import ROOTS, CgroupTree, unit_of
from netmon.collectors.linux import LinuxCollector
from netmon.collectors.procfs import read_process
from netmon.model.process import OwnerReason
from netmon.model.socket import SocketRecord
from tests.sockets import NOBODY, forked, in_child, listener, port_of, wait_for

ID = "0123456789abcdef" * 4
SHORT = ID[:12]
POD = "pod12345678-1234-1234-1234-123456789abc"


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        # systemd
        ("/system.slice/nginx.service", "nginx.service"),
        ("/system.slice/system-postgresql.slice/postgresql@16-main.service", "postgresql@16-main.service"),
        ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
        (
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-42.scope",
            "app-firefox-42.scope",
        ),
        ("/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope"),
        ("/system.slice/sshd.socket", "sshd.socket"),
        ("/init.scope", "init.scope"),
        # a cgroup that the service made itself
        ("/system.slice/app.service/workers/7", "app.service"),
        # Docker with the cgroupfs and the systemd driver, inside a slice, rootless
        (f"/docker/{ID}", f"docker:{SHORT}"),
        (f"/system.slice/docker-{ID}.scope", f"docker:{SHORT}"),
        (f"/docker.slice/docker-{ID}.scope/init", f"docker:{SHORT}"),
        (f"/user.slice/user-1000.slice/user@1000.service/app.slice/docker-{ID}.scope", f"docker:{SHORT}"),
        # Podman: rootful, rootless, with its payload
        (f"/machine.slice/libpod-{ID}.scope", f"podman:{SHORT}"),
        (f"/machine.slice/libpod-{ID}.scope/container", f"podman:{SHORT}"),
        (
            f"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container",
            f"podman:{SHORT}",
        ),
        (f"/libpod_parent/libpod-{ID}", f"podman:{SHORT}"),
        # Kubernetes: containerd and CRI-O with systemd, and with cgroupfs
        (
            f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-{POD}.slice/cri-containerd-{ID}.scope",
            f"containerd:{SHORT}",
        ),
        (f"/kubepods.slice/kubepods-besteffort.slice/crio-{ID}.scope", f"cri-o:{SHORT}"),
        (f"/kubepods/burstable/{POD}/{ID}", f"kubepods:{SHORT}"),
        (f"/kubepods/{POD}/{ID}", f"kubepods:{SHORT}"),
        # containerd's own name scheme
        (
            f"/system.slice/containerd.service/kubepods-besteffort.slice:cri-containerd:{ID}",
            f"containerd:{SHORT}",
        ),
        # LXC and LXD
        ("/lxc/web", "lxc:web"),
        ("/lxc.payload.web/init.scope", "lxc:web"),
        ("/lxc.payload/web/system.slice/nginx.service", "lxc:web"),
        # nothing that names anyone
        ("", None),
        ("/", None),
        ("/user.slice", None),
        ("/process_api/0123456789abcdef0123456789abcdef", None),
        # hostile
        (
            "/system.slice/a\x1b]0;x\x07.service",
            "a\N{REPLACEMENT CHARACTER}]0;x\N{REPLACEMENT CHARACTER}.service",
        ),
        ("/lxc/\u202egnp", "lxc:\N{REPLACEMENT CHARACTER}gnp"),
    ],
)
def test_unit_of(path: str, unit: str | None) -> None:
    assert unit_of(path) == unit


def test_names_are_bounded() -> None:
    name = unit_of("/system.slice/" + "x" * 10_000 + ".service")
    assert name is not None
    assert len(name) == 128


# -- the tree


def test_numbers_lead_to_paths(tmp_path: Path) -> None:
    service = tmp_path / "system.slice" / "nginx.service"
    service.mkdir(parents=True)
    tree = CgroupTree(str(tmp_path))
    assert tree.unit(service.stat().st_ino) == "nginx.service"
    assert tree.unit(service.parent.stat().st_ino) is None
    later = tmp_path / "later.service"
    later.mkdir()
    assert tree.unit(later.stat().st_ino) == "later.service"


def test_what_leads_nowhere(tmp_path: Path) -> None:
    tree = CgroupTree(str(tmp_path / "missing"))
    assert tree.unit(4711) is None
    assert tree.unit(None) is None


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere" / "a.service"
    outside.mkdir(parents=True)
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(outside.parent)
    assert CgroupTree(str(root)).unit(outside.stat().st_ino) is None


# -- a real one


@pytest.fixture
def cgroup() -> Iterator[Path]:
    """A cgroup of the version 2 tree, named like a service."""
    root = CgroupTree().root
    assert root in ROOTS
    made = Path(root) / f"netmon-test-{os.getpid()}.service"
    made.mkdir()
    yield made
    with suppress(OSError):
        made.rmdir()


@pytest.mark.root
def test_a_stranger_learns_the_unit_of_a_socket(cgroup: Path) -> None:
    def serve(channel: Channel) -> None:
        (cgroup / "cgroup.procs").write_text(str(os.getpid()))
        with listener() as server:
            channel.send(port_of(server))
            channel.recv()

    def look() -> SocketRecord:
        collector = LinuxCollector(follow=False)
        try:
            return next(r for r in collector.poll().sockets if r.protocol == "tcp" and r.local.port == port)
        finally:
            collector.close()

    with forked(serve) as child:
        port = child.hear()
        process = read_process(child.pid)
        seen_by_root, seen_by_nobody = look(), in_child(look, uid=NOBODY)
    wait_for(lambda: not (cgroup / "cgroup.procs").read_text())
    assert process is not None
    assert process.unit == cgroup.name
    assert seen_by_root.owner.unit == cgroup.name
    assert seen_by_nobody.cgroup_id == cgroup.stat().st_ino
    assert seen_by_nobody.owner.reason is OwnerReason.OTHER_USER
    assert seen_by_nobody.owner.unit == cgroup.name
    assert seen_by_nobody.owner.processes == ()
