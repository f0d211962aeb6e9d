"""Where a trace begins: the built-in root, and files."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import dns.name
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.resolver.trace.hints import (
    SIZE_LIMIT,
    Hints,
    HintsError,
    load_hints,
    parse_hints,
    root_hints,
    start_at,
)

NAMED_ROOT = """
;       This file holds the information on root name servers
.                        3600000      NS    A.ROOT-SERVERS.NET.
A.ROOT-SERVERS.NET.      3600000      A     198.41.0.4
A.ROOT-SERVERS.NET.      3600000      AAAA  2001:503:ba3e::2:30
;
.                        3600000  IN  NS    B.ROOT-SERVERS.NET.
B.ROOT-SERVERS.NET.      3600000  IN  A     170.247.170.2
"""


def refusal(text: str) -> str:
    with pytest.raises(HintsError) as raised:
        parse_hints(text, "file")
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_thirteen_root_servers_of_both_families() -> None:
    hints = root_hints()
    assert hints.zone == dns.name.root
    assert len(hints.servers) == 13
    addresses = [ipaddress.ip_address(address) for found in hints.servers.values() for address in found]
    assert sorted({address.version for address in addresses}) == [4, 6]
    assert len(set(addresses)) == 26
    assert all(address.is_global for address in addresses)


def test_the_form_of_named_root() -> None:
    hints = parse_hints(NAMED_ROOT, "file")
    assert hints.zone == dns.name.root
    assert {name.to_text().lower(): found for name, found in hints.servers.items()} == {
        "a.root-servers.net.": ("198.41.0.4", "2001:503:ba3e::2:30"),
        "b.root-servers.net.": ("170.247.170.2",),
    }


def test_any_zone_can_be_the_start() -> None:
    hints = parse_hints("example. NS ns.example.\nexample. NS far.net.\nns.example. A 192.0.2.1", "file")
    assert hints.zone.to_text() == "example."
    assert [(name.to_text(), found) for name, found in hints.servers.items()] == [
        ("ns.example.", ("192.0.2.1",)), ("far.net.", ()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no NS record"),
        ("a. A 192.0.2.1", "has no NS record"),
        (". NS a.", "gives no address of any server"),
        (". NS a.\na. A 192.0.2.1\nnet. NS b.", "several zones (., net.)"),
        (". NS a.\na. A 192.0.2.999", "is no hints file: "),
        ("$INCLUDE /etc/passwd", "is no hints file: "),
        ("$GENERATE 1-999999999 a$ A 192.0.2.1", "is no hints file: "),
        (". CH NS a.", "is no hints file: "),
        ("root:x:0:0:root:/root:/bin/bash", "is no hints file: "),
    ],
)
def test_anything_else_is_refused(text: str, said: str) -> None:
    assert said in refusal(text)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "hints"
    path.write_text(NAMED_ROOT)
    assert load_hints(str(path)).source == str(path)


def test_files_that_cannot_be_read_or_are_too_long(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_text(";" * (SIZE_LIMIT + 1))
    for bad, said in ((path, "more than"), (tmp_path / "none", "No such file"), (tmp_path, "regular file")):
        with pytest.raises(HintsError, match=said):
            load_hints(str(bad))


def test_addresses_alone_can_be_the_start() -> None:
    hints = start_at(["192.0.2.1", "[2001:db8::1]"])
    assert hints.zone == dns.name.root
    assert list(hints.servers.values()) == [("192.0.2.1",), ("2001:db8::1",)]
    assert hints.source == "named server 192.0.2.1, 2001:db8::1"


@pytest.mark.parametrize("server", ["tls://192.0.2.1", "192.0.2.1:5353", "ns.example", "system", ""])
def test_a_start_that_is_no_address(server: str) -> None:
    with pytest.raises(HintsError, match="begins at plain addresses"):
        start_at([server])


SNIPPETS = st.sampled_from(
    [". ", "NS ", "a. ", "A ", "192.0.2.1", "\n", "(", ")", '"', "\\", "$TTL ", "IN ", "3600 ", "AAAA ::1"]
)


def outcome(text: str) -> Hints | str:
    """The hints, or why there are none."""
    try:
        return parse_hints(text, "file")
    except HintsError as error:
        return str(error)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(SNIPPETS, max_size=20).map("".join)))
def test_any_text_is_hints_or_refused_in_one_line(text: str) -> None:
    hints = outcome(text)
    if isinstance(hints, str):
        assert hints.isprintable()
        return
    found = [address for addresses in hints.servers.values() for address in addresses]
    assert found
    for address in found:
        ipaddress.ip_address(address)
