"""How long this system waits for silence: as its settings say, and as a real connect() finds."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

import pytest

from netmon.loopback.race.patience import syn_timeout_s
from tests.kernel.hosts import on_two_hosts
from tests.kernel.silence import silent


def settings(path: Path, retries: int, linear: int | None) -> Path:
    (path / "tcp_syn_retries").write_text(f"{retries}\n")
    if linear is not None:
        (path / "tcp_syn_linear_timeouts").write_text(f"{linear}\n")
    return path


@pytest.mark.parametrize(
    ("retries", "linear", "seconds"), [(6, 4, 131), (6, None, 127), (1, 0, 3), (7, 0, 127 + 120)]
)
def test_the_kernels_arithmetic(tmp_path: Path, retries: int, linear: int | None, seconds: float) -> None:
    assert syn_timeout_s(settings(tmp_path, retries, linear)) == seconds


def test_without_its_settings_it_is_not_known(tmp_path: Path) -> None:
    assert syn_timeout_s(tmp_path) is None
    (tmp_path / "tcp_syn_retries").write_text("many")
    assert syn_timeout_s(tmp_path) is None


@pytest.mark.parametrize(("platform", "seconds"), [("win32", 21.0), ("darwin", 75.0), ("freebsd14", None)])
def test_other_systems_by_their_documents(
    monkeypatch: pytest.MonkeyPatch, platform: str, seconds: float | None
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert syn_timeout_s() == seconds


@pytest.mark.root
def test_a_real_connect_gives_up_when_it_is_foretold() -> None:
    def run(here: object, there: object) -> tuple[float, float]:
        for name, value in (("tcp_syn_retries", 1), ("tcp_syn_linear_timeouts", 0)):
            Path(f"/proc/sys/net/ipv4/{name}").write_text(str(value))
        foretold = syn_timeout_s()
        assert foretold is not None
        address, began = silent(socket.AF_INET6), time.monotonic()
        with socket.socket(socket.AF_INET6) as sock, pytest.raises(TimeoutError):
            sock.connect((address, 80))
        return foretold, time.monotonic() - began

    foretold, took = on_two_hosts(run)
    assert foretold == 3.0
    assert took == pytest.approx(foretold, abs=0.5)
