"""`netmon dns NAME --trace`: the way to the answer from the root, with every server on it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netmon.commands.ending import CANNOT_ASK, FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.resolver.trace.hints import Hints
    from netmon.resolver.trace.steps import Trace, TraceStep

TIMEOUT_S = 30.0
"""For everything together."""


def run(options: argparse.Namespace) -> int:
    """Trace `options.name`: 0 answered, 1 no such name or no data, 2 no server that could tell.

    Looks at `name`, `types` (A by default), `hints` (a file), `server` (addresses to begin at instead), `all`
    (every server of each step), `timeout` and `format`.

    Raises:
        CannotAskError: the name, a type or the start is bad, before any packet leaves; or, once all that was
            seen is written, no server could tell.
    """
    require_output()
    from netmon.resolver.questions import BadNameError, questions
    from netmon.resolver.trace.tracing import trace_all
    from netmon.resolver.transport.exchange import Deadline

    hints = _hints(options.hints, options.server)
    try:
        types, (name, *_) = questions(options.name, tuple(options.types or ("A",)), (), 1)
    except BadNameError as error:
        raise CannotAskError(str(error)) from None
    taken_at = datetime.now(UTC)
    deadline = Deadline.after(options.timeout or TIMEOUT_S)
    as_json = options.format == "json"
    traces = trace_all(
        name.to_text(), types, hints, deadline,
        every=options.all, on_step=None if as_json else _show_step,
    )  # fmt: skip
    _write(traces, hints.source, taken_at, options.name if as_json else None)
    if (code := _code(traces)) == CANNOT_ASK:
        raise CannotAskError(traces[0].findings[0].summary)
    return code


def _hints(path: str | None, servers: Sequence[str]) -> Hints:
    from netmon.resolver.trace.hints import HintsError, load_hints, root_hints, start_at

    if path is not None and servers:
        raise CannotAskError("--hints and --server both say where to begin: give one of them")
    try:
        if servers:
            return start_at(servers)
        return root_hints() if path is None else load_hints(path)
    except HintsError as error:
        raise CannotAskError(str(error)) from None


def _show_step(step: TraceStep) -> None:
    """The tree grows on the terminal while servers are still being asked."""
    from netmon.output.trace_text import write_step

    write_step(sys.stdout, step)
    sys.stdout.flush()


def _write(traces: tuple[Trace, ...], source: str, taken_at: datetime, asked: str | None) -> None:
    """As text, or as JSON where it is given what was asked."""
    if asked is not None:
        from netmon.model.text import clean
        from netmon.output.trace_rows import write_json

        write_json(sys.stdout, traces, source, taken_at, clean(asked.strip(), 255))
    else:
        from netmon.output.trace_text import write_ends

        write_ends(sys.stdout, traces, source)
    sys.stdout.flush()


def _code(traces: tuple[Trace, ...]) -> int:
    """Of several types, an answer to one is an answer; what could not be asked counts before an absence."""
    from netmon.resolver.trace.steps import Outcome

    outcomes = {trace.outcome for trace in traces}
    if Outcome.ANSWER in outcomes:
        return FOUND
    told = {Outcome.NO_DATA, Outcome.NO_SUCH_NAME, Outcome.LOOP, Outcome.TOO_LONG}
    return NOT_FOUND if outcomes <= told else CANNOT_ASK
