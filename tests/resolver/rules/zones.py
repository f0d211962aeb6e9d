"""Zones for the rules: written to a file, read, and judged."""

from __future__ import annotations

from pathlib import Path

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.view import ZoneView
from netmon.resolver.rules.zone_file import read_zone

DATA = Path(__file__).parent.parent.parent / "data" / "zones"
HEAD = """$ORIGIN example.com.
$TTL 3600
@ IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ IN NS ns1
@ IN NS ns2
ns1 IN A 192.0.2.1
ns2 IN A 192.0.2.2
"""
"""The first seven lines of a sound zone."""
STATED = {FindingState.FAIL, FindingState.WARN}


def view_of(tmp_path: Path, text: str, head: str = HEAD) -> ZoneView:
    """The zone that begins soundly and goes on with `text`, which begins on line 8."""
    path = tmp_path / "example.com.zone"
    path.write_bytes((head + text).encode("latin-1"))
    return read_zone(str(path))


def wrong(view: ZoneView) -> list[Finding]:
    """What is broken or doubtful in a zone."""
    return [finding for finding in judge(view) if finding.state in STATED]


def checks(view: ZoneView) -> list[str]:
    """The identifiers of what is broken or doubtful."""
    return [finding.check for finding in wrong(view)]


def only(view: ZoneView) -> Finding:
    """The one thing that is wrong with a zone; it is told in full."""
    (finding,) = wrong(view)
    assert finding.evidence
    assert finding.why
    assert finding.fix
    assert finding.reference.startswith("RFC ")
    return finding
