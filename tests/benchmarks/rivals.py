"""netshow, another monitor made with Textual, in a virtual environment of the benchmark's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NETSHOW = "netshow"
_LIMIT_S = 120


class RivalError(RuntimeError):
    """netshow could not be had."""


def install_netshow(directory: Path) -> str:
    """Install netshow from PyPI below a directory; the path of its program.

    Raises:
        RivalError: that did not succeed.
    """
    try:
        _run(sys.executable, "-m", "venv", str(directory))
        _run(str(directory / "bin" / "pip"), "install", "--quiet", NETSHOW)
    except (OSError, subprocess.SubprocessError) as error:
        raise RivalError(f"netshow could not be installed: {error}") from error
    return str(directory / "bin" / NETSHOW)


def _run(*argv: str) -> None:
    subprocess.run(
        argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        timeout=_LIMIT_S,
    )  # fmt: skip
