"""`netmon loopback`: what localhost means here, whether it works, and who is not found there."""

from __future__ import annotations

import argparse
import sys

from netmon.commands.asking import make_poller, polled
from netmon.commands.ending import FOUND, NOT_FOUND
from netmon.commands.streams import require_output


def run(options: argparse.Namespace) -> int:
    """Run every check once; 1 when any of them fails. With `--race`, run one race instead."""
    if options.race is not None:
        from netmon.commands.race import run as run_race

        return run_race(options)
    require_output()
    poller = make_poller(options, follow=False, listeners_only=True)
    try:
        state = polled(poller)
    finally:
        poller.stop()
    from netmon.loopback.asking import Ask
    from netmon.loopback.checks import examine_all
    from netmon.output import loopback

    examined = examine_all(state.listeners, ask=Ask(options.resolvers))
    if options.format == "json":
        loopback.write_json(sys.stdout, state, examined)
    else:
        loopback.write_text(sys.stdout, examined)
    sys.stdout.flush()
    return NOT_FOUND if examined.report.failed else FOUND
