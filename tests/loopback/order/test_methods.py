"""How the implementations read rule 9, and which rules they leave out."""

from __future__ import annotations

import pytest

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.methods import (
    GO_METHOD,
    MUSL_METHOD,
    RFC_METHOD,
    glibc_method,
    glibc_prefix,
    go_prefix,
    rfc_prefix,
)
from netmon.loopback.order.rules import Rule


@pytest.mark.parametrize(
    ("candidate", "glibc", "rfc", "go"),
    [
        (Candidate("10.0.0.1", "10.0.0.2", 24), 30, 24, 0),
        (Candidate("10.0.9.1", "10.0.0.2", 24), 0, 20, 0),
        (Candidate("10.0.0.1", "10.0.0.1", None), 32, 32, 0),
        (Candidate("10.0.0.1", "10.0.0.2", None), 0, 30, 0),
        (Candidate("fd00::1", "fd00::2", 64), 126, 64, 64),
        (Candidate("fd00::1", "fd00:0:0:1::2", 48), 63, 48, 63),
        (Candidate("fd00::1", None), 0, 0, 0),
    ],
)
def test_the_bits_that_count(candidate: Candidate, glibc: int, rfc: int, go: int) -> None:
    assert (glibc_prefix(candidate), rfc_prefix(candidate), go_prefix(candidate)) == (glibc, rfc, go)


def test_glibc_and_the_rfc_apply_all_ten() -> None:
    assert glibc_method().rules == RFC_METHOD.rules == set(Rule)


def test_go_and_musl_leave_three_out() -> None:
    assert {3, 4, 7} == set(Rule) - GO_METHOD.rules == set(Rule) - MUSL_METHOD.rules
