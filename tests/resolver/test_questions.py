"""What the user typed becomes names and types, or a sentence that says why not."""

from __future__ import annotations

import pytest

from netmon.resolver.questions import BadNameError, questions


def names(text: str, search: tuple[str, ...] = (), ndots: int = 1) -> list[str]:
    _, found = questions(text, ["A"], search, ndots)
    return [name.to_text() for name in found]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("a..b", "a DNS label is empty"),
        ("a b", "white space"),
        ("a\x1b[2Jb", "control characters"),
        ("x" * 64, "> 63 octets"),
        (".".join(["x" * 60] * 5), "> 255 octets"),
        ("x" * 5000, "longer than the 255 octets"),
        ("é" * 80, "octets"),
        (r"\999", "escaped code"),
        ("https://example.test/", "a URL"),
    ],
)
def test_a_bad_name_says_why(text: str, reason: str) -> None:
    with pytest.raises(BadNameError) as raised:
        questions(text, ["A"], (), 1)
    assert str(raised.value).startswith("bad name: ")
    assert reason in str(raised.value)


@pytest.mark.parametrize("kind", ["NONSENSE", "AXFR", "", "TYPE99999"])
def test_a_bad_type_is_refused(kind: str) -> None:
    with pytest.raises(BadNameError, match=r"^bad type: "):
        questions("example.test", [kind], (), 1)


def test_types_have_their_usual_spelling() -> None:
    kinds, _ = questions("example.test", ["a", "type65", "Any"], (), 1)
    assert kinds == ("A", "HTTPS", "ANY")


@pytest.mark.parametrize("text", ["192.0.2.1", " 192.0.2.1 ", "[192.0.2.1]"])
def test_an_address_asks_for_its_ptr_whatever_the_types(text: str) -> None:
    kinds, found = questions(text, ["A", "NS"], ["example.test."], 1)
    assert (kinds, [name.to_text() for name in found]) == (("PTR",), ["1.2.0.192.in-addr.arpa."])


def test_a_zone_does_not_matter_to_a_ptr() -> None:
    (name,) = names("fe80::1%eth0")
    assert name.endswith(".8.e.f.ip6.arpa.")


def test_names_in_other_scripts_become_idna() -> None:
    assert names("bücher.example.test") == ["xn--bcher-kva.example.test."]


@pytest.mark.parametrize(
    ("text", "ndots", "expected"),
    [
        ("host", 1, ["host.a.test.", "host.b.test.", "host."]),
        ("host.sub", 1, ["host.sub.", "host.sub.a.test.", "host.sub.b.test."]),
        ("host.sub", 2, ["host.sub.a.test.", "host.sub.b.test.", "host.sub."]),
        ("host.", 1, ["host."]),
    ],
)
def test_the_search_list_comes_before_or_after_the_name_itself(
    text: str, ndots: int, expected: list[str]
) -> None:
    assert names(text, ("a.test.", "b.test."), ndots) == expected


def test_a_suffix_that_makes_the_name_too_long_is_left_out() -> None:
    long = ".".join(["x" * 60] * 4)
    assert names(long, ("a.test.", "example-suffix.test."), 9) == [f"{long}.a.test.", f"{long}."]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("straße.test", "xn--strae-oqa.test."),  # IDNA 2003 made it strasse
        ("_dmarc.BÜCHER.test", "_dmarc.xn--bcher-kva.test."),
        ("日本語。test", "xn--wgv71a119e.test."),
    ],
)
def test_names_are_taken_as_registries_do_today(text: str, asked: str) -> None:
    assert names(text) == [asked]


def test_what_no_registry_takes_is_named() -> None:
    with pytest.raises(BadNameError, match="bad name"):
        names("☃.test")
