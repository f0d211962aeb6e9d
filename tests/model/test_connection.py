"""What a connection computes: its key. The rest of it is values."""

from __future__ import annotations

from tests.builders import connection


def test_the_key_is_that_of_its_socket() -> None:
    row = connection(socket={"key": ("tcp", 4)})
    assert row.key == ("tcp", 4)
    assert row._replace(bytes_sent=1).key == row.key
