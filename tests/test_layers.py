"""The import contracts of pyproject.toml, proved by what is in `sys.modules` after the imports."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

import netmon
from tests.program import environment

ROOT = Path(__file__).parent.parent

_PROGRAM = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def contract_layers() -> list[set[str]]:
    """The layers that pyproject.toml states, the highest first, each with its siblings."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    return [{name.strip() for name in layer.split("|")} for layer in contract["layers"]]


LAYERS = contract_layers()
PARTS = sorted(set().union(*LAYERS))
MODULES = sorted(module.name for module in pkgutil.walk_packages(netmon.__path__, "netmon."))


def modules_of(part: str) -> list[str]:
    """A package or module and everything in it."""
    return [name for name in MODULES if name == part or name.startswith(f"{part}.")]


@cache
def loaded_by(part: str) -> frozenset[str]:
    """What is loaded after everything in a part of the program was imported."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *modules_of(part)],
        capture_output=True, encoding="utf-8", env=environment(), timeout=60, check=True,
    )  # fmt: skip
    return frozenset(json.loads(done.stdout))


def above_and_beside(part: str) -> set[str]:
    """The parts that a part must not import: the layers above its own, and its siblings."""
    (index,) = (number for number, layer in enumerate(LAYERS) if part in layer)
    return set().union(*LAYERS[:index], LAYERS[index] - {part})


# What the arguments are made of without loading what they name: the list of tabs is plain words.
_WORDS = {"netmon.tui", "netmon.tui.tabs", "netmon.tui.tabs.registry"}


def test_every_module_belongs_to_a_layer() -> None:
    inside = {name for part in PARTS for name in modules_of(part)}
    assert set(MODULES) == inside
    assert "netmon.model.socket" in inside


@pytest.mark.parametrize("part", PARTS)
def test_a_layer_loads_nothing_from_above_or_beside(part: str) -> None:
    forbidden = {name for other in above_and_beside(part) for name in modules_of(other)}
    assert part in loaded_by(part)
    assert loaded_by(part) & forbidden == set()


@pytest.mark.parametrize(
    "part", [part for part in PARTS if part not in ("netmon.tui", "netmon.cli", "netmon.commands")]
)
def test_only_the_app_loads_textual(part: str) -> None:
    assert not {"textual", "rich"} & loaded_by(part)


def test_the_app_loads_textual() -> None:
    assert {"textual", "rich"} <= loaded_by("netmon.tui")


@pytest.mark.parametrize("part", [part for part in PARTS if part != "netmon.collectors"])
def test_only_collectors_load_psutil(part: str) -> None:
    assert "psutil" not in loaded_by(part) or "netmon.collectors.psutil_backend" in loaded_by(part)


def test_dns_stays_in_the_resolver() -> None:
    for part in ("netmon.model", "netmon.collectors", "netmon.engine", "netmon.output", "netmon.cli"):
        assert "dns" not in loaded_by(part)


def test_the_model_needs_nothing_but_the_standard_library() -> None:
    tops = {name.partition(".")[0] for name in loaded_by("netmon.model")}
    strangers = {name for name in tops - sys.stdlib_module_names if not name.startswith("_")}
    assert strangers - {"netmon", "sitecustomize"} == set()


def test_the_model_reads_no_clock_and_opens_nothing() -> None:
    assert not {"subprocess", "threading", "asyncio", "psutil"} & (
        loaded_by("netmon.model") - bare_interpreter()
    )


@cache
def bare_interpreter() -> frozenset[str]:
    """What Python has loaded by itself, and what `python -c` of the programs here needs."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        capture_output=True, encoding="utf-8", env=environment(), timeout=60, check=True,
    )  # fmt: skip
    return frozenset(json.loads(done.stdout))


def test_the_command_line_is_parsed_with_words_alone() -> None:
    loaded = {name for name in loaded_by("netmon.arguments") if name.startswith("netmon.")}
    assert loaded == {"netmon.arguments", *_WORDS}


def test_the_composition_root_loads_a_face_only_in_its_branch() -> None:
    loaded = {name for name in loaded_by("netmon.cli") if name.startswith("netmon.")}
    ways_to_end = {"netmon.commands", "netmon.commands.ending", "netmon.commands.streams"}
    assert loaded == {"netmon.cli", "netmon.arguments", *ways_to_end, *_WORDS}
