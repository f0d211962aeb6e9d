"""`netmon` and `python -m netmon`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run netmon with the arguments of the command line and exit with its code."""
    # Collecting garbage while modules load finds none; the app turns it on after its first paint.
    gc.disable()
    try:
        from netmon.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules load: `run` sees to it later
        code = 128 + 2
    gc.freeze()  # the interpreter's last collection would look at every module for nothing: 8 ms
    sys.exit(code)


if __name__ == "__main__":
    main()
