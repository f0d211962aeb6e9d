"""`netmon dns`: what a name resolves to, says who, over which transport and how fast."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netmon.commands.dns_ca import check_ca
from netmon.commands.dns_combination import check_combination
from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.resolver.enquiry import Enquiry, Outcome


def run(options: argparse.Namespace) -> int:
    """Ask once; 1 when no server has a record. `--trace` and the like, and AXFR, ask in their own way."""
    check_combination(options)
    if options.dnssec:
        from netmon.commands.dns_dnssec import run as run_dnssec

        return run_dnssec(options)
    if options.trace:
        from netmon.commands.dns_trace import run as run_trace

        return run_trace(options)
    if options.lint:
        from netmon.commands.dns_lint import run as run_lint

        return run_lint(options)
    if "AXFR" in map(str.upper, options.types):
        from netmon.commands.dns_transfer import run as run_transfer

        return run_transfer(options)
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


def read_enquiry(options: argparse.Namespace) -> Enquiry:
    """What the arguments ask for; no packet leaves.

    Raises:
        CannotAskError: something in them is wrong.
    """
    from netmon.resolver.ask import TIMEOUT_S
    from netmon.resolver.edns import BadSubnetError, Wishes, parse_subnet
    from netmon.resolver.enquiry import TYPES, Enquiry
    from netmon.resolver.server import BadServerError, Server, parse_server
    from netmon.resolver.trace.hints import HintsError, load_hints

    check_ca(options)
    try:
        servers = tuple(map(parse_server, options.server)) or (Server("system"),)
        subnet = None if options.subnet is None else parse_subnet(options.subnet)
        hints = None if options.hints is None else load_hints(options.hints)
    except (BadServerError, BadSubnetError, HintsError) as error:
        raise CannotAskError(str(error)) from None
    wishes = Wishes(not options.no_recursion, options.cd, options.do, options.nsid, options.cookie, subnet)
    types = tuple(kind.upper() for kind in options.types) or TYPES
    timeout_s = options.timeout or TIMEOUT_S
    return Enquiry(options.name, types, servers, wishes, timeout_s, options.ca, options.get, hints)


def why_not(outcome: Outcome) -> str:
    """The one line on why there is no answer: each server's reason."""
    reasons = []
    for each in outcome.replies:
        first = next((said.answer for said in each.said), None)
        said = first.error if first and first.error else "was not asked"
        reasons.append(f"{each.server}{': ' if each.answered else ' '}{said}")
    failed = any(each.answered for each in outcome.replies)
    return f"{'no server knows' if failed else 'no server answered'}: {'; '.join(reasons)}"


def _ask(enquiry: Enquiry) -> Outcome:
    from netmon.resolver.circle import NobodyError
    from netmon.resolver.enquiry import enquire
    from netmon.resolver.questions import BadNameError

    try:
        return enquire(enquiry)
    except (BadNameError, NobodyError) as error:
        raise CannotAskError(str(error)) from None
