"""`netmon dns … --ca FILE`: whether the file can be what it is given for."""

from __future__ import annotations

import argparse
import os

from netmon.commands.ending import CannotAskError


def check_ca(options: argparse.Namespace) -> None:
    """See that the file of `--ca` holds certificates: else every server would be blamed for it.

    Raises:
        CannotAskError: it holds none, or cannot be read.
    """
    if options.ca is None:
        return
    import ssl
    import stat

    from netmon.model.text import clean

    named = f"--ca: {clean(options.ca, 200)}"
    try:
        if not stat.S_ISREG(os.stat(options.ca).st_mode):
            raise CannotAskError(f"{named} is no file")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(options.ca)
    except ssl.SSLError:
        raise CannotAskError(f"{named} holds no certificates (PEM)") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise CannotAskError(f"{named} cannot be read ({why})") from None
