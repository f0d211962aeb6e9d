"""Master files cut into entries: every form of RFC 1035 section 5, and every heap of bytes."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from netmon.resolver.rules.zone_text import Line, entries


def words(text: str) -> list[tuple[str, ...]]:
    return [line.words for line in entries(text.encode("latin-1"))]


def test_comments_and_blank_lines_are_no_entries() -> None:
    assert words("; a comment\n\n   \n  ; another\nwww A 192.0.2.1 ; behind\n") == [("www", "A", "192.0.2.1")]


def test_a_group_goes_over_lines() -> None:
    (soa, ns) = entries(b"@ SOA ns1 host (\n 1 ; serial\n 2 3\n 4 5 )\n NS ns1\n")
    assert soa == Line(1, False, ("@", "SOA", "ns1", "host", "1", "2", "3", "4", "5"))
    assert ns == Line(5, True, ("NS", "ns1"))


def test_quotes_hide_everything_else() -> None:
    assert words(r'x TXT "a ; b ( c \" d" e\;f') == [("x", "TXT", r'"a ; b ( c \" d"', r"e\;f")]


def test_lines_of_windows() -> None:
    assert words("www A 192.0.2.1\r\n\r\nx A 192.0.2.2\r\n") == [
        ("www", "A", "192.0.2.1"),
        ("x", "A", "192.0.2.2"),
    ]


def test_bytes_outside_ascii_stay_what_they_are() -> None:
    assert words("x TXT \xc3\xa9 \\\xe9 \\\\\xe9") == [("x", "TXT", r"\195\169", r"\233", r"\\\233")]


def test_what_is_never_closed_is_told_and_the_rest_is_read() -> None:
    found = list(entries(b'a A (\nb A 192.0.2.1\nc TXT "x\nd A )\ne A 192.0.2.2\nf \\'))
    assert [(line.number, line.error) for line in found] == [
        (1, "its quotation is never closed"),
        (4, "it has a ) without a ("),
        (5, ""),
        (6, "it ends in a backslash"),
    ]


def test_a_group_that_swallows_the_next_is_given_up() -> None:
    found = list(entries(b"a A ( 1\nb A 192.0.2.1\nc SOA ( 1\n2 )\n"))
    assert [(line.number, line.error) for line in found] == [(1, "its ( is never closed"), (2, ""), (3, "")]
    assert found[2].words == ("c", "SOA", "1", "2")


@given(st.binary(max_size=300) | st.text(alphabet='ab1.;()"\\ \t\n$@', max_size=300).map(str.encode))
@example(b"(\n" * 200)
def test_any_bytes_give_entries_in_order(data: bytes) -> None:
    found = list(entries(data))
    numbers = [line.number for line in found]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= data.count(b"\n") + 1 for number in numbers)
    assert all(word and word.isascii() for line in found for word in line.words)


def test_many_open_groups_take_no_long_time() -> None:
    assert len(list(entries(b"x (\n" * 100_000))) == 100_000


def test_a_parameter_and_its_quoted_value_are_one_word() -> None:
    (line,) = entries(b'@ HTTPS 1 . alpn="h2,h3" a= "b" "c=""d"\n')
    assert line.words == ("@", "HTTPS", "1", ".", 'alpn="h2,h3"', "a=", '"b"', '"c="', '"d"')
