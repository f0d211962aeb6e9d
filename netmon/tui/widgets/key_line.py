"""The last line: the keys of what has the focus, as many as fit, with those to quit and for help always."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_KEPT = ("quit", "help")
"""Actions whose keys are shown in however narrow a terminal."""


class KeyLine(Footer):
    """A footer that leaves out keys instead of cutting the last ones off."""

    def compose(self) -> ComposeResult:
        """The keys that fit; all of them stand in the help."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        widths = [_width(key) for key in keys]
        kept = [key.action in _KEPT for key in keys]
        for index in fitting(widths, kept, self.size.width or self.app.size.width):
            yield keys[index]

    def on_resize(self, event: Resize) -> None:
        """Choose anew."""
        self.refresh(recompose=True)


def _width(key: FooterKey) -> int:
    """What a key takes with the space behind it."""
    return cell_len(f"{key.key_display} {key.description} ")


def fitting(widths: Sequence[int], kept: Sequence[bool], width: int) -> list[int]:
    """The places of those that fit into a width: the last ones go first, those that are kept never."""
    shown = list(range(len(widths)))
    for index in reversed(range(len(widths))):
        # The last needs no space behind it.
        if sum(widths[at] for at in shown) - 1 <= width:
            break
        if not kept[index]:
            shown.remove(index)
    return shown
