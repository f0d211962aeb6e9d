"""States and reasons are stable words; a record without an owner says why."""

from __future__ import annotations

import json

import pytest

from netmon.model.endpoint import Endpoint
from netmon.model.process import OwnerReason
from netmon.model.socket import SocketRecord, SocketState, Uncounted


@pytest.mark.parametrize("state", list(SocketState))
def test_a_state_is_its_word(state: SocketState) -> None:
    assert str(state) == state.value == state.name.lower()
    assert json.dumps(state) == f'"{state.value}"'


@pytest.mark.parametrize("reason", list(Uncounted))
def test_why_bytes_are_unknown_is_a_sentence(reason: Uncounted) -> None:
    assert len(reason.value) > 20
    assert not reason.value.endswith(".")


def test_what_listens_or_takes_datagrams_from_anyone_serves() -> None:
    record = SocketRecord(1, "tcp", 4, Endpoint("127.0.0.1", 1), None, SocketState.LISTEN)
    serving = [state for state in SocketState if record._replace(state=state).serves]
    assert serving == [SocketState.LISTEN, SocketState.UNCONNECTED]


def test_a_record_claims_nothing_it_was_not_given() -> None:
    record = SocketRecord(1, "tcp", 4, Endpoint("127.0.0.1", 1), None, SocketState.LISTEN)
    assert record.owner.reason is OwnerReason.NOT_SUPPORTED
    assert record.owner.processes == ()
    assert {record.uid, record.inode, record.cookie, record.v6only, record.tcp} == {None}
