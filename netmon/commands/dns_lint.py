"""`netmon dns … --lint`: whether a zone is sound, by its file or by what its servers say."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.resolver.rules.view import ZoneView
    from netmon.resolver.server import Server


def run(options: argparse.Namespace) -> int:
    """Judge `options.zone`, a zone file, or else the zone of `options.name`; 1 when a rule is broken.

    Raises:
        CannotAskError: the file cannot be read, or the zone not be found; or, once what could be judged is
            written, none of the zone's servers answered.
    """
    require_output()
    from netmon.model.finding import FindingState
    from netmon.output import lint_text
    from netmon.resolver.rules.judging import judge

    taken_at = datetime.now(UTC)
    view = _read(options) if options.zone else _ask(options)
    source = options.zone or options.name
    findings = judge(view)
    if options.format == "json":
        lint_text.write_json(sys.stdout, view.origin, source, findings, taken_at, view.seen)
    else:
        lint_text.write_text(sys.stdout, view.origin, source, findings, view.seen)
    sys.stdout.flush()
    if any(finding.state is FindingState.FAIL for finding in findings):
        return NOT_FOUND
    if view.is_unanswered:
        raise CannotAskError(f"none of the name servers of {view.origin} answered")
    return FOUND


def _read(options: argparse.Namespace) -> ZoneView:
    from netmon.resolver.rules.zone_file import read_zone
    from netmon.resolver.rules.zone_open import ZoneFileError

    try:
        return read_zone(options.zone, options.name or None)
    except ZoneFileError as error:
        raise CannotAskError(str(error)) from error


def _ask(options: argparse.Namespace) -> ZoneView:
    from netmon.resolver.rules.live_zone import GatherError, gather
    from netmon.resolver.trace.hints import HintsError, load_hints, root_hints

    server = _server(options)
    try:
        if server is None:
            return gather(options.name, hints=load_hints(options.hints) if options.hints else root_hints())
        from netmon.resolver.ask import TIMEOUT_S
        from netmon.resolver.rules.named_server import gather_from

        return gather_from(server, options.name, timeout_s=options.timeout or TIMEOUT_S, ca_file=options.ca)
    except (GatherError, HintsError) as error:
        raise CannotAskError(str(error)) from error


def _server(options: argparse.Namespace) -> Server | None:
    """The one server whose zone is to be judged; None for those that the zone names.

    Raises:
        CannotAskError: it is none, or there are several.
    """
    from netmon.commands.dns_ca import check_ca
    from netmon.resolver.server import STANDING_IN, BadServerError, parse_server

    check_ca(options)
    try:
        servers = [server for server in map(parse_server, options.server) if server.scheme not in STANDING_IN]
    except BadServerError as error:
        raise CannotAskError(str(error)) from None
    if not servers and options.timeout is not None:
        raise CannotAskError(
            "--lint takes --timeout only with --server: else it has ten seconds for each server"
        )
    if servers and options.hints is not None:
        raise CannotAskError(
            "--lint takes --hints only without --server: it asks that server and nobody else"
        )
    if len(servers) > 1:
        raise CannotAskError("--lint judges the zone of one --server: without one, it compares all of them")
    return servers[0] if servers else None
