"""A zone as its servers show it."""

from __future__ import annotations

import pytest

from netmon.resolver.rules.live_zone import GatherError, gather
from tests.resolver.server import serve


@pytest.mark.parametrize("name", ["a..b", "192.0.2.1", "[2001:db8::1]", "https://example.com/", ""])
def test_what_is_no_name_is_not_asked_for(name: str) -> None:
    with serve({}) as server:
        with pytest.raises(GatherError, match="bad name"):
            gather(name, [server.endpoint])
        assert server.asked == []


def test_where_there_is_no_zone() -> None:
    with (
        serve({}) as server,
        pytest.raises(GatherError, match="there is no zone that www"),
    ):
        gather("www.example.test", [server.endpoint])
