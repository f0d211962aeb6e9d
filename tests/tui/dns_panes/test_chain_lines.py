"""A chain and a story as lines: TTLs tick, ends are named, strangers' text is data."""

from __future__ import annotations

import pytest

from netmon.resolver.aliases.chain import Chain, End, Link
from netmon.resolver.story import StepState, StoryStep
from netmon.tui.dns_panes.chain_lines import chain_lines, story_lines


def lines(chain: Chain, age_s: float = 0.0) -> list[str]:
    return [line.plain for line in chain_lines(chain, age_s)]


ALIAS = Link("www.test.", "CNAME", "host.test.", 300, 100, "192.0.2.53")
LAST = Link("host.test.", "A", "192.0.2.1", None, 30, "192.0.2.53")


@pytest.mark.parametrize(("age_s", "left"), [(0.0, (30, 100)), (1.5, (29, 99)), (50.0, (0, 50))])
def test_what_is_left_counts_down_to_nothing(age_s: float, left: tuple[int, int]) -> None:
    assert lines(Chain("www.test.", (ALIAS,), (LAST,), End.ANSWER, "host.test.", effective=30), age_s) == [
        f"www.test.   good for {left[0]} s as a whole",
        f"  │ CNAME  {left[1]} s left of 300",
        "  ▼ host.test.",
        f"    A  192.0.2.1  {left[0]} s left",
    ]


def test_an_end_without_an_answer_is_named() -> None:
    link = ALIAS._replace(data="www.test.", left=None)
    assert lines(Chain("www.test.", (link,), (), End.LOOP, "www.test.", "[/x]\x1b")) == [
        "www.test.", "  │ CNAME  TTL 300", "  ▼ www.test.", "    comes again: a loop: [/x]\ufffd",
    ]  # fmt: skip


def test_a_step_has_its_number_and_its_basis() -> None:
    steps = (
        StoryStep("Cache", "[b]it has it", "TTL", StepState.KNOWN),
        StoryStep("Connection", "none", "", StepState.UNKNOWN),
    )
    assert [line.plain for line in story_lines(steps)] == [
        "✓ 1 Cache: [b]it has it", "    TTL", "? 2 Connection: none",
    ]  # fmt: skip
