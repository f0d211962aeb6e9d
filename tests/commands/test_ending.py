"""How commands end: what scripts rely on."""

from __future__ import annotations

from netmon.commands.ending import CANNOT_ASK, FOUND, NOT_FOUND
from tests.program import netmon


def test_the_exit_codes_are_those_that_scripts_know() -> None:
    assert (FOUND, NOT_FOUND, CANNOT_ASK) == (0, 1, 2)


def test_they_are_those_of_the_program() -> None:
    assert netmon("ports", "lport:0").code == NOT_FOUND  # no socket is bound to port 0
    assert netmon("ports", "nosuchfield:1").code == CANNOT_ASK
