"""How names are completed, and what that costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model.finding import FindingState
from netmon.resolver.questions import questions
from netmon.resolver.system.search_list import Preview, findings, preview

KUBERNETES = (
    "web.svc.cluster.local.", "svc.cluster.local.", "cluster.local.", "zone.internal.", "corp.example."
)  # fmt: skip


def order(text: str, search: tuple[str, ...] = KUBERNETES, ndots: int = 5) -> Preview:
    """In which a name is tried."""
    return preview(questions(text, ["A"], search, ndots)[1], ndots)


def test_a_short_name_is_completed_first() -> None:
    found = order("db", ("a.test.", "b.test."), 1)
    assert [(each.name, each.suffix, each.why) for each in found.candidates] == [
        ("db.a.test.", "a.test.", "completed with a.test.: 0 dots, fewer than ndots:1"),
        ("db.b.test.", "b.test.", "completed with b.test."),
        ("db.", None, "as it stands"),
    ]
    assert findings(found, "db.a.test.") == ()


def test_a_name_with_enough_dots_is_asked_as_it_stands_first_and_by_musl_only_so() -> None:
    found = order("www.example", ("a.test.",), 1)
    assert [(each.name, each.why) for each in found.candidates] == [
        ("www.example.", "as it stands: 1 dot, and ndots:1"),
        ("www.example.a.test.", "completed with a.test."),
    ]
    assert found.musl is not None
    assert order("db", ("a.test.",), 1).musl is None


@pytest.mark.parametrize(
    ("text", "search"), [("www.example.com.", KUBERNETES), ("db", ()), ("::1", KUBERNETES)]
)
def test_a_name_that_nothing_completes(text: str, search: tuple[str, ...]) -> None:
    found = order(text, search)
    assert [each.why for each in found.candidates] == ["as it stands: nothing completes it"]
    assert (found.before, findings(found, found.candidates[0].name)) == ((), ())


def test_what_five_domains_and_ndots_5_cost() -> None:
    (found,) = findings(order("www.example.com"), "www.example.com.")
    assert (found.check, found.state) == ("dns-search", FindingState.WARN)
    assert found.summary == "www.example.com. is asked as it stands only after 5 other names."
    assert found.evidence.startswith("ndots:5, and the name has 2 dots; before it: www.example.com.web.svc.")
    assert "asks 10 questions more" in found.why
    assert "ndots:2" in found.fix
    assert found.reference == "RFC 1535; resolv.conf(5)"


def test_one_more_name_is_no_warning() -> None:
    (found,) = findings(order("www.example", ("a.test.",), 2), "www.example.")
    assert (found.state, found.summary) == (
        FindingState.INFO, "www.example. is asked as it stands only after 1 other name."
    )  # fmt: skip


def test_a_dotted_name_that_was_answered_completed() -> None:
    (found,) = findings(order("db.web"), "db.web.svc.cluster.local.")
    assert (found.state, found.summary) == (
        FindingState.INFO, "db.web.svc.cluster.local. was answered, not the name as it was typed."
    )  # fmt: skip
    assert "svc.cluster.local." in found.evidence


@given(
    st.lists(st.sampled_from(["a", "bb", r"c\.c"]), min_size=1, max_size=4).map(".".join),
    st.lists(st.sampled_from(["x.test.", "test.", r"d\.d.test."]), unique=True),
    st.integers(0, 5),
)
def test_every_name_is_told_once_and_one_of_them_as_it_stands(
    text: str, search: list[str], ndots: int
) -> None:
    found = order(text, tuple(search), ndots)
    assert [each.suffix for each in found.candidates].count(None) == 1
    for each in found.candidates:
        assert each.name == f"{text}.{each.suffix or ''}"
    assert len(found.before) in (0, len(search))
