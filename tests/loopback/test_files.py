"""Small files are read whole or up to a limit, and why one cannot be is said."""

from __future__ import annotations

import os
from pathlib import Path

from netmon.loopback.files import hosts_path, read_file


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc\xffdef\n")
    assert read_file(str(path)).text == "abc\ufffddef\n"
    assert read_file(str(path), 4).text == "abc\ufffd"


def test_a_file_that_is_not_there() -> None:
    found = read_file("/nonexistent/file")
    assert (found.text, found.missing, found.error) == (None, True, "No such file or directory")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    found = read_file(str(tmp_path))
    assert (found.text, found.missing, found.error) == (None, False, "Is a directory")


def test_a_pipe_in_place_of_a_file_holds_nothing_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert read_file(str(pipe)).text == ""


def test_the_hosts_file_of_this_system() -> None:
    assert read_file(hosts_path()).text
