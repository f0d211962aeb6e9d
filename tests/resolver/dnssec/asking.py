"""Validates names of the signed tree in one line."""

from __future__ import annotations

import time

import dns.name

from netmon.resolver.dnssec.anchors import load_anchors
from netmon.resolver.dnssec.fetching import Fetcher
from netmon.resolver.dnssec.pursuit import OnStep
from netmon.resolver.dnssec.validating import validate
from netmon.resolver.dnssec.verdict import Trust
from netmon.resolver.server import parse_server
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.dnssec.signing import Served


def fetcher(*servers: str, seconds: float = 10.0, most: int = 150) -> Fetcher:
    return Fetcher([parse_server(each) for each in servers], Deadline.after(seconds), most=most)


def trust(
    tree: Served,
    name: str,
    kind: str = "A",
    *,
    server: str = "",
    now: float = 0.0,
    on_step: OnStep | None = None,
) -> Trust:
    ask = fetcher(server or tree.server)
    return validate(
        dns.name.from_text(name), kind, ask, load_anchors(str(tree.anchor)), now or time.time(), on_step
    )
