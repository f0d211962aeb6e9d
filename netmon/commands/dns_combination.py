"""What may stand together on the command line of `netmon dns`: whatever would have no effect is refused."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from netmon.commands.ending import CannotAskError

_PLAIN_ONLY = ("nsid", "cookie", "subnet", "do", "cd", "no_recursion", "get")
"""What changes how servers are asked for records; the other questions know themselves how to ask."""
_WITHOUT = {
    "--trace": (*_PLAIN_ONLY, "ca"),
    "--dnssec": _PLAIN_ONLY,
    "--lint": _PLAIN_ONLY,
    "AXFR": _PLAIN_ONLY,
    "--zone": (*_PLAIN_ONLY, "ca", "server", "timeout", "hints"),
}
"""What has no effect on each question."""


def check_combination(options: argparse.Namespace) -> None:
    """See that what was given can stand together.

    Raises:
        CannotAskError: it cannot.
    """
    _check_words([options.name or "", *options.types], options.types)
    _check_question(options)
    _check_belonging(options)
    _check_effect(options)
    _check_address(options)


def _check_words(words: Sequence[str], types: Sequence[str]) -> None:
    """Arguments as other tools take them, and a second name."""
    for word in words:
        if word.startswith("@"):
            raise CannotAskError(f"{_shown(word)}: a server is given as --server {_shown(word[1:])}")
        if word.startswith(("+", "-")):
            raise CannotAskError(f"there is no option {_shown(word)}: netmon dns --help has those there are")
    for word in types:
        if "." in word:
            raise CannotAskError(f"one NAME at a time, then its TYPEs: {_shown(word)} is one too many")


def _check_question(options: argparse.Namespace) -> None:
    if options.zone is not None and not options.lint:
        raise CannotAskError("--zone FILE needs --lint: it checks the rules on a zone file")
    if options.trace and options.lint:
        raise CannotAskError("--trace and --lint are two questions: ask one at a time")
    if options.dnssec and (options.trace or options.lint):
        raise CannotAskError("--dnssec is a question of its own: leave --trace and --lint away")
    if options.name is None and options.zone is None:
        raise CannotAskError("which NAME? Say for example example.com, or an address for its name")
    if options.name is not None and options.zone is not None:
        raise CannotAskError("--zone FILE takes no NAME: it checks every name of the file")
    if options.lint and options.types:
        raise CannotAskError(f"--lint takes no TYPE, it is about all records: leave {options.types[0]} away")


def _check_belonging(options: argparse.Namespace) -> None:
    """Options that only help another one."""
    if options.anchor is not None and not options.dnssec:
        raise CannotAskError("--anchor FILE needs --dnssec: it says where trust begins")
    if options.all and not options.trace:
        raise CannotAskError("--all needs --trace: it asks every server of each step")
    if options.hints is not None and not (options.trace or options.lint or _asks_authority(options)):
        raise CannotAskError(
            "--hints FILE needs --trace, --lint or --server authoritative: it says where the root is"
        )
    if options.get and not any(server.lower().startswith("https:") for server in options.server):
        raise CannotAskError("--get needs a server over HTTPS: --server https://HOST/dns-query")


def _asks_authority(options: argparse.Namespace) -> bool:
    return "authoritative" in options.server and _question(options) == ""


def _question(options: argparse.Namespace) -> str:
    """Which question it is; empty for the plain one."""
    for name in ("zone", "dnssec", "trace", "lint"):
        if getattr(options, name):
            return f"--{name}"
    return "AXFR" if "AXFR" in map(str.upper, options.types) else ""


def _check_effect(options: argparse.Namespace) -> None:
    question = _question(options)
    for name in _WITHOUT.get(question, ()):
        if getattr(options, name) not in (None, False, []):
            flag = f"--{name.replace('_', '-')}"
            raise CannotAskError(f"{flag} has no effect on {question}: leave it away")


def _check_address(options: argparse.Namespace) -> None:
    """Types that an address does not have; what AXFR and --lint say of one is their own."""
    others = [kind for kind in options.types if kind.upper() != "PTR"]
    if not others or _question(options) == "AXFR":
        return
    from netmon.resolver.questions import address_of

    if (address := address_of(options.name)) is not None:
        raise CannotAskError(f"{address} is an address, which has only its PTR: leave {others[0]} away")


def _shown(word: str) -> str:
    from netmon.model.text import clean

    return clean(word, 80)
