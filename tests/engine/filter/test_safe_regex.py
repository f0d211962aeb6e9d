"""Expressions that could search for ever are refused; those that people write are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.engine.filter.safe_regex import HAYSTACK_LIMIT, compile_regex, search_any


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+$",
        "(a*)*b",
        "(a|a)+$",
        "(a|aa)*$",
        "(a?){30}a{30}",
        "((a{1,9}){1,9}){1,9}x",
        "(?:.*)+x",
        "(?P<n>[^x]+)*y",
        ".*.*.*.*.*x",
        "a*[ab]a.a*.+a+$[^b]",
        "(a+b?)+c",
        "(?:(a|b)*){2,9}.*a+b|.",
        "x" * 201,
    ],
)
def test_what_could_take_very_long_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"long|at most"):
        compile_regex(text)


@pytest.mark.parametrize("text", ["[", "(", "*", "a{2,1}", "(?P<a", "\\", "a{99999999999}", "(?z)"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a regular expression"):
        compile_regex(text)


@pytest.mark.parametrize(
    "text",
    [
        "^curl$",
        "curl|wget|python3?",
        r"(\d+\.){3}\d+",
        r"(\d{1,3}\.){3}\d{1,3}",
        "([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}",
        "GET.*html.*x",
        r"^python[\d.]* -m (http|flask)",
        "[[a]",
        "[]+*]+",
        r"\(+\[+",
        "(?i:abc)+",
        r"(\w+,)*",
        "[0-9]+:[0-9]+:[0-9]+:[0-9]+",
    ],
)
def test_what_people_write_is_taken(text: str) -> None:
    compile_regex(text)


def test_only_the_beginning_is_searched() -> None:
    pattern = compile_regex("needle")
    assert search_any(pattern, ["hay", "NEEDLE"])
    assert not search_any(pattern, ["x" * HAYSTACK_LIMIT + "needle"])


@settings(deadline=None, max_examples=300)
@given(st.text("ab.*+?{}2,9()[]|^\\", max_size=14))
def test_nothing_that_is_taken_takes_long(text: str) -> None:
    try:
        pattern = compile_regex(text)
    except ValueError:
        return
    begin = time.process_time()
    search_any(pattern, ["a" * 24 + "!", "ab" * 12 + "!"])
    assert time.process_time() - begin < 0.5
