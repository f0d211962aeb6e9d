"""The app as a command: without a terminal it says what works. With one it is tested in tests/tui."""

from __future__ import annotations

from tests.program import netmon, said_in_one_line, shell


def test_without_a_terminal_the_app_names_what_works() -> None:
    said_in_one_line(netmon(), "needs a terminal", "netmon connections", "netmon ports")
    said_in_one_line(shell("netmon <&-"), "needs a terminal")
