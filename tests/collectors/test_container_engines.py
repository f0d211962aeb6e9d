"""Programs that stand in for docker, podman and systemctl, run for real."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netmon.collectors.container_engines import published_ports, systemd_sockets
from tests.servers import script


def stand_in(place: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """Let a shell script be found before everything else."""
    monkeypatch.setenv("PATH", f"{script(place, name, text)}:{os.environ['PATH']}")


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_says_what_the_program_says(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, engine, 'echo "$@"')
    assert published_ports(engine) == "ps --format {{.Names}}\t{{.Ports}}\n"


def test_the_sockets_of_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "systemctl", 'echo "$1"; echo "$LC_ALL"')
    assert systemd_sockets() == "list-sockets\nC\n"


@pytest.mark.parametrize(
    "text",
    ["echo web; exit 1", "exec sleep 60", "echo web; exec 1>&-; exec sleep 60", "exec cat /dev/zero"],
    ids=["refuses", "hangs", "closes its output and hangs", "never ends"],
)
def test_what_goes_wrong_is_no_answer(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "docker", text)
    assert published_ports("docker", deadline_s=0.2) == ""


def test_a_program_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert published_ports("docker") == ""
    (tmp_path / "docker").write_text("no program", encoding="utf-8")
    (tmp_path / "docker").chmod(0o755)
    assert published_ports("docker") == ""
