"""What may stand on the command line, and the one line that says what is wrong with it."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from netmon import __version__
from netmon.tui.tabs.registry import TABS

EPILOG = """\
exit codes: 0 found, 1 nothing found, 2 the question could not be asked

FILTER: words match anywhere; field:value with the fields proc pid user port lport rport addr laddr raddr
state dir proto unit; port:8000-9000, addr:10.0.0.0/8, -state:time_wait excludes, /regex/; all must hold.
"""

PORT_EPILOG = """\
exit codes: 0 something that was asked for is held, 1 nothing holds any of it, 2 it could not be asked
"""

STOP_EPILOG = """\
exit codes: 0 stopped and free, 1 nothing holds it, not stopped, or held again, 2 refused

It stops the process that listens (UDP: is bound), never one that is only connected to the port. TCP is meant
where a TCP socket listens, else UDP; PORT/tcp and PORT/udp say which.
"""

WAIT_EPILOG = """\
exit codes: 0 it is so, 1 it was not so in time, 2 it could not be asked

TCP is meant unless PORT/udp says otherwise. Free: nothing listens, and a server could bind it. Open: a TCP
socket listens, or a UDP socket is bound.
"""

_ONE_PORT = ("stop", "wait")
"""Commands that take one PORT and no FILTER."""

LOOPBACK_EPILOG = """\
exit codes: 0 no check fails, 1 a check fails, 2 the question could not be asked

Nothing leaves the machine but questions to the resolvers that it is configured to ask: "localhost" asks
them for localhost and x.localhost, "all" also for ipv4only.arpa (A, AAAA, NAT64), "none" for nothing.
"""

DNS_EPILOG = """\
exit codes:
  NAME               0 found, 1 no such name or no such record
  --trace            0 answered, 1 no such name or no such record
  --dnssec           0 secure (a proof that there is nothing, too),
                     1 insecure or bogus
  --lint             0 no rule is broken, 1 one is
  AXFR               0 transferred, 1 refused
  each of them       2 it could not be asked, or no server could tell:
                     one line on standard error says why

examples:
  netmon dns example.com               the records, and what programs get
  netmon dns 192.0.2.1                 the name of an address (PTR)
  netmon dns example.com MX TXT --server 1.1.1.1 --server 9.9.9.9
  netmon dns example.com --server system --server authoritative
      a change does not show yet: what the resolvers still have, beside what
      the zone's own servers say, and until when the old answer may last
  netmon dns example.com --dnssec      why a validating resolver refuses it
  netmon dns example.com --trace       who delegates it to whom
  netmon dns --zone FILE --lint        before a zone is published
  netmon dns example.com AXFR          the whole zone, as a zone file

TYPE: A AAAA CNAME NS MX TXT SOA CAA HTTPS if none is given; any other by
name, or as TYPE65534. --trace and --dnssec take A if none is given. An
address as NAME has only its PTR. AXFR is given alone: the zone is asked of
its own servers, or of SERVER, over TCP or TLS; a silence may last --timeout,
the whole 12 times as long.

SERVER: system (if none is given: the resolvers of this machine, with its
search list), authoritative (the name servers of the name's own zone), or one
server: 1.1.1.1, [::1]:5353, udp://1.1.1.1, tcp://1.1.1.1, tls://HOST,
https://HOST/dns-query, quic://HOST (needs pip install 'netmon[doq]').
Several are asked at once and compared. Certificates are verified. UDP
answers that are cut short are asked for again over TCP.
"""

_EXCLUDING = re.compile(r"-(?!-|h$)")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Knows its width, for which argparse would import shutil at every start: 3 ms."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_help_width())


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line and exits with 2."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "formatter_class": _Help})

    def error(self, message: str) -> NoReturn:
        """Print `message` alone, without the usage that would bury it."""
        self.exit(2, f"{self.prog}: {message}\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as attributes; exits with 2 if they are wrong, with 0 after `--help` and `--version`."""
    # To argparse `-state:time_wait` is an option; to the filter it is a term.
    excluding = [argument for argument in arguments if _EXCLUDING.match(argument)]
    rest = [argument for argument in arguments if not _EXCLUDING.match(argument)]
    parser = _parser(arguments[:1])
    options, left = parser.parse_known_args(rest)
    # Argparse takes words only in one run: those behind an option further on are left over.
    unknown = [argument for argument in left if argument.startswith("-")]
    words = [argument for argument in left if argument not in unknown] + excluding
    if unknown or (words and options.words is None):
        parser.error(f"unrecognized arguments: {' '.join(unknown or words)}")
    if words:
        getattr(options, options.words).extend(words)
    if options.command in _ONE_PORT:
        options.port = _only_port(parser, options)
    return options


def _only_port(parser: Parser, options: argparse.Namespace) -> str:
    if len(options.ports) != 1:
        parser.prog += f" {options.command}"
        given = " ".join(options.ports)
        parser.error(f"one PORT is wanted, not {given}" if given else "which PORT is missing")
    (port,) = options.ports
    return str(port)


def _parser(first: Sequence[str] = ()) -> Parser:
    """The parser; if the command stands first, as most often, without the others: each takes half a ms."""
    parser = Parser(
        prog="netmon",
        description="Who is talking to whom, who holds that port: live, without root. No command: the app.",
        allow_abbrev=False,
    )
    parser.set_defaults(command=None, words=None)
    parser.add_argument("--version", action="version", version=f"netmon {__version__}")
    parser.add_argument(
        "--interval", type=_seconds(0.1), default=1.0, metavar="S", help="seconds between polls (1)"
    )
    parser.add_argument(
        "--tab", choices=[tab.slug for tab in TABS], default=TABS[0].slug, help="the first tab"
    )
    _add_portable(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for name in first if _ADDERS.keys() & set(first) else _ADDERS:
        _ADDERS[name](commands)
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
    parser = _add_command(commands, "ports", "which ports are held, by whom, and who can reach them")
    parser.add_argument(
        "--firewall", action="store_true",
        help="also what the firewall does with new connections to each port: accepted, dropped, rejected, "
        "depends (on the source, say), unknown; by `nft --json list ruleset`, which needs root",
    )  # fmt: skip


def _add_port(commands: argparse._SubParsersAction[Parser]) -> None:
    purpose = "who holds a port, who is connected, and why it cannot be bound"
    parser = _add_port_command(commands, "port", purpose, PORT_EPILOG)
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="JSON")


def _add_stop(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add_port_command(commands, "stop", "stop whoever listens on a port", STOP_EPILOG)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--force", action="store_true", help="send SIGKILL instead of SIGTERM")
    parser.add_argument(
        "--timeout", type=_seconds(0.0), default=5.0, metavar="S", help="how long it may take to end (5)"
    )


def _add_wait(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add_port_command(commands, "wait", "wait until a port is free, or open", WAIT_EPILOG)
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--free", action="store_true", help="until a server could bind it")
    wanted.add_argument("--open", action="store_true", help="until somebody listens on it")
    parser.add_argument(
        "--timeout", type=_seconds(0.0), metavar="S", help="give up after S seconds; 0: ask once (never)"
    )


def _add_port_command(
    commands: argparse._SubParsersAction[Parser], name: str, purpose: str, epilog: str
) -> Parser:
    parser = commands.add_parser(
        name,
        help=purpose,
        description=purpose.capitalize() + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    # `-1` comes like `-state:time_wait`, and the question is to say that it is no port.
    parser.set_defaults(command=name, words="ports")
    parser.add_argument(
        "ports", nargs="*", metavar="PORT", help="8080, 53/udp, http, 127.0.0.1:8080, [::1]:8080"
    )
    _add_portable(parser, default=argparse.SUPPRESS)
    return parser


def _add_loopback(commands: argparse._SubParsersAction[Parser]) -> None:
    purpose = "what localhost means here, whether it works, and who is not found there"
    parser = commands.add_parser(
        "loopback", help=purpose, description=purpose.capitalize() + ".", epilog=LOOPBACK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.set_defaults(command="loopback")
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="JSON")
    parser.add_argument(
        "--resolvers", choices=("none", "localhost", "all"), default="all",
        help="what to ask the configured resolvers (all)",
    )  # fmt: skip
    parser.add_argument(
        "--race", metavar="TARGET",
        help="instead of the checks: who answers there, how fast, and what falling back costs; TARGET is a "
        "port here, NAME:PORT, or '[::1]:80 127.0.0.1:80'; connects to it and hangs up, for at most 30 s",
    )  # fmt: skip
    _add_portable(parser, default=argparse.SUPPRESS)


def _add_dns(commands: argparse._SubParsersAction[Parser]) -> None:
    purpose = "what a name resolves to, says who, and how fast"
    parser = commands.add_parser(
        "dns", help=purpose, description=purpose.capitalize() + ".", epilog=DNS_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.set_defaults(command="dns", words="types")
    parser.add_argument("name", nargs="?", metavar="NAME", help="a name in any script, or an address")
    parser.add_argument("types", nargs="*", metavar="TYPE", help="record types")
    add = parser.add_argument
    add("--server", action="append", default=[], metavar="SERVER", help="whom to ask; again for several")
    add("--json", action="store_const", const="json", dest="format", help="one JSON object, for programs")
    add(
        "--timeout", type=_seconds(0.1), metavar="S",
        help="seconds for everything together (5; --dnssec 20, --trace 30)",
    )  # fmt: skip
    add("--nsid", action="store_true", help="which of the machines behind one address answers (NSID)")
    add("--cookie", action="store_true", help="send a cookie, and show the server's: it tells forgers apart")
    add("--subnet", metavar="ADDR/LEN", help="the answer that clients in this network get (ECS)")
    add("--do", action="store_true", help="show the DNSSEC signatures, too (the DO flag)")
    add("--cd", action="store_true", help="the answer even where it does not validate (the CD flag)")
    add("--no-recursion", action="store_true", help="only what the server itself knows (no RD flag)")
    add("--get", action="store_true", help="over https://: ask by GET, not by POST")
    add("--ca", metavar="FILE", help="certificates (PEM) to trust instead of the system's")
    add("--trace", action="store_true", help="follow the delegations from the root, asking no resolver")
    add(
        "--hints", metavar="FILE",
        help="with --trace, --lint or --server authoritative: the root's servers, in the form of named.root",
    )  # fmt: skip
    add("--all", action="store_true", help="with --trace: ask every server of each step, not only the first")
    add("--dnssec", action="store_true", help="whether the answer is authentic: validated here, step by step")
    add("--anchor", metavar="FILE", help="with --dnssec: DS or DNSKEY records to trust instead of the root's")
    add(
        "--lint",
        action="store_true",
        help="whether the name's zone, or that of SERVER, breaks a rule of the RFCs",
    )
    add("--zone", metavar="FILE", help="with --lint: check this zone file, and ask nobody")


def _add_command(commands: argparse._SubParsersAction[Parser], name: str, purpose: str) -> Parser:
    parser = commands.add_parser(
        name,
        help=purpose,
        description=purpose.capitalize() + ".",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=name, words="filter")
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


def _help_width() -> int:
    """The columns that help may take."""
    try:
        return max(20, os.get_terminal_size(1).columns - 2)
    except OSError:
        return 78


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) < 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


_ADDERS: dict[str, Callable[[argparse._SubParsersAction[Parser]], None]] = {
    "connections": _add_connections,
    "ports": _add_ports,
    "port": _add_port,
    "stop": _add_stop,
    "wait": _add_wait,
    "loopback": _add_loopback,
    "dns": _add_dns,
}
"""The commands, in the order of the help."""
