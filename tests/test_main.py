"""`python -m netmon` and the installed command."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from netmon import __main__, __version__
from tests.program import ROOT, environment


def test_the_exit_code_is_that_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["netmon", "--no-such-option"])
    try:
        with pytest.raises(SystemExit) as ending:
            __main__.main()
    finally:
        gc.enable()
    assert ending.value.code == 2


def test_no_garbage_is_collected_while_modules_load(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def run(arguments: Sequence[str]) -> int:
        seen.append(gc.isenabled())
        return 7

    monkeypatch.setattr("netmon.cli.run", run)
    try:
        with pytest.raises(SystemExit) as ending:
            __main__.main()
    finally:
        gc.enable()
    assert (seen, ending.value.code) == ([False], 7)


def test_an_interruption_while_modules_load_is_quiet(tmp_path: Path) -> None:
    # `import argparse` is the first thing that the command line does, and here it is interrupted there.
    (tmp_path / "argparse.py").write_text("raise KeyboardInterrupt")
    done = subprocess.run(
        [sys.executable, "-c", "from netmon.__main__ import main; main()"],
        capture_output=True, encoding="utf-8", env=environment(PYTHONPATH=f"{tmp_path}:{ROOT}"),
        timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "netmon", "--version"],
        capture_output=True, encoding="utf-8", env=environment(), timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, f"netmon {__version__}\n", "")


def test_importing_it_does_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import netmon.__main__, sys; print('netmon.cli' in sys.modules)"],
        capture_output=True, encoding="utf-8", env=environment(), timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "False\n"


def test_the_installed_command_is_main() -> None:
    (script,) = entry_points(group="console_scripts", name="netmon")
    assert script.load() is __main__.main
