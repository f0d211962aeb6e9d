"""Strangers' text is safe to print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model.text import REPLACEMENT, clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("curl", "curl"),
        ("日本語 é", "日本語 é"),
        ("a\tb\nc\r", "a b c "),
        ("\x1b[31mred", f"{REPLACEMENT}[31mred"),
        ("\x9b1m", f"{REPLACEMENT}1m"),
        ("a\u202eb\u2066c", f"a{REPLACEMENT}b{REPLACEMENT}c"),
        ("a\u2028b", "a b"),
        ("a\u00a0b\u3000c\vd\fe", "a b c d e"),
        ("\udcff", REPLACEMENT),
        ("\x00\x7f", REPLACEMENT * 2),
        ("", ""),
        ("[/x]", "[/x]"),
    ],
)
def test_examples(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(st.characters()), st.integers(1, 50))
def test_the_result_is_printable_bounded_and_stays_as_it_is(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert cleaned.isprintable()
    assert len(cleaned) <= limit
    assert clean(cleaned, limit) == cleaned
    cleaned.encode()


def test_what_is_too_long_says_so() -> None:
    assert clean("x" * 10, 4) == "xxx…"
