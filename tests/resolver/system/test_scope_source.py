"""The program that tells the scopes: who asks it, and what becomes of one that fails, floods or hangs."""

from __future__ import annotations

import sys
import time

import pytest

from netmon.resolver.system import resolved, scutil
from netmon.resolver.system.scope_source import Asked, Scoped, Source, ask, source_here
from netmon.resolver.system.scopes import Scope
from netmon.resolver.transport.exchange import Deadline

_SAYS = "print('Link 2 (eth0)'); print('  DNS Servers: 192.0.2.1')"


def program(code: str) -> Source:
    """A program of another system, by a Python one."""
    return Source((sys.executable, "-I", "-S", "-c", code), resolved.parse_status)


@pytest.mark.parametrize(
    ("platform", "servers", "command"),
    [
        ("linux", ["127.0.0.53"], resolved.COMMAND),
        ("linux", ["192.0.2.1", "127.0.0.54"], resolved.COMMAND),
        ("linux", ["192.0.2.1"], None),
        ("linux", [], None),
        ("darwin", ["192.0.2.1"], scutil.COMMAND),
        ("win32", ["127.0.0.53"], None),
    ],
)
def test_it_is_asked_only_where_there_are_several_sets_of_servers(
    platform: str, servers: list[str], command: tuple[str, ...] | None
) -> None:
    source = source_here(servers, platform)
    assert (source and source.command) == command


def test_what_it_says_is_read() -> None:
    source = program(_SAYS)
    expected = Scoped((Scope("eth0", ("192.0.2.1",)),), " ".join(source.command))
    assert ask(source) == expected
    assert Asked(source).result(Deadline.after(10)) == expected


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("raise SystemExit(3)", "it ended with 3"),
        ("while True: print('x' * 100)", "it has more than 64 kB to say"),
        ("import threading; threading.Event().wait()", "it said nothing whole within 0.3 s"),
    ],
)
def test_why_it_told_nothing(code: str, error: str) -> None:
    found = ask(program(code), 5 if "wait" not in code else 0.3, 1 << 16)
    assert (found.scopes, found.error) == ((), error)


def test_a_program_that_is_not_there() -> None:
    found = ask(Source(("/nonexistent/resolvectl",), resolved.parse_status))
    assert found.error == "No such file or directory"


def test_nobody_waits_for_it_beyond_the_deadline() -> None:
    started = time.monotonic()
    found = Asked(program("import threading; threading.Event().wait(1)")).result(Deadline.after(0.1))
    assert time.monotonic() - started < 0.8
    assert found.error == "it was silent until the time was up"


def test_it_speaks_english_and_in_long_lines() -> None:
    code = (
        "import os; print('Link 2 (a)'); print('DNS Servers:', os.environ['LC_ALL'], os.environ['COLUMNS'])"
    )
    (scope,) = ask(program(code)).scopes
    assert scope.servers == ("C", "10000")
