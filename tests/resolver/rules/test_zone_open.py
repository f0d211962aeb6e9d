"""Files of a zone: regular, of bounded size and number, and none from elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netmon.resolver.rules.zone_open import COUNT_LIMIT, SIZE_LIMIT, Files, ZoneFileError


@pytest.fixture
def files(tmp_path: Path) -> Files:
    home = tmp_path / "zones"
    home.mkdir()
    (home / "main.zone").write_bytes(b"main")
    (home / "part").write_bytes(b"part")
    (tmp_path / "secret").write_bytes(b"secret")
    (home / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(home / "fifo")
    return Files(str(home / "main.zone"))


def test_a_file_and_one_beside_it(files: Files) -> None:
    assert (files.main(), files.included("part")) == (b"main", b"part")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../secret", "is not below the directory of the zone file"),
        ("/etc/passwd", "is not below the directory of the zone file"),
        ("link", "is not below the directory of the zone file"),
        ("fifo", "is not a regular file"),
        (".", "cannot be read: Is a directory"),
        ("missing", "cannot be read: No such file or directory"),
        ("x\0y", "is no file name"),
        ("y" * 5000, "cannot be read: File name too long"),
    ],
)
def test_what_is_not_read(files: Files, name: str, why: str) -> None:
    with pytest.raises(ZoneFileError, match=why):
        files.included(name)


def test_a_size_for_all_files_together(files: Files) -> None:
    (files.path.parent / "half").write_bytes(b" " * (SIZE_LIMIT // 2 + 1))
    files.included("half")
    with pytest.raises(ZoneFileError, match="half is too large: more than 16 MiB in all"):
        files.included("half")


def test_a_number_of_files(files: Files) -> None:
    for _ in range(COUNT_LIMIT - 1):
        files.included("part")
    with pytest.raises(ZoneFileError, match="more than 256 files"):
        files.included("part")
