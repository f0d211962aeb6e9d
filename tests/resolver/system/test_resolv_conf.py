"""The lines of resolv.conf(5), good and bad, and the environment that overrides them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.system.resolv_conf import ResolvConf, parse_resolv_conf


def test_a_file_as_kubernetes_writes_it() -> None:
    found = parse_resolv_conf(
        "search web.svc.cluster.local svc.cluster.local cluster.local\n"
        "nameserver 10.96.0.10\n"
        "options ndots:5 timeout:1 edns0\n"
    )
    search = ("web.svc.cluster.local.", "svc.cluster.local.", "cluster.local.")
    assert found == ResolvConf(("10.96.0.10",), search, 5)


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("", None),
        ("search a.test\ndomain b.test\n", ("b.test.",)),
        ("domain b.test c.test\nsearch a.test\n", ("a.test.",)),
        ("domain b.test c.test\n", ("b.test.",)),
        ("search .\n", ()),
        ("search\n", ()),
    ],
)
def test_the_last_line_about_the_search_list_stands(text: str, search: tuple[str, ...] | None) -> None:
    assert parse_resolv_conf(text).search == search


@pytest.mark.parametrize(
    ("options", "ndots"),
    [
        ("ndots:0", 0),
        ("ndots:99999999999999999999", 15),
        ("ndots:x", 1),
        ("rotate ndots:2 ndots:3", 3),
        ("", 1),
    ],
)
def test_how_many_dots(options: str, ndots: int) -> None:
    assert parse_resolv_conf(f"options {options}\n").ndots == ndots


def test_the_environment_has_the_last_word() -> None:
    text = "search a.test\noptions ndots:2\n"
    found = parse_resolv_conf(text, {"LOCALDOMAIN": "b.test c.test", "RES_OPTIONS": "ndots:4"})
    assert (found.search, found.ndots) == (("b.test.", "c.test."), 4)
    assert parse_resolv_conf(text, {"LOCALDOMAIN": "a..b"}) == ResolvConf((), ("a.test.",), 2)


def test_an_address_keeps_its_zone() -> None:
    assert parse_resolv_conf("nameserver fe80::1%eth0\n").nameservers == ("fe80::1%eth0",)


@pytest.mark.parametrize(
    "line", [" nameserver 192.0.2.1", "nameserver", "nameserver 192.0.2.256", "search a..b"]
)
def test_what_makes_no_sense_is_told(line: str) -> None:
    assert parse_resolv_conf(line) == ResolvConf(ignored=(line.strip(),))


def test_comments_and_other_keywords_are_passed_over_in_silence() -> None:
    assert parse_resolv_conf("# nameserver x\n; search y\nsortlist z\nnameserverx 1\n\n") == ResolvConf()


_WORD = st.sampled_from(
    [
        "nameserver",
        "search",
        "domain",
        "options",
        " ",
        "\n",
        "\t",
        "192.0.2.1",
        "::1%",
        "a.test",
        "ndots:",
        "9",
    ]
)


@given(st.lists(_WORD | st.text(max_size=6)).map("".join))
def test_whatever_stands_there_comes_to_something_printable(text: str) -> None:
    found = parse_resolv_conf(text)
    assert 0 <= found.ndots <= 15
    for part in (*found.nameservers, *(found.search or ()), *found.ignored):
        assert part.isprintable()
