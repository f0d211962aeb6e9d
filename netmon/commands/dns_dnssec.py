"""`netmon dns NAME --dnssec`: whether the answer can be believed, by validating it here."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netmon.commands.ending import CANNOT_ASK, FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.resolver.dnssec.anchors import Anchor
    from netmon.resolver.dnssec.verdict import Trust


def run(options: argparse.Namespace) -> int:
    """Validate one type (A by default) of `options.name`: 0 secure, 1 insecure or bogus, 2 not known.

    Looks at `types`, `server`, `anchor` (a file), `timeout`, `ca` and `format`.

    Raises:
        CannotAskError: an argument is bad, before any packet leaves; or, once all that was seen is written,
            it could not be found out.
    """
    require_output()
    taken_at = datetime.now(UTC)
    trust = _validate(options)
    if options.format == "json":
        from netmon.model.text import clean
        from netmon.output.dnssec_json import write_json

        source = "built-in anchor" if options.anchor is None else clean(options.anchor, 255)
        write_json(sys.stdout, trust, clean(options.name.strip(), 255), taken_at, source)
    else:
        from netmon.output.dnssec_text import write_text

        write_text(sys.stdout, trust)
    sys.stdout.flush()
    if (code := _code(trust)) == CANNOT_ASK:
        raise CannotAskError(f"not known whether it is authentic: {trust.reason}")
    return code


def _code(trust: Trust) -> int:
    from netmon.resolver.dnssec.verdict import TrustStatus

    if trust.status is TrustStatus.INDETERMINATE:
        return CANNOT_ASK
    return FOUND if trust.status is TrustStatus.SECURE else NOT_FOUND


def _validate(options: argparse.Namespace) -> Trust:
    from netmon.commands.dns_ca import check_ca
    from netmon.resolver.circle import NobodyError
    from netmon.resolver.dnssec.inquiry import TIMEOUT_S, TrustWanted, trust_in
    from netmon.resolver.questions import BadNameError
    from netmon.resolver.server import BadServerError, Server, parse_server

    check_ca(options)
    try:
        servers = tuple(map(parse_server, options.server)) or (Server("system"),)
        types = tuple(kind.upper() for kind in options.types)
        anchors, timeout = _anchors(options.anchor), options.timeout or TIMEOUT_S
        return trust_in(TrustWanted(options.name, types, servers, anchors, timeout, options.ca))
    except (BadNameError, BadServerError, NobodyError) as error:
        raise CannotAskError(str(error)) from None


def _anchors(path: str | None) -> tuple[Anchor, ...] | None:
    from netmon.resolver.dnssec.anchors import AnchorError, load_anchors

    try:
        return None if path is None else load_anchors(path)
    except AnchorError as error:
        raise CannotAskError(f"--anchor: {error}") from None
