"""The tests are the same tree as the program: netmon/a/x.py is tested in tests/a/test_x.py."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

EXEMPT = {
    "__main__.py": "test_main.py",  # test___main__.py would be the same name, harder to read
    "collectors/base.py": "collectors/test_select.py",  # a protocol, fulfilled by what is chosen there
}
"""Modules whose test has another name. `__init__.py` holds a docstring and nothing to test."""


def expected_test(module: str) -> str:
    """Where the test of a module must be, both relative to their trees."""
    path = Path(module)
    return EXEMPT.get(module) or str(path.with_name(f"test_{path.name}"))


MODULES = sorted(
    str(path.relative_to(ROOT / "netmon"))
    for path in (ROOT / "netmon").rglob("*.py")
    if path.name != "__init__.py"
)


def test_there_are_modules_to_look_at() -> None:
    assert "cli.py" in MODULES
    assert "tui/widgets/live_table.py" in MODULES
    assert expected_test("tui/widgets/live_table.py") == "tui/widgets/test_live_table.py"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_its_test(module: str) -> None:
    path = ROOT / "tests" / expected_test(module)
    assert path.is_file(), f"netmon/{module} has no tests/{expected_test(module)}"
    assert "def test_" in path.read_text(encoding="utf-8"), f"{path} tests nothing"


def test_an_init_has_nothing_to_test() -> None:
    for path in (ROOT / "netmon").rglob("__init__.py"):
        text = path.read_text(encoding="utf-8")
        assert "def " not in text, path
        assert "class " not in text, path


def test_no_exemption_is_left_over() -> None:
    assert set(EXEMPT) <= set(MODULES)
