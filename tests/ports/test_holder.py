"""A holder in words."""

from __future__ import annotations

import pytest

from netmon.model.process import NO_OWNER, Owner, OwnerReason
from netmon.ports.holder import holder_of
from tests.builders import owner, process


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (owner(process("nginx", 80)), "nginx (80)"),
        (owner(process("nginx", 80), process("nginx", 81), process("nginx", 82)), "nginx (80) and 2 more"),
        (owner(uid=33, user="web", unit="web.service"), "a process of web.service"),
        (owner(uid=33, user="web"), "a process of web"),
        (Owner(reason=OwnerReason.OTHER_USER, uid=0), "a process of uid 0"),
        (NO_OWNER, "an unknown process"),
    ],
)
def test_as_much_as_is_known(held: Owner, words: str) -> None:
    assert holder_of(held) == words
