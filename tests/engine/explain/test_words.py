"""Durations, moments and holders in words."""

from __future__ import annotations

import pytest

from netmon.engine.explain.words import (
    ago,
    ancestry,
    duration,
    epoch_moment,
    holder_subject,
    holder_words,
    known,
    moment,
    opened_ago,
    plural,
    process_words,
    short_name,
    source_of,
)
from netmon.model.connection import OpenedBasis
from netmon.model.process import Owner, OwnerReason
from tests.builders import NOW, connection, owner, process, state


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 ms"),
        (0.09, "90 ms"),
        (1, "1 second"),
        (8.9, "8 seconds"),
        (60, "1 minute"),
        (61, "1 minute 1 second"),
        (14 * 60 + 59, "14 minutes"),
        (7199, "1 hour 59 minutes"),
        (10 * 3600 + 1800, "10 hours"),
        (86400 * 2 + 3600, "2 days 1 hour"),
        (86400 * 12.5, "12 days"),
        (float("inf"), "1,157,407 days"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_plurals() -> None:
    assert [plural(count, "process") for count in (0, 1, 1000)] == [
        "0 processes",
        "1 process",
        "1,000 processes",
    ]


def test_moments() -> None:
    assert moment(state(), NOW - 1) == "2026-07-01 11:59:59 UTC"
    assert moment(state(), 1e300).startswith("unknown: ")
    assert epoch_moment(0) == "1970-01-01 00:00:00 UTC"
    assert epoch_moment(float("nan")).startswith("unknown: ")


def test_a_time_after_the_state_is_not_in_the_future() -> None:
    assert ago(state(), NOW + 5) == "0 ms ago"


def test_how_long_ago_it_was_opened_and_how_surely() -> None:
    exact = connection(opened_at=NOW - 8, opened_basis=OpenedBasis.KERNEL)
    assert opened_ago(exact, state()) == "8 seconds ago"
    assert opened_ago(exact._replace(opened_basis=OpenedBasis.SEEN), state()) == "about 8 seconds ago"
    assert opened_ago(connection(open_since=NOW - 845), state()) == "at least 14 minutes ago"
    assert opened_ago(connection(open_since=NOW), state()) == "before netmon first looked"


def test_a_process_in_words() -> None:
    assert process_words(process()) == "curl (4711, user dev)"
    assert process_words(process(user=None)) == "curl (4711, uid 1000)"
    assert process_words(process(user=None, uid=None)) == "curl (4711)"


def test_holders_in_words() -> None:
    assert holder_words(owner("curl")) == "curl (4711, user dev)"
    assert holder_words(owner("nginx", "nginx")) == "nginx (4711, user dev) with 1 other process"
    assert holder_words(owner(former=[process("wget")])) == "wget (4711, user dev)"
    assert holder_words(owner(uid=33, user="www-data")) == "a process of uid 33 (www-data)"
    assert holder_words(Owner(reason=OwnerReason.KERNEL, uid=0)) == "the kernel itself"
    assert holder_words(Owner(reason=OwnerReason.NOT_SUPPORTED)) == "an unnamed process"


def test_a_program_keeps_its_case_at_the_beginning_of_a_sentence() -> None:
    assert holder_subject(owner("curl")).startswith("curl")
    assert holder_subject(owner(uid=33)) == "A process of uid 33"


def test_one_holder_is_called_by_its_name() -> None:
    assert short_name(owner("curl")) == "curl"
    assert short_name(owner("nginx", "nginx")) == short_name(owner()) == "the process"


def test_ancestors() -> None:
    assert ancestry(()) is None
    parents = (process("bash", 4100), process("systemd", 1))
    assert ancestry(parents) == "Started by bash 4100 ← systemd 1."
    # An orphan's parent is pid 1 whoever started it.
    assert ancestry(parents[1:]) == (
        "Its parent is systemd 1, which started it or took it over when its starter ended."
    )


def test_unknown_values_say_why_and_origins_name_the_source() -> None:
    assert known(None, "not measured yet") == "unknown: not measured yet"
    assert known(0, "not measured yet") == "0"
    assert source_of(state(), "kernel: x") == "kernel: x"
    assert source_of(state(source="psutil"), "kernel: x") == "source: psutil"
