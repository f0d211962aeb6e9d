"""What is known of several conditions together."""

from __future__ import annotations

from itertools import product

from netmon.ports.firewall.truth import Truth, all_of, any_of, truth

NO, STRANGE, DEPENDS, YES = Truth


def test_of_no_conditions() -> None:
    assert all_of() is YES
    assert any_of() is NO


def test_one_that_fails_decides_all_and_one_that_holds_decides_any() -> None:
    for first, second in product(Truth, Truth):
        both, either = all_of(first, second), any_of(first, second)
        assert (both is NO) == (NO in (first, second))
        assert (both is YES) == (first is second is YES)
        assert (either is YES) == (YES in (first, second))
        assert (either is NO) == (first is second is NO)


def test_what_is_not_understood_is_not_made_certain() -> None:
    assert all_of(STRANGE, DEPENDS) is any_of(STRANGE, DEPENDS) is STRANGE
    assert (~STRANGE, ~DEPENDS, ~YES, ~NO) == (STRANGE, DEPENDS, NO, YES)
    assert (truth(True), truth(False)) == (YES, NO)
