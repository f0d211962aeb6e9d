"""What all rules say of a zone, however it was asked for: by a name in it, or by its file."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from threading import Event
from typing import NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.model.finding import Finding
from netmon.resolver.enquiry import Enquiry
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.live_zone import gather
from netmon.resolver.rules.view import ZoneView
from netmon.resolver.rules.zone_file import read_zone
from netmon.resolver.server import Server
from netmon.resolver.system.configuration import configuration
from netmon.resolver.trace.hints import root_hints


class Ruling(NamedTuple):
    """The findings on one zone, and on what they rest."""

    zone: str
    """Its apex."""
    findings: tuple[Finding, ...]
    """The worst first."""
    servers: int
    """Addresses of its name servers that were asked; none for a file."""
    answered: int
    """How many of them said anything."""
    took_s: float
    seen: str = ""
    """How much of the zone was looked at, in one line; empty for all of a file."""


def rule(asked: Enquiry, stop: Event | None = None) -> Ruling:
    """Judge the zone of a name, or a zone file; blocks for some ten seconds at most.

    Args:
        asked: A name, or the path of a file as `names_file` knows one, and who knows of other zones.
        stop: Gives up at once when it is set.

    Raises:
        GatherError: the zone of the name could not be looked at, or it was given up.
        ZoneFileError: the file could not be read.
    """
    started = time.monotonic()
    text = asked.text.strip()
    if names_file(text):
        return _ruling(read_zone(text), started)
    view = gather(text, _resolvers(asked.servers), hints=root_hints(), stop=stop)
    return _ruling(view, started)


def _resolvers(servers: Sequence[Server]) -> list[Endpoint] | None:
    """Those of them that can be asked over plain DNS; None for those of the machine where there is none."""
    plain = [each for each in servers if each.scheme in ("udp", "tcp") and each.is_address]
    named = [Endpoint(each.host, each.port) for each in plain]
    own = configuration().servers if named and any(each.scheme == "system" for each in servers) else ()
    return [*own, *named] or None


def _ruling(view: ZoneView, started: float) -> Ruling:
    answered = sum(server.authoritative is not None for server in view.servers)
    findings = tuple(judge(view))
    took_s = time.monotonic() - started
    return Ruling(view.origin, findings, len(view.servers), answered, took_s, view.seen)


def names_file(text: str) -> bool:
    """Whether a text is the path of a file, which no name can be taken for: with a slash, and it is there."""
    return "/" in text and "://" not in text and os.path.isfile(text)
