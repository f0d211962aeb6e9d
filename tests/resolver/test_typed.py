"""What a line means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.enquiry import TYPES
from netmon.resolver.questions import BadNameError
from netmon.resolver.server import BadServerError, Server
from netmon.resolver.typed import Typed, read_typed


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("example.com", Typed("example.com", TYPES)),
        ("  example.com  mx TXT mx ", Typed("example.com", ("MX", "TXT"))),
        ("@1.1.1.1 example.com A", Typed("example.com", ("A",), (Server("udp", "1.1.1.1", 53),))),
        ("192.0.2.1", Typed("192.0.2.1", ("PTR",))),
    ],
)
def test_a_line_is_a_name_types_and_servers(line: str, meant: Typed) -> None:
    assert read_typed(line) == meant


@pytest.mark.parametrize(
    ("line", "error", "why"),
    [
        ("", BadNameError, "it is empty"),
        ("@1.1.1.1", BadNameError, "it is empty"),
        ("a..b", BadNameError, "a DNS label is empty"),
        ("example.com NOPE", BadNameError, "no record type called NOPE"),
        ("example.com @1.1.1.999", BadServerError, "no IPv4 address"),
        ("example.com @", BadServerError, "empty"),
    ],
)
def test_what_makes_no_sense_is_named(line: str, error: type[ValueError], why: str) -> None:
    with pytest.raises(error, match=why):
        read_typed(line)


@given(st.text(max_size=60))
def test_any_text_is_a_question_or_one_clear_line(line: str) -> None:
    said = ""
    try:
        read_typed(line)
    except (BadNameError, BadServerError) as error:
        said = str(error)
    assert said.isprintable()
