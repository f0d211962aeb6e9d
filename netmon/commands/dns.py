"""`netmon dns`: what a name resolves to, says who, over which transport and how fast."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.resolver.enquiry import Enquiry, Outcome


def run(options: argparse.Namespace) -> int:
    """Ask once; 1 when no server has a record. With `--trace` or `--lint`, what those say instead."""
    check_combination(options)
    if options.trace:
        from netmon.commands.dns_trace import run as run_trace

        return run_trace(options)
    if options.lint:
        from netmon.commands.dns_lint import run as run_lint

        return run_lint(options)
    require_output()
    enquiry = read_enquiry(options)
    taken_at = datetime.now(UTC)
    outcome = _ask(enquiry)
    if options.format == "json":
        from netmon.output.dns_json import write_json

        write_json(sys.stdout, outcome, taken_at)
    else:
        from netmon.output.dns_text import write_text

        write_text(sys.stdout, outcome)
    sys.stdout.flush()
    if not outcome.answered:
        raise CannotAskError(why_not(outcome))
    return FOUND if outcome.found else NOT_FOUND


def check_combination(options: argparse.Namespace) -> None:
    """See that what was given can stand together.

    Raises:
        CannotAskError: it cannot.
    """
    if options.zone is not None and not options.lint:
        raise CannotAskError("--zone FILE needs --lint: it checks the rules on a zone file")
    if options.trace and options.lint:
        raise CannotAskError("--trace and --lint are two questions: ask one at a time")
    if options.hints is not None and not options.trace and "authoritative" not in options.server:
        raise CannotAskError(
            "--hints FILE needs --trace or --server authoritative: it says where the root is"
        )
    if options.all and not options.trace:
        raise CannotAskError("--all needs --trace: it asks every server of each step")
    if options.name is None and options.zone is None:
        raise CannotAskError("which NAME? Say for example example.com, or an address for its name")
    if options.name is not None and options.zone is not None:
        raise CannotAskError("--zone FILE takes no NAME: it checks every name of the file")


def read_enquiry(options: argparse.Namespace) -> Enquiry:
    """What the arguments ask for; no packet leaves.

    Raises:
        CannotAskError: something in them is wrong.
    """
    from netmon.resolver.edns import BadSubnetError, Wishes, parse_subnet
    from netmon.resolver.enquiry import TYPES, Enquiry
    from netmon.resolver.server import BadServerError, Server, parse_server
    from netmon.resolver.trace.hints import HintsError, load_hints

    if options.ca is not None and not Path(options.ca).is_file():
        raise CannotAskError(f"--ca: {options.ca} is no file")
    try:
        servers = tuple(map(parse_server, options.server)) or (Server("system"),)
        subnet = None if options.subnet is None else parse_subnet(options.subnet)
        hints = None if options.hints is None else load_hints(options.hints)
    except (BadServerError, BadSubnetError, HintsError) as error:
        raise CannotAskError(str(error)) from None
    wishes = Wishes(not options.no_recursion, options.cd, options.do, options.nsid, options.cookie, subnet)
    types = tuple(kind.upper() for kind in options.types) or TYPES
    return Enquiry(options.name, types, servers, wishes, options.timeout, options.ca, options.get, hints)


def why_not(outcome: Outcome) -> str:
    """The one line on why there is no answer: each server's reason."""
    reasons = []
    for each in outcome.replies:
        first = next((said.answer for said in each.said), None)
        reasons.append(f"{each.server} {first.error if first and first.error else 'was not asked'}")
    return "no server answered: " + "; ".join(reasons)


def _ask(enquiry: Enquiry) -> Outcome:
    from netmon.resolver.enquiry import NobodyError, enquire
    from netmon.resolver.questions import BadNameError

    try:
        return enquire(enquiry)
    except (BadNameError, NobodyError) as error:
        raise CannotAskError(str(error)) from None
