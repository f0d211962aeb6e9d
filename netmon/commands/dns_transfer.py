"""`netmon dns ZONE AXFR`: the whole zone as a zone file, where a server gives it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.model.finding import Finding
    from netmon.resolver.server import Server
    from netmon.resolver.transfer.result import Attempt


def run(options: argparse.Namespace) -> int:
    """Transfer `options.name`: 0 it is there, 1 every server that could be asked refused, 2 else.

    Raises:
        CannotAskError: the zone or a server is bad, before any packet leaves; or no server could be asked; or
            one began to give the zone, and did not end.
    """
    require_output()
    from netmon.commands.dns_ca import check_ca
    from netmon.resolver.ask import TIMEOUT_S
    from netmon.resolver.transfer.transferring import Patience, transfer_from_any

    check_ca(options)
    zone = _zone(options)
    servers = _given(options.server)
    taken_at = datetime.now(UTC)
    patience = Patience.of(options.timeout or TIMEOUT_S)
    attempts = transfer_from_any(zone, servers or _own(zone), patience, ca_file=options.ca)
    _write(zone, attempts, options.format, taken_at)
    if attempts[-1].zone is not None:
        return FOUND
    broken = [attempt for attempt in attempts if attempt.is_broken]
    if any(attempt.is_refusal for attempt in attempts) and not broken:
        return NOT_FOUND
    told = broken or attempts
    raise CannotAskError("no transfer: " + "; ".join(f"{each} {each.error}" for each in told))


def _zone(options: argparse.Namespace) -> str:
    from netmon.resolver.questions import BadNameError, questions

    if [kind.upper() for kind in options.types] != ["AXFR"]:
        raise CannotAskError("AXFR is a question of its own, for a whole zone: give no other TYPE with it")
    try:
        types, (name, *_) = questions(options.name, ("SOA",), (), 1)
    except BadNameError as error:
        raise CannotAskError(str(error)) from None
    if types == ("PTR",):
        raise CannotAskError(f"bad name: {options.name} is an address, and a zone is transferred by its name")
    return str(name.to_text())


def _given(texts: Sequence[str]) -> list[tuple[str, Server]]:
    """The servers that were named; none where the zone's own are to be asked.

    Raises:
        CannotAskError: one is none, or cannot be asked for a zone.
    """
    from netmon.resolver.server import BadServerError, parse_server
    from netmon.resolver.transfer.transferring import SCHEMES

    try:
        servers = [parse_server(text) for text in texts]
    except BadServerError as error:
        raise CannotAskError(str(error)) from None
    servers = [server for server in servers if server.scheme != "authoritative"]
    for server in servers:
        if server.scheme not in SCHEMES:
            raise CannotAskError(
                f"bad server '{server}': a zone is transferred over TCP or TLS: say for example 192.0.2.1 or "
                "tls://HOST"
            )
    return [(str(server), server) for server in servers]


def _own(zone: str) -> list[tuple[str, Server]]:
    """The name servers of the zone, as the resolvers of this machine know them.

    Raises:
        CannotAskError: there are none, or nobody could tell.
    """
    from netmon.resolver.rules.live_zone import GatherError, name_servers
    from netmon.resolver.server import Server

    try:
        found = name_servers(zone.lower())
    except GatherError as error:
        raise CannotAskError(str(error)) from None
    servers = [(name, Server("tcp", each, 53)) for name, addresses in found.items() for each in addresses]
    if not servers:
        raise CannotAskError(f"no address of a name server of {zone} is known: {', '.join(found)}")
    return servers


def _write(zone: str, attempts: Sequence[Attempt], form: str | None, taken_at: datetime) -> None:
    from netmon.output import transfer_text

    findings = _findings(zone, attempts[-1])
    if form == "json":
        transfer_text.write_json(sys.stdout, zone, attempts, findings, taken_at)
    else:
        transfer_text.write_text(sys.stdout, zone, attempts, findings)
    sys.stdout.flush()


def _findings(zone: str, last: Attempt) -> list[Finding]:
    from netmon.resolver.transfer.judgement import open_to_anybody

    if last.zone is None or last.address is None:
        return []
    finding = open_to_anybody(zone, str(last), last.address, len(last.zone.records))
    return [] if finding is None else [finding]
