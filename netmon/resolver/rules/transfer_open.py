"""Whether a server on the internet gives the whole zone to whoever asks."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.model.finding import Finding
from netmon.resolver.rules.view import ZoneView
from netmon.resolver.transfer.judgement import open_to_anybody


def judge(view: ZoneView) -> Iterator[Finding]:
    """The server that the zone came from, if it came from one."""
    if view.giver is None:
        return
    finding = open_to_anybody(view.origin, *view.giver)
    if finding is not None:
        yield finding
