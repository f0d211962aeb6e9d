"""A trace as it is asked for by typing: what is to be traced, and where it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from netmon.model.text import clean
from netmon.resolver.questions import questions
from netmon.resolver.trace.hints import Hints, HintsError, load_hints, root_hints, start_at
from netmon.resolver.trace.steps import Trace, TraceStep
from netmon.resolver.trace.tracing import trace_all

if TYPE_CHECKING:
    from netmon.resolver.transport.exchange import Deadline

TYPES = ("A",)
"""What is traced where no type was named."""


class Wanted(NamedTuple):
    """What is to be traced."""

    name: str
    """Fully qualified."""
    types: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} {' '.join(self.types)}"


class Traced(NamedTuple):
    """What came of it."""

    source: str
    """Where it began."""
    traces: tuple[Trace, ...]


class Tracer(Protocol):
    """What traces: `trace_typed`, or another in its place."""

    def __call__(
        self,
        asked: Wanted,
        start: str,
        deadline: Deadline,
        *,
        every: bool = False,
        on_step: Callable[[TraceStep], None] | None = None,
    ) -> Traced:
        """What came of tracing `asked` from `start`."""


def wanted(text: str, types: Sequence[str] = TYPES) -> Wanted:
    """What `text` asks for: no name of the search list, as a trace is about one name.

    Raises:
        BadNameError: nothing can be asked.
    """
    kinds, (name, *_) = questions(text, types, (), 1)
    return Wanted(clean(name.to_text()), kinds)


def begin(text: str) -> Hints:
    """Where to begin: at the root if nothing is said, at addresses, or at what a file says.

    Raises:
        HintsError: it is none of these.
    """
    words = text.replace(",", " ").split()
    if not words:
        return root_hints()
    try:
        return start_at(words)
    except HintsError:
        return load_hints(text.strip())


def trace_typed(
    asked: Wanted,
    start: str,
    deadline: Deadline,
    *,
    every: bool = False,
    on_step: Callable[[TraceStep], None] | None = None,
) -> Traced:
    """Trace; blocks for as long as the deadline allows.

    Args:
        asked: What is to be traced.
        start: Where to begin, as `begin` reads it.
        deadline: For everything together.
        every: Ask every server of each step.
        on_step: Called with each step as it is done.

    Raises:
        HintsError: no trace can begin there.
    """
    hints = begin(start)
    traces = trace_all(asked.name, asked.types, hints, deadline, every=every, on_step=on_step)
    return Traced(hints.source, traces)
