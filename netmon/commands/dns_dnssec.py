"""`netmon dns NAME --dnssec`: whether the answer can be believed, by validating it here."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netmon.commands.ending import CANNOT_ASK, FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.resolver.dnssec.anchors import Anchor
    from netmon.resolver.dnssec.verdict import Trust

TIMEOUT_S = 20.0
"""For everything together; a long name needs forty questions."""


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

        write_json(sys.stdout, trust, clean(options.name.strip(), 255), taken_at)
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
    from netmon.resolver.dnssec.fetching import Fetcher
    from netmon.resolver.dnssec.validating import UNFIT, validate
    from netmon.resolver.enquiry import NobodyError, servers_for
    from netmon.resolver.questions import BadNameError, questions
    from netmon.resolver.server import BadServerError, Server, parse_server
    from netmon.resolver.system import System, system
    from netmon.resolver.transport.exchange import Deadline

    try:
        wanted = tuple(map(parse_server, options.server)) or (Server("system"),)
        types = tuple(options.types or ("A",))
        questions(options.name, types, (), 1)
        machine = system() if any(server.scheme == "system" for server in wanted) else System()
        (kind, *more), names = questions(options.name, types, machine.search, machine.ndots)
        anchors = _anchors(options.anchor)
        servers = servers_for(wanted, machine)
    except (BadNameError, BadServerError, NobodyError) as error:
        raise CannotAskError(str(error)) from None
    if more or kind in UNFIT:
        raise CannotAskError(
            f"--dnssec validates one type, not {kind}"
            if not more
            else "--dnssec validates one type at a time"
        )
    ask = Fetcher(servers, Deadline.after(options.timeout or TIMEOUT_S), ca_file=options.ca)
    name = next((each for each in names[:-1] if ask(each, kind).rcode != "NXDOMAIN"), names[-1])
    return validate(name, kind, ask, anchors, time.time())


def _anchors(path: str | None) -> tuple[Anchor, ...]:
    from netmon.resolver.dnssec.anchors import AnchorError, load_anchors, root_anchor

    try:
        return (root_anchor(),) if path is None else load_anchors(path)
    except AnchorError as error:
        raise CannotAskError(f"--anchor: {error}") from None
