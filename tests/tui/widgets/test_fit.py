"""Strangers' text fills exactly the cells it is given, whatever it is made of."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from netmon.tui.widgets.fit import fit, printable

HOSTILE = [
    "[/x]",
    "[bold red]name[/]",
    "[fe80::1%eth0]:443",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egnp.exe\u2066",
    "日本語の長いプロセス名",
    "👩‍💻 👍🏽 ❤️ 🇩🇪",
    "e\u0301" * 40,
    "Z" + "\u0301" * 5000,
    "\udc80\x00\n\t\r\x7f\x9b",
    "x" * 100_000,
    "日" * 100_000,
]


@given(text=st.text() | st.sampled_from(HOSTILE), width=st.integers(-2, 60), right=st.booleans())
@example(text="日本", width=3, right=True)
@example(text="a日", width=2, right=False)
@example(text="日", width=1, right=False)
def test_fills_exactly_the_width(text: str, width: int, right: bool) -> None:
    fitted = fit(text, width, right)
    assert cell_len(fitted) == max(0, width)
    assert fitted.isprintable()


@given(text=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)), width=st.integers(1, 40))
def test_ascii_is_padded_or_cut_and_never_altered(text: str, width: int) -> None:
    fitted = fit(text, width)
    expected = text if len(text) <= width else text[: width - 1] + "…"
    assert fitted == expected.ljust(width)
    assert fit(text, width, right=True) == expected.rjust(width)


@given(text=st.text(alphabet="aé日👍", max_size=30), width=st.integers(1, 40))
def test_wide_text_is_whole_where_it_fits_and_cut_at_a_character_where_not(text: str, width: int) -> None:
    fitted = fit(text, width)
    if cell_len(text) <= width:
        assert fitted.rstrip(" ") == text
    else:
        kept, _, rest = fitted.partition("…")
        assert text.startswith(kept)
        assert rest in ("", " ")
        assert cell_len(kept) >= width - 2


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("[/x]", 6, "[/x]  "),
        ("[fe80::1%eth0]:443", 18, "[fe80::1%eth0]:443"),
        ("a\x1bb", 4, "a\N{REPLACEMENT CHARACTER}b "),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日… "),
        ("日本語", 1, "…"),
        ("curl", 0, ""),
        ("one\ntwo", 7, "one two"),
        ("❤️", 2, "❤ "),
    ],
)
def test_examples(text: str, width: int, fitted: str) -> None:
    assert fit(text, width) == fitted


def test_a_tower_of_combining_marks_is_cut_down() -> None:
    assert fit("Z" + "\u0301" * 1000, 3) == "Z\u0301\u0301  "


@given(text=st.text())
def test_printable_leaves_nothing_to_act_on(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)
