"""What a view of the DNS tab is to the tab: it is told what was asked, and finds out the rest itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from textual.containers import Vertical
from textual.message import Message

from netmon.engine.state import State
from netmon.resolver.enquiry import Enquiry, Outcome
from netmon.resolver.watch import Watched


class Subject(NamedTuple):
    """What all views are about."""

    number: int
    """Rises with everything that is typed: what comes of an older one is dropped."""
    enquiry: Enquiry
    outcome: Outcome | None = None
    """What the servers said; None until the first has. A watched name is asked again: it changes."""
    watched: Watched = Watched()
    """What has changed since the first answers."""
    error: str = ""
    """Why nobody was asked, in one line."""
    beside: Outcome | None = None
    """The same with what the zone's own servers say, where a view has asked them."""

    @property
    def whole(self) -> Outcome | None:
        """Everything that is known of the name."""
        return self.beside or self.outcome

    @property
    def name(self) -> str:
        """The fully qualified name where it is known, else what was typed."""
        return self.outcome.name if self.outcome is not None else self.enquiry.text


class DnsPane(Vertical):
    """One view. Add a subclass to `DnsTab.PANES`; it is made without arguments.

    A view whose own questions cost packets (a trace, a chain of trust) asks them when it is first shown for a
    subject, on a thread of its own, and gives up when another subject comes.
    """

    view: ClassVar[str]
    """Its name, by which a `Place` leads to it."""
    title: ClassVar[str]
    """What the line of views calls it."""

    clock: Callable[[], float] = staticmethod(time.monotonic)
    """Monotonic seconds, by which TTLs tick; the tab sets its own."""

    DEFAULT_CSS = """
    DnsPane { height: 1fr; }
    """

    @dataclass
    class Learned(Message):
        """The zone's own servers have been asked: every view is to know what they say."""

        of: Outcome
        """Beside which answers it was put."""
        beside: Outcome

    class Ask(Message):
        """Ask for another name, which a row of this view is about."""

        def __init__(self, text: str) -> None:
            """Make the wish.

            Args:
                text: As it would be typed.
            """
            super().__init__()
            self.text = text

    def show_subject(self, subject: Subject) -> None:
        """Draw what is asked or was answered. Called while in view, and when coming into view."""

    def show_state(self, state: State) -> None:
        """The machine's sockets as they are now. Called only while in view."""

    def tick(self) -> None:
        """A second has passed. Called only while in view."""

    def forget(self) -> None:
        """Give up whatever is under way: something else was typed. Called also while out of view."""

    def focus_first(self) -> None:
        """Put the focus where the keys are useful."""

    def again(self) -> None:
        """Find out anew what this view alone found out; the tab asks the servers itself."""

    def line_to_copy(self) -> str:
        """The row under the cursor as one line; empty where there is none."""
        return ""

    def back(self) -> bool:
        """Close what is open in this view; False where nothing is."""
        return False
