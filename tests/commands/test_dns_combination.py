"""What cannot stand together is refused in one line, and no packet leaves."""

from __future__ import annotations

import pytest

from netmon.arguments import parse
from netmon.commands.dns_combination import check_combination
from netmon.commands.ending import CannotAskError
from tests.program import netmon, said_in_one_line


def refusal(line: str) -> str:
    with pytest.raises(CannotAskError) as told:
        check_combination(parse(["dns", *line.split()]))
    return str(told.value)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("", "which NAME"),
        ("a.test --zone x --lint", "--zone FILE takes no NAME"),
        ("--zone x", "needs --lint"),
        ("a.test --hints x", "--server authoritative"),
        ("a.test --dnssec --server authoritative --hints x", "--hints FILE needs"),
        ("a.test --trace --lint", "two questions"),
        ("a.test --dnssec --trace", "--dnssec is a question of its own"),
        ("a.test --anchor x", "--anchor FILE needs --dnssec"),
        ("a.test --all", "--all needs --trace"),
        ("a.test --get --server 127.0.0.1", "--get needs a server over HTTPS"),
        ("a.test MX --lint", "--lint takes no TYPE, it is about all records: leave MX away"),
        ("192.0.2.1 MX", "192.0.2.1 is an address, which has only its PTR: leave MX away"),
        ("[2001:DB8::1] PTR A --dnssec", "2001:db8::1 is an address, which has only its PTR: leave A away"),
        ("@192.0.2.1 a.test", "@192.0.2.1: a server is given as --server 192.0.2.1"),
        ("a.test +short", "there is no option +short"),
        ("-x 192.0.2.1", "there is no option -x"),
        ("a.test b.test", "one NAME at a time, then its TYPEs: b.test is one too many"),
        ("a.test AXFR --hints x --server authoritative", "--hints FILE needs"),
    ],
)  # fmt: skip
def test_what_cannot_stand_together(line: str, word: str) -> None:
    assert word in refusal(line)


@pytest.mark.parametrize("option", ["--nsid", "--cookie", "--subnet x", "--do", "--cd", "--no-recursion"])
@pytest.mark.parametrize("question", ["a.test --trace", "a.test --dnssec", "a.test --lint", "a.test AXFR"])
def test_what_would_have_no_effect(question: str, option: str) -> None:
    assert refusal(f"{question} {option}") == (
        f"{option.split()[0]} has no effect on {question.split()[1]}: leave it away"
    )


@pytest.mark.parametrize("option", ["--server 192.0.2.1", "--timeout 1", "--ca x", "--hints x", "--nsid"])
def test_a_file_is_judged_without_asking_anybody(option: str) -> None:
    assert "has no effect on --zone" in refusal(f"--zone x --lint {option}")


@pytest.mark.parametrize(
    "line",
    [
        "a.test A MX --server 192.0.2.1 --nsid --cookie --do --cd --no-recursion --subnet 192.0.2.0/24",
        "192.0.2.1", "192.0.2.1 ptr", "192.0.2.1 AXFR", "a.test --server https://h/q --get",
        "a.test AXFR --server 192.0.2.1 --ca x", "a.test --trace --all --hints x MX",
        "--zone x --lint --json",
        "a.test --dnssec MX --anchor x --ca x --timeout 1", "a.test --lint --hints x",
        "a.test --server authoritative --server system --hints x",
    ],
)  # fmt: skip
def test_what_can(line: str) -> None:
    check_combination(parse(["dns", *line.split()]))


def test_it_is_said_in_one_line() -> None:
    said_in_one_line(netmon("dns", "a.test", "+\x1b[31m"), "netmon dns: there is no option +")
    said_in_one_line(netmon("dns", "a.test", "--lint", "--timeout", "1"), "only with --server")
    said_in_one_line(netmon("dns", "a.test", "--lint", "--server", "::1", "--hints", "x"), "only without")
