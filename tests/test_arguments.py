"""What may stand on the command line, and what is said of the rest."""

from __future__ import annotations

import argparse
import re

import pytest

from netmon import __version__
from netmon.arguments import EPILOG, parse
from netmon.engine.filter import parse_filter
from netmon.tui.tabs.registry import TABS


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that is said of arguments that are wrong."""
    with pytest.raises(SystemExit) as ending:
        parse(arguments)
    out, err = capsys.readouterr()
    assert ending.value.code == 2
    assert out == ""
    assert err.startswith("netmon")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    return err


def test_nothing_is_the_app_on_its_first_tab() -> None:
    options = parse([])
    assert (options.command, options.interval, options.tab, options.portable) == (
        None, 1.0, "connections", False,
    )  # fmt: skip


@pytest.mark.parametrize("slug", [entry.slug for entry in TABS])
def test_every_tab_can_be_the_first(slug: str) -> None:
    assert parse(["--tab", slug]).tab == slug


def test_connections_in_full() -> None:
    options = parse(
        [
            "connections",
            "port:443",
            "--outbound",
            "--closed",
            "--watch",
            "2.5",
            "--count",
            "3",
            "--json",
            "nginx",
        ]
    )
    assert options.command == "connections"
    assert options.filter == ["port:443", "nginx"]
    assert (options.inbound, options.outbound, options.closed) == (False, True, True)
    assert (options.watch, options.count, options.format) == (2.5, 3, "json")


def test_what_connections_does_unless_told_otherwise() -> None:
    options = parse(["connections"])
    assert (options.filter, options.inbound, options.outbound, options.closed) == ([], False, False, False)
    assert (options.watch, options.count, options.format, options.sample) == (None, None, None, 0.25)


def test_ports_in_full() -> None:
    options = parse(["ports", "--csv", "8080"])
    assert (options.command, options.format, options.filter) == ("ports", "csv", ["8080"])


def test_port_in_full() -> None:
    options = parse(["port", "8080", "--json", "53/udp", "-1", "--portable"])
    assert (options.command, options.format, options.portable) == ("port", "json", True)
    assert options.ports == ["8080", "53/udp", "-1"]


def test_loopback_in_full() -> None:
    options = parse(["loopback", "--json", "--resolvers", "none"])
    assert (options.command, options.format, options.resolvers) == ("loopback", "json", "none")
    assert options.race is None
    assert parse(["loopback", "--race", "[::1]:80 127.0.0.1:80"]).race == "[::1]:80 127.0.0.1:80"
    options = parse(["--portable", "loopback"])
    assert (options.format, options.resolvers, options.portable) == (None, "all", True)


@pytest.mark.parametrize("arguments", [["--portable", "ports"], ["ports", "--portable"]])
def test_portable_before_or_behind_the_command(arguments: list[str]) -> None:
    assert parse(arguments).portable is True
    assert parse(["ports"]).portable is False


def test_a_term_that_excludes_is_no_option() -> None:
    options = parse(["connections", "-state:time_wait", "ssh", "--json", "-port:22", "-/^10/"])
    assert sorted(options.filter) == sorted(["-state:time_wait", "ssh", "-port:22", "-/^10/"])
    assert options.format == "json"


def test_words_and_options_stand_in_any_order() -> None:
    options = parse(["connections", "a", "--json", "b", "--watch", "1", "c", "-d", "--inbound", "e"])
    assert sorted(options.filter) == ["-d", "a", "b", "c", "e"]
    assert (options.format, options.watch, options.inbound) == ("json", 1.0, True)


def test_the_order_of_terms_does_not_matter() -> None:
    # Those that exclude are moved behind the others; all of them must hold either way.
    options = parse(["connections", "-a", "b"])
    assert set(parse_filter(" ".join(options.filter)).terms) == {"-a", "b"}


def test_an_excluding_term_without_a_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "-state:time_wait" in refused(capsys, "-state:time_wait")
    assert "-x" in refused(capsys, "--tab", "ports", "-x")


@pytest.mark.parametrize("seconds", ["0.1", "1", "86400", "1e3"])
def test_seconds_that_are_taken(seconds: str) -> None:
    assert parse(["--interval", seconds]).interval == float(seconds)
    assert parse(["connections", "--watch", seconds]).watch == float(seconds)


@pytest.mark.parametrize("seconds", ["0", "0.09", "86401", "nan", "inf", "1e400", "", "1s", "٣x"])
@pytest.mark.parametrize("option", [["--interval"], ["connections", "--watch"]])
def test_seconds_that_are_refused(
    option: list[str], seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, *option, seconds)
    assert option[-1] in said
    assert "not a number of seconds" in said


def test_a_negative_number_is_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert "expected one argument" in refused(capsys, "--interval", "-1")
    assert "expected one argument" in refused(capsys, "connections", "--watch", "-0.5")


@pytest.mark.parametrize("count", ["0", "1.0", "-0", "many", "", "²", "9" * 30, "2147483648", "9" * 5000])
def test_counts_that_are_refused(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--count" in refused(capsys, "connections", f"--count={count}")


def test_a_sample_may_be_nought() -> None:
    assert parse(["connections", "--sample", "0"]).sample == 0


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["nonsense"], "nonsense"),
        (["--tab", "nonsense"], "nonsense"),
        (["--int=1"], "--int"),
        (["connections", "--in"], "--in"),
        (["ports", "--closed"], "--closed"),
        (["connections", "--json", "--csv"], "not allowed with"),
        (["connections", "--inbound", "--outbound"], "not allowed with"),
        (["--json"], "--json"),
        (["loopback", "word"], "word"),
        (["loopback", "-word"], "-word"),
        (["loopback", "--resolvers", "some"], "some"),
    ],
)
def test_what_is_refused_is_named(
    arguments: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert part in refused(capsys, *arguments)


def test_an_error_is_said_by_the_command_it_belongs_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "connections", "--watch", "x").startswith("netmon connections: ")
    assert refused(capsys, "--interval", "x").startswith("netmon: ")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["connections", "-h"], ["ports", "--help"], ["loopback", "-h"]]
)
def test_help_is_an_answer(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        parse(arguments)
    out, err = capsys.readouterr()
    assert (ending.value.code, err) == (0, "")
    assert out.isascii()
    assert out.startswith("usage: netmon")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        parse(["--version"])
    assert (ending.value.code, capsys.readouterr().out) == (0, f"netmon {__version__}\n")


def test_the_help_names_every_field_of_a_filter() -> None:
    fields = re.findall(r"with the fields ([a-z\s]+);", EPILOG)[0].split()
    assert len(fields) == 13
    for field in fields:
        assert parse_filter(f"{field}:/x/")


def test_parsing_changes_nothing_for_the_next_time() -> None:
    assert parse(["connections", "-a"]).filter == ["-a"]
    assert parse(["connections"]).filter == []
    assert isinstance(parse(["ports"]), argparse.Namespace)


def test_stop_and_wait_take_one_port_wherever_it_stands() -> None:
    stop = parse(["stop", "8080"])
    assert (stop.command, stop.port, stop.yes, stop.force, stop.timeout) == (
        "stop",
        "8080",
        False,
        False,
        5.0,
    )
    assert parse(["stop", "--yes", "--force", "-1"]).port == "-1"
    wait = parse(["wait", "--free", "53/udp", "--timeout", "0.5"])
    assert (wait.command, wait.port, wait.free, wait.open, wait.timeout) == (
        "wait",
        "53/udp",
        True,
        False,
        0.5,
    )
    assert parse(["--portable", "wait", "80", "--open"]).portable


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stop"], "netmon stop: which PORT is missing"),
        (["stop", "80", "81"], "netmon stop: one PORT is wanted, not 80 81"),
        (["wait", "80"], "netmon wait: one of the arguments --free --open is required"),
        (["wait", "80", "--free", "--open"], "not allowed with argument"),
        (["wait", "80", "--free", "--timeout", "soon"], "'soon' is not a number of seconds"),
    ],
)
def test_stop_and_wait_say_what_they_want(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert said in refused(capsys, *arguments)
