"""The two families of localhost drawn: does the name lead there, does the address carry, who answers?"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from netmon.loopback.listeners import PortVerdict
from netmon.loopback.localhost import V4, V6, Localhost
from netmon.model.finding import FindingState
from netmon.model.units import format_rtt
from netmon.tui.widgets.finding_list import SYMBOLS
from netmon.tui.widgets.line import Line

_OK, _WARN, _FAIL = FindingState.OK, FindingState.WARN, FindingState.FAIL
_PASSES, _BREAKS = "●───●", "●─✕ ○"


class FamilyDiagram(Vertical):
    """Three lines: one family above the name, one beneath it."""

    DEFAULT_CSS = """
    FamilyDiagram {
        height: 3;
        & > Line { padding: 0 1; }
    }
    """

    def compose(self) -> ComposeResult:
        """One widget a line."""
        for _ in range(3):
            yield Line()

    def show(self, seen: Localhost, ports: Sequence[PortVerdict]) -> None:
        """Draw this machine's localhost."""
        above, beneath = (V6, V4) if seen.order[:1] == (V6,) else (V4, V6)
        name = Content("localhost ─┤" if seen.order else "localhost ─✕  leads nowhere on this machine")
        lines = family_text(seen, ports, above, "┌"), name, family_text(seen, ports, beneath, "└")
        for line, content in zip(self.query(Line), lines, strict=True):
            line.show(content)


def family_text(seen: Localhost, ports: Sequence[PortVerdict], address: str, corner: str) -> Content:
    """One family: `┌─ 1 ─▶ 127.0.0.1 ●───● lo  ✓ works (60 µs), 9/9 ports`."""
    works, place = seen.works(address), _place(seen, address)
    named = (f"─ {place} ─▶", SYMBOLS[_OK][1]) if place else ("─ ✕   ", SYMBOLS[_WARN][1])
    line = (_PASSES, SYMBOLS[_OK][1]) if works else (_BREAKS, SYMBOLS[_FAIL][1])
    state = _OK if works and place else _WARN if works or not place else _FAIL
    symbol, style = SYMBOLS[state]
    words = ", ".join(_words(seen, ports, address))
    return Content.assemble(
        Content(f"{' ' * 11}{corner}"), named, Content(f" {address:<9} "), line, Content(" lo  "),
        (symbol, style), Content(f" {words}"),
    )  # fmt: skip


def _place(seen: Localhost, address: str) -> int:
    """Where in its order localhost names the address, from 1; 0 if it does not."""
    return seen.order.index(address) + 1 if address in seen.order else 0


def _words(seen: Localhost, ports: Sequence[PortVerdict], address: str) -> list[str]:
    probe = seen.probe(address)
    words = [f"works ({format_rtt(probe.connect_us)})" if probe.works else str(probe.outcome)]
    if not _place(seen, address):
        words.append("not named")
    if ports and probe.works:
        words.append(f"{sum(address in port.works for port in ports)}/{len(ports)} ports")
    return words
