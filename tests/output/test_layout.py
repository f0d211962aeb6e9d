"""Columns that fit, in characters as wide as the terminal draws them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.output.layout import Column, cut, terminal_width, text_width, wrap, write_line, write_table

COLUMNS: list[Column[tuple[str, str, str]]] = [
    Column("NAME", lambda row: row[0], least=4),
    Column("NOTE", lambda row: row[1], rank=1),
    Column("SIZE", lambda row: row[2], right=True),
]
ROWS = [("a long name", "note", "1"), ("b", "–", "22222")]


def lines(width: int | None, rows: list[tuple[str, str, str]] = ROWS) -> list[str]:
    stream = io.StringIO()
    write_table(stream, COLUMNS, rows, width)
    return stream.getvalue().splitlines()


def test_columns_are_aligned() -> None:
    assert lines(None) == ["NAME         NOTE   SIZE", "a long name  note      1", "b            –     22222"]


def test_a_narrow_terminal_takes_characters_and_then_columns() -> None:
    assert lines(18) == ["NAME   NOTE   SIZE", "a lo…  note      1", "b      –     22222"]
    assert lines(15) == ["NAME       SIZE", "a long …      1", "b         22222"]
    assert lines(5) == lines(11) == ["NAME   SIZE", "a l…      1", "b     22222"]


def test_without_rows_the_header_remains() -> None:
    assert lines(None, []) == ["NAME  NOTE  SIZE"]


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=9), st.text(max_size=3)), max_size=5))
def test_strangers_text_stays_in_its_line_and_width(rows: list[tuple[str, str, str]]) -> None:
    printed = lines(30, rows)
    assert len(printed) == len(rows) + 1
    for line in printed:
        assert line.isprintable()
        assert text_width(line) <= 30


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("–", 1), ("", 0)])
def test_widths(text: str, width: int) -> None:
    assert text_width(text) == width


@given(st.text(), st.integers(1, 20))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert text_width(cut(text, width)) <= width


def test_an_encoding_without_the_character_gets_a_question_mark() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    write_line(stream, "– 日")
    stream.flush()
    assert raw.getvalue() == b"? ?\n"


def test_a_pipe_has_no_width() -> None:
    assert terminal_width(io.StringIO()) is None


def test_text_is_wrapped_at_spaces_with_its_indents() -> None:
    assert wrap("one two three", 9, first="- ", rest="  ") == ["- one two", "  three"]
    assert wrap("", 9, first="label ") == ["label"]
    assert wrap("averylongword b", 5) == ["averylongword", "b"]


WORDS = st.lists(st.text(st.characters(blacklist_categories=["Zs", "Cc", "Cs"]), min_size=1), min_size=1)


@given(WORDS, st.integers(1, 60))
def test_wrapping_loses_no_word_and_no_line_is_too_wide(words: list[str], width: int) -> None:
    wrapped = wrap(" ".join(words), width)
    assert " ".join(wrapped).split(" ") == words
    for line in wrapped:
        assert text_width(line) <= width or " " not in line
