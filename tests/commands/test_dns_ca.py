"""The file of --ca: certificates, or one line on what it is instead."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from netmon.commands.dns_ca import check_ca
from netmon.commands.ending import CannotAskError
from tests.resolver.authority import Authority


def given(path: str | None) -> argparse.Namespace:
    return argparse.Namespace(ca=path)


def test_certificates_and_no_file_at_all_are_fine(tmp_path: Path) -> None:
    check_ca(given(str(Authority(tmp_path).path)))
    check_ca(given(None))


def test_what_holds_no_certificates_is_named(tmp_path: Path) -> None:
    empty, pipe = tmp_path / "empty", tmp_path / "pipe"
    empty.write_text("")
    os.mkfifo(pipe)  # which would be waited for
    for path, why in (
        (empty, "holds no certificates (PEM)"),
        (tmp_path, "is no file"),
        (pipe, "is no file"),
        (tmp_path / "no[/x]\x1b", "cannot be read (No such file or directory)"),
    ):
        with pytest.raises(CannotAskError) as raised:
            check_ca(given(str(path)))
        assert str(raised.value).startswith("--ca: ")
        assert str(raised.value).endswith(why)
        assert str(raised.value).isprintable()
