"""Control groups: from a socket's cgroup number to the systemd unit or container it runs in."""

from __future__ import annotations

import os
import re

from netmon.model.text import clean

# The two places where the cgroup2 tree is mounted: alone, or beside v1 ("hybrid").
ROOTS = ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")
_LIMIT = 20_000  # directories remembered

_CONTAINER = re.compile(
    r"(?:(?P<engine>docker|crio|cri-containerd|libpod|containerd|lxc)[-/.:]+(?:payload\.)?)?(?P<id>[0-9a-f]{64})"
)
_LXC = re.compile(r"/lxc(?:\.payload)?[./](?P<name>[^/]+)")
_ENGINE_NAMES = {"libpod": "podman", "crio": "cri-o", "cri-containerd": "containerd"}
_PLAIN_SUFFIXES = (".service", ".scope", ".socket", ".mount")


def unit_of(path: str) -> str | None:
    """The systemd unit or container that a cgroup path names, or None.

    The innermost wins: a container inside a service is the container.
    """
    if found := _CONTAINER.search(path):
        engine = found["engine"] or ("kubepods" if "kubepods" in path else "container")
        return f"{_ENGINE_NAMES.get(engine, engine)}:{found['id'][:12]}"
    if found := _LXC.search(path):
        return clean(f"lxc:{found['name']}", 128)
    for part in reversed(path.split("/")):
        if part.endswith(_PLAIN_SUFFIXES):
            return clean(part, 128)
    return None


class CgroupTree:
    """The cgroup2 tree by number: the `st_ino` of a directory is the `INET_DIAG_CGROUP_ID` of its sockets.

    Anyone may `stat` it, so that the unit of another user's socket is known without root.
    """

    def __init__(self, root: str | None = None) -> None:
        self.root = root if root is not None else _find_root()
        self._paths: dict[int, str] = {}

    def unit(self, cgroup_id: int | None) -> str | None:
        """The unit or container of a cgroup number, or None if it has none or is gone.

        A number not seen before costs a walk of the tree, and is remembered even when it leads nowhere.
        """
        if cgroup_id is None or self.root is None:
            return None
        if cgroup_id not in self._paths:
            self._walk()
            self._paths.setdefault(cgroup_id, "")
        return unit_of(self._paths[cgroup_id])

    def _walk(self) -> None:
        root = self.root or ""
        self._paths = {}
        pending = [root]
        while pending and len(self._paths) < _LIMIT:
            directory = pending.pop()
            try:
                with os.scandir(directory) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            self._paths[entry.inode()] = entry.path[len(root) :]
                            pending.append(entry.path)
            except OSError:
                continue  # vanished, or not ours to read


def _find_root() -> str | None:
    return next((root for root in ROOTS if os.path.exists(f"{root}/cgroup.controllers")), None)
