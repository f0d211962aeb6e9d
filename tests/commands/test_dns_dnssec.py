"""`netmon dns NAME --dnssec`: its answers, its exit codes, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import Answer, netmon, said_in_one_line
from tests.resolver.dnssec.signing import Served, served
from tests.resolver.rules.nsd import free_port


@pytest.fixture(scope="module")
def signed_tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("signed")) as running:
        yield running


def ask(tree: Served, name: str, *more: str) -> Answer:
    return netmon("dns", name, "--dnssec", "--anchor", str(tree.anchor), "--server", tree.server, *more)


@pytest.mark.parametrize(
    ("name", "code", "first"),
    [
        ("www.nsec.test", 0, "✓ www.nsec.test. A is secure: the A of www.nsec.test. is signed by key"),
        ("nope.nsec.test", 0, "✓ nope.nsec.test. A is secure: nope.nsec.test. does not exist"),
        ("www.plain.test", 1, "– www.plain.test. A is insecure: the chain ends at plain.test."),
        ("www.expired.test", 1, "✕ www.expired.test. A is bogus: the keys of expired.test. are not to be"),
    ],
)
def test_exit_codes(signed_tree: Served, name: str, code: int, first: str) -> None:
    answer = ask(signed_tree, name)
    assert (answer.code, answer.err) == (code, "")
    assert answer.out.startswith(first)
    assert max(map(len, answer.out.splitlines())) <= 80


def test_json(signed_tree: Served) -> None:
    answer = ask(signed_tree, "alias.nsec.test", "A", "--json")
    assert answer.code == 0
    assert (answer.body["schema"], answer.body["status"]) == ("netmon/dns/1", "secure")
    assert (answer.body["asked"], answer.body["name"]) == ("alias.nsec.test", "alias.nsec.test.")
    assert [step["kind"] for step in answer.body["steps"]][:2] == ["anchor", "delegation"]


def test_a_server_that_is_not_there(signed_tree: Served) -> None:
    answer = netmon("dns", "www.nsec.test", "--dnssec", "--server", f"127.0.0.1:{free_port()}")
    assert answer.code == 2
    assert answer.out.startswith(
        "? www.nsec.test. A is indeterminate: the keys (DNSKEY) of . could not be had"
    )
    assert answer.err.startswith("netmon dns: not known whether it is authentic: ")
    assert answer.err.count("\n") == 1


def test_the_built_in_anchor_is_not_that_of_our_root(signed_tree: Served) -> None:
    answer = netmon("dns", "www.nsec.test", "--dnssec", "--server", signed_tree.server)
    assert answer.code == 1
    assert "no key of . is one that the trust anchor names" in answer.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("x.test", "--anchor", "f"), "--anchor FILE needs --dnssec"),
        (("x.test", "--dnssec", "--trace"), "--dnssec is a question of its own"),
        (("x.test", "--dnssec", "--lint"), "--dnssec is a question of its own"),
        (("x.test", "--dnssec", "--anchor", "nowhere"), "--anchor: nowhere cannot be read"),
        (("x.test", "A", "MX", "--dnssec"), "one type at a time"),
        (("x.test", "ANY", "--dnssec"), "no signature covers ANY"),
        (("x.test", "NOSUCH", "--dnssec"), "bad type"),
        (("a..b", "--dnssec"), "bad name"),
        (("x.test", "--dnssec", "--server", "ftp://x"), "bad server"),
        (("--dnssec",), "which NAME"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(arguments: tuple[str, ...], says: str) -> None:
    said_in_one_line(netmon("dns", *arguments), says)


def test_an_anchor_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "anchor"
    path.write_text("test. A 192.0.2.1\n")
    said_in_one_line(netmon("dns", "x.test", "--dnssec", "--anchor", str(path)), "not only DS and DNSKEY")
