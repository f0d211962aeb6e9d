"""netmon as a program of its own: run to its end or watched, and what it answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent


class Answer(NamedTuple):
    """How a run of netmon ended."""

    code: int
    out: str
    err: str

    @property
    def body(self) -> dict[str, Any]:
        """The one JSON object."""
        body: dict[str, Any] = json.loads(self.out)
        return body

    @property
    def connections(self) -> list[dict[str, Any]]:
        """The rows of the one JSON object."""
        rows: list[dict[str, Any]] = self.body["connections"]
        return rows


def environment(**changes: str) -> dict[str, str]:
    """This environment without what would change netmon's output."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))
    }
    return {**plain, "PYTHONPATH": str(ROOT), **changes}


def netmon(*arguments: str, **env: str) -> Answer:
    """Run netmon to its end, with nothing to read and pipes to write into."""
    done = subprocess.run(
        [sys.executable, "-m", "netmon", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment(**env),
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def shell(line: str, **env: str) -> Answer:
    """Run a line of shell, in which `netmon` is the one that is tested."""
    command = f'netmon() {{ "{sys.executable}" -m netmon "$@"; }}; set -o pipefail; {line}'
    done = subprocess.run(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment(**env),
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@contextmanager
def watching(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """netmon while it runs; killed at the end if it still does."""
    with subprocess.Popen(
        [sys.executable, "-m", "netmon", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def said_in_one_line(answer: Answer, *parts: str) -> None:
    """netmon refused, said why in one line on standard error, and nothing else."""
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.err.endswith("\n"), answer
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.startswith("netmon")
    for part in parts:
        assert part in answer.err


def steady(rows: list[dict[str, Any]], *keys: str) -> set[tuple[Any, ...]]:
    """What identifies rows, without what moves from one moment to the next."""
    return {tuple(json.dumps(row[key]) for key in keys) for row in rows}
