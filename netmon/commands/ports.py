"""`netmon ports`: which ports are held, by whom, and who can reach them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from netmon.commands.asking import make_poller, polled, read_filter
from netmon.commands.ending import FOUND, NOT_FOUND
from netmon.commands.streams import require_output

if TYPE_CHECKING:
    from netmon.ports.firewall.word import Firewall


def run(options: argparse.Namespace) -> int:
    """Answer once."""
    chosen = read_filter(options.filter)
    require_output()
    poller = make_poller(options, follow=False, listeners_only=True)
    try:
        state = polled(poller)
        listeners = [row for row in state.listeners if row.socket.serves]
        listeners = [row for row in listeners if chosen.matches(row)] if chosen else listeners
        firewall = _firewall() if options.firewall else None
        if options.format == "json":
            from netmon.output import json_lines

            json_lines.write_ports(sys.stdout, state, listeners, firewall=firewall)
        elif options.format == "csv":
            from netmon.output import csv_rows

            csv_rows.write_ports(sys.stdout, state, listeners, firewall=firewall)
        else:
            from netmon.output import table

            table.write_ports(sys.stdout, state, listeners, firewall=firewall)
        sys.stdout.flush()
        return FOUND if listeners else NOT_FOUND
    finally:
        poller.stop()


def _firewall() -> Firewall:
    """The rules in force now, or why they cannot be read: the other columns are worth having all the same."""
    from netmon.collectors.nftables import read_ruleset
    from netmon.ports.firewall.word import Firewall

    return Firewall(read_ruleset())
