"""What is typed to be traced, and where it begins."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.questions import BadNameError
from netmon.resolver.trace.hints import ROOT_SERVERS, HintsError
from netmon.resolver.trace.steps import Outcome
from netmon.resolver.trace.typed import Wanted, begin, trace_typed, wanted
from netmon.resolver.transport.exchange import Deadline


@pytest.mark.parametrize(
    ("text", "types", "asks"),
    [
        ("www.example.com", ("a", "TYPE28"), "www.example.com. A AAAA"),
        ("münchen.example.", ("A",), "xn--mnchen-3ya.example. A"),
        ("2001:db8::1", ("A",), f"1.{'0.' * 23}8.b.d.0.1.0.0.2.ip6.arpa. PTR"),
    ],
)
def test_a_name_or_an_address(text: str, types: tuple[str, ...], asks: str) -> None:
    assert str(wanted(text, types)) == asks


@pytest.mark.parametrize("text", ["", "a..b", "https://example.com/", "x" * 64])
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(BadNameError):
        wanted(text)


def test_where_a_trace_begins(tmp_path: Path) -> None:
    hints = tmp_path / "hints"
    hints.write_text(". NS a.\na. A 192.0.2.1\n")
    assert len(begin("").servers) == len(ROOT_SERVERS)
    assert begin("192.0.2.1, [2001:db8::1]").source == "named server 192.0.2.1, 2001:db8::1"
    assert begin(str(hints)).source == str(hints)


def test_where_none_can_begin(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for start in (str(fifo), str(tmp_path), "ns.example.com", "\0"):
        with pytest.raises(HintsError):
            begin(start)


def test_what_came_of_it_says_where_it_began() -> None:
    deadline = Deadline.after(0)
    traced = trace_typed(Wanted("www.example.com.", ("A", "MX")), "192.0.2.1", deadline)
    assert traced.source == "named server 192.0.2.1"
    assert [(trace.type, trace.outcome) for trace in traced.traces] == [
        ("A", Outcome.GIVEN_UP), ("MX", Outcome.GIVEN_UP),
    ]  # fmt: skip


def answer(ask: Callable[[], object]) -> str:
    """What is said to a text: what it was taken for, or why it is nothing."""
    try:
        return str(ask())
    except (BadNameError, HintsError) as error:
        return str(error)


@given(st.text(max_size=300), st.sampled_from(["A", "TYPE65", "AXFR", "x"]))
def test_any_text_is_a_name_or_is_said_to_be_none(text: str, kind: str) -> None:
    said = answer(lambda: wanted(text, (kind,)))
    assert said.isprintable()
    assert said.startswith("bad ") or " " in said


@given(st.text(alphabet=st.characters(exclude_characters="/"), max_size=300))
def test_any_text_is_a_start_or_is_said_to_be_none(text: str) -> None:
    assert answer(lambda: begin(text).source).isprintable()
