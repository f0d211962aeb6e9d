"""Owners, and the sentences on why there is none."""

from __future__ import annotations

import pytest

from netmon.model.process import NO_OWNER, Owner, OwnerReason
from tests.builders import HOSTILE, owner, process


def test_the_first_process_is_the_owner() -> None:
    holder = owner(process("a", 1), process("b", 2))
    assert holder.process == process("a", 1)
    assert holder.explain() is None
    assert NO_OWNER.process is None


@pytest.mark.parametrize("reason", list(OwnerReason))
def test_every_reason_is_explained(reason: OwnerReason) -> None:
    sentence = Owner(reason=reason, uid=33, user="www-data", unit="a.service").explain()
    assert sentence
    assert "{" not in sentence


@pytest.mark.parametrize(
    ("holder", "part"),
    [
        (owner(uid=33), "uid 33;"),
        (owner(uid=33, user="www-data", unit="web.service"), "uid 33 (www-data), web.service;"),
        (owner(), "an unknown user;"),
        (
            owner(reason=OwnerReason.TIME_WAIT, former=[process("a", 1), process("b", 2)]),
            "; was a (1), b (2)",
        ),
    ],
)
def test_the_explanation_names_what_is_known(holder: Owner, part: str) -> None:
    assert part in (holder.explain() or "")


def test_names_are_not_templates() -> None:
    assert "{who} {0}" in (owner(uid=1, user="{who} {0}").explain() or "")
    assert HOSTILE in (owner(uid=1, user=HOSTILE).explain() or "")
