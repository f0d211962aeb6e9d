"""The command line: runs the command that was asked for, and ends as programs in pipes should."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from netmon.arguments import parse
from netmon.commands.ending import CANNOT_ASK, FOUND, CannotAskError
from netmon.commands.streams import discard_output, exists


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code."""
    name = "netmon"
    try:
        options = _options(arguments)
        name = f"netmon {options.command}" if options.command else "netmon"
        # Only now: a command loads what it needs itself, and no more.
        code: int = importlib.import_module(f"netmon.commands.{options.command or 'app'}").run(options)
        return code
    except CannotAskError as error:
        return _cannot(name, str(error))
    except KeyboardInterrupt:
        return 128 + 2  # as if SIGINT had ended it; only to name that, signal takes a millisecond to import
    except BrokenPipeError:
        discard_output()  # the reader has had enough (`| head`)
        return FOUND
    except OSError as error:  # collectors turn theirs into states and CollectorErrors: this is the output's
        discard_output()
        return _cannot(name, f"standard output: {error.strerror or error}")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    try:
        return parse(arguments)
    except SystemExit:
        if exists(sys.stdout):
            sys.stdout.flush()  # the text of `--help`, while it can still be said that it cannot be written
        raise


def _cannot(name: str, reason: str) -> int:
    if exists(sys.stderr):  # without it, print would write to the standard output
        print(f"{name}: {reason}", file=sys.stderr)
    return CANNOT_ASK
