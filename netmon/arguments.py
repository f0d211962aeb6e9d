"""What may stand on the command line, and the one line that says what is wrong with it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import NoReturn

from netmon import __version__
from netmon.tui.tabs.registry import TABS

EPILOG = """\
exit codes: 0 found, 1 nothing found, 2 the question could not be asked

FILTER: words match anywhere; field:value with the fields proc pid user port lport rport addr laddr raddr
state dir proto unit; port:8000-9000, addr:10.0.0.0/8, -state:time_wait excludes, /regex/; all must hold.
"""

LOOPBACK_EPILOG = """\
exit codes: 0 no check fails, 1 a check fails, 2 the question could not be asked

Nothing leaves the machine but questions to the resolvers that it is configured to ask: "localhost" asks
them for localhost and x.localhost, "all" also for ipv4only.arpa (A, AAAA, NAT64), "none" for nothing.
"""

_EXCLUDING = re.compile(r"-(?!-|h$)")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line and exits with 2."""

    def error(self, message: str) -> NoReturn:
        """Print `message` alone, without the usage that would bury it."""
        self.exit(2, f"{self.prog}: {message}\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as attributes; exits with 2 if they are wrong, with 0 after `--help` and `--version`."""
    # To argparse `-state:time_wait` is an option; to the filter it is a term.
    excluding = [argument for argument in arguments if _EXCLUDING.match(argument)]
    rest = [argument for argument in arguments if not _EXCLUDING.match(argument)]
    parser = _parser()
    options, left = parser.parse_known_args(rest)
    # Argparse takes words only in one run: those behind an option further on are left over.
    unknown = [argument for argument in left if argument.startswith("-")]
    words = [argument for argument in left if argument not in unknown] + excluding
    if unknown or (words and "filter" not in options):
        parser.error(f"unrecognized arguments: {' '.join(unknown or words)}")
    if words:
        options.filter.extend(words)
    return options


def _parser() -> Parser:
    parser = Parser(
        prog="netmon",
        description="Who is talking to whom, who holds that port: live, without root. No command: the app.",
        allow_abbrev=False,
    )
    parser.set_defaults(command=None)
    parser.add_argument("--version", action="version", version=f"netmon {__version__}")
    parser.add_argument(
        "--interval", type=_seconds(0.1), default=1.0, metavar="S", help="seconds between polls (1)"
    )
    parser.add_argument(
        "--tab", choices=[tab.slug for tab in TABS], default=TABS[0].slug, help="the first tab"
    )
    _add_portable(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    _add_connections(commands)
    _add_ports(commands)
    _add_loopback(commands)
    return parser


def _add_connections(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add_command(commands, "connections", "who is talking to whom, and how fast")
    direction = parser.add_mutually_exclusive_group()
    direction.add_argument("--inbound", action="store_true", help="only those opened from elsewhere")
    direction.add_argument("--outbound", action="store_true", help="only those opened from here")
    parser.add_argument(
        "--closed", action="store_true", help="also those that closed meanwhile, with final bytes"
    )
    parser.add_argument("--watch", type=_seconds(0.1), metavar="S", help="again every S seconds")
    parser.add_argument("--count", type=_positive, metavar="N", help="with --watch: stop after N times")
    parser.add_argument(
        "--sample", type=_seconds(0.0), default=0.25, metavar="S",
        help="measure rates for S seconds before the first answer (0.25); 0: at once, without rates",
    )  # fmt: skip


def _add_ports(commands: argparse._SubParsersAction[Parser]) -> None:
    _add_command(commands, "ports", "which ports are held, by whom, and who can reach them")


def _add_loopback(commands: argparse._SubParsersAction[Parser]) -> None:
    purpose = "what localhost means here, whether it works, and who is not found there"
    parser = commands.add_parser(
        "loopback", help=purpose, description=purpose.capitalize() + ".", epilog=LOOPBACK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.set_defaults(command="loopback")
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="JSON")
    parser.add_argument(
        "--resolvers", choices=("none", "localhost", "all"), default="localhost",
        help="what to ask the configured resolvers (localhost)",
    )  # fmt: skip
    parser.add_argument(
        "--race", metavar="TARGET",
        help="instead of the checks: who answers there, how fast, and what falling back costs; TARGET is a "
        "port here, NAME:PORT, or '[::1]:80 127.0.0.1:80'; connects to it and hangs up, for at most 30 s",
    )  # fmt: skip
    _add_portable(parser, default=argparse.SUPPRESS)


def _add_command(commands: argparse._SubParsersAction[Parser], name: str, purpose: str) -> Parser:
    parser = commands.add_parser(
        name,
        help=purpose,
        description=purpose.capitalize() + ".",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=name)
    parser.add_argument("filter", nargs="*", metavar="FILTER", help="only what matches")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_const", const="json", dest="format", help="JSON")
    form.add_argument("--csv", action="store_const", const="csv", dest="format", help="CSV")
    # Not given here, it must not undo a --portable before the command.
    _add_portable(parser, default=argparse.SUPPRESS)
    return parser


def _add_portable(parser: argparse.ArgumentParser, default: object = False) -> None:
    parser.add_argument(
        "--portable", action="store_true", default=default, help="read sockets through psutil, not netlink"
    )


def _seconds(least: float) -> Callable[[str], float]:
    def seconds(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= 86400:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from {least:g} to 86400")
        return value

    return seconds


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) < 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
