"""`netmon` without a command: the app."""

from __future__ import annotations

import argparse
import os
import sys

from netmon.commands.asking import make_poller
from netmon.commands.ending import FOUND, CannotAskError
from netmon.commands.streams import is_terminal


def run(options: argparse.Namespace) -> int:
    """Run the app until its user quits.

    Raises:
        CannotAskError: there is no terminal to run it in.
    """
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)) or os.environ.get("TERM") == "dumb":
        raise CannotAskError(
            "the app needs a terminal; in a pipe use `netmon connections` or `netmon ports` (--json, --csv)"
        )
    if not is_terminal(sys.stderr):
        # Textual draws on it; `netmon 2>log` is to show the app all the same.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]
    poller = make_poller(options)
    poller.start()  # it polls while Textual is imported, which takes longer
    try:
        from netmon.tui.app import NetmonApp

        app = NetmonApp(poller, first_tab=options.tab)
        app.run()
        return app.return_code or FOUND
    finally:
        poller.stop(patience_s=0.2)  # a poll that hangs must not keep who has quit
