"""Scopes and the search list as text and as JSON."""

from __future__ import annotations

import json

from netmon.output.dns_scopes import scope_lines, scopes_row, search_lines, search_row
from netmon.resolver.questions import questions
from netmon.resolver.system.resolved import parse_status
from netmon.resolver.system.scope_source import Scoped
from netmon.resolver.system.scutil import parse_scutil
from netmon.resolver.system.search_list import preview
from tests.resolver.recorded import said

LINKS = Scoped(parse_status(said("resolvectl-252")), "resolvectl --no-pager status")


def test_where_a_name_goes_with_a_vpn() -> None:
    lines = list(scope_lines(LINKS, "db.corp.example.", 120))
    assert lines[1].split() == ["SCOPE", "ASKED", "SERVERS", "DOMAINS", "TLS", "DNSSEC"]
    assert lines[-1] == "db.corp.example. goes to vpn0, which has the domain corp.example"
    row = next(line for line in lines if line.startswith("vpn0"))
    assert row.split()[1] == "yes"
    assert "10.8.0.1, 10.8.0.9#ns.corp.example" in row
    assert "~corp.example, vpn.corp.example" in row


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(map(len, scope_lines(LINKS, "db.corp.example.", 80))) <= 80


def test_neighbours_are_shown_only_for_their_names() -> None:
    mac = Scoped(parse_scutil(said("scutil-vpn")), "scutil --dns")
    assert "neighbours" not in "\n".join(scope_lines(mac, "www.example.com.", 100))
    assert "the neighbours (mDNS)" in "\n".join(scope_lines(mac, "printer.local.", 100))
    assert "scoped" not in "\n".join(scope_lines(mac, "www.example.com.", 100))


def test_not_known_says_why() -> None:
    (line,) = scope_lines(Scoped(source="resolvectl", error="it ended with 1"), "a.test.", 100)
    assert line == "which links have which servers is not known: resolvectl: it ended with 1"


def test_as_json() -> None:
    row = json.loads(json.dumps(scopes_row(LINKS, "db.corp.example.")))
    assert (row["source"], row["error"], row["domain"]) == (LINKS.source, None, "corp.example")
    assert [(each["name"], each["asked"]) for each in row["scopes"]] == [
        ("global", False), ("vpn0", True), ("wlp", False)
    ]  # fmt: skip
    vpn = row["scopes"][1]
    assert (vpn["servers"], vpn["domains"]) == (
        ["10.8.0.1", "10.8.0.9#ns.corp.example"], ["corp.example", "vpn.corp.example"]
    )  # fmt: skip
    assert (vpn["search"], vpn["default"], vpn["over_tls"]) == (["vpn.corp.example"], False, "no")


def test_how_a_name_was_completed() -> None:
    order = preview(questions("db", ["A"], ("a.test.",), 1)[1], 1)
    assert list(search_lines(order, "db.a.test.", 80)) == [
        "  completed with a.test. of the search list (0 dots, ndots:1)"
    ]
    assert list(search_lines(order, "db.", 80)) == []
    assert search_row(order)["candidates"][0] == {
        "name": "db.a.test.", "suffix": "a.test.", "why": "completed with a.test.: 0 dots, fewer than ndots:1"
    }  # fmt: skip
    late = preview(questions("db.x", ["A"], ("a.test.",), 1)[1], 1)
    assert "musl" in "\n".join(search_lines(late, "db.x.a.test.", 80))
