"""Names as text, escaped dots included."""

from __future__ import annotations

from netmon.resolver.rules.names import ancestors, joined, labels, relative, within


def test_a_dot_inside_a_label_does_not_end_it() -> None:
    assert labels(r"first\.last.example.com.") == (r"first\.last", "example", "com")
    assert labels(r"a\\.b.") == (r"a\\", "b")
    assert labels(".") == ()


def test_labels_and_joined_are_inverse() -> None:
    for name in ("www.example.com.", r"a\.b.c.", ".", r"\032x.y."):
        assert joined(labels(name)) == name


def test_within_goes_by_labels() -> None:
    assert within("www.example.com.", "example.com.")
    assert within("example.com.", "example.com.")
    assert within("com.", ".")
    assert not within("badexample.com.", "example.com.")
    assert not within(r"www\.example.com.", "example.com.")
    assert not within("com.", "example.com.")


def test_ancestors_end_with_the_zone() -> None:
    assert ancestors("a.b.example.com.", "example.com.") == ["b.example.com.", "example.com."]
    assert ancestors("example.com.", "example.com.") == []


def test_relative_is_what_stands_in_the_file() -> None:
    assert relative("example.com.", "example.com.") == "@"
    assert relative("a.b.example.com.", "example.com.") == "a.b"
    assert relative("example.org.", "example.com.") == "example.org."
