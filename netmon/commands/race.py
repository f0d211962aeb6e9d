"""`netmon loopback --race TARGET`: who answers, how fast, and what falling back costs."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output


def run(options: argparse.Namespace) -> int:
    """Run one race to `options.race`; 1 when no address takes a connection.

    Raises:
        CannotAskError: the target is none, its name does not resolve, or nothing could be tried.
    """
    require_output()
    from netmon.loopback.race.race import run_race
    from netmon.loopback.race.target import TargetError
    from netmon.output.race_rows import write_json
    from netmon.output.race_text import write_race

    taken_at = datetime.now(UTC)
    try:
        result = run_race(options.race)
    except TargetError as error:
        raise CannotAskError(str(error)) from error
    if options.format == "json":
        write_json(sys.stdout, result, taken_at)
    else:
        write_race(sys.stdout, result)
    sys.stdout.flush()
    return FOUND if result.live else NOT_FOUND
