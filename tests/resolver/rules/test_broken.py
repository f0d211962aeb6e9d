"""One broken zone for each rule, as a file and by transfer, beside what the checkers that exist say of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import dns.exception
import dns.message
import dns.zone
import pytest

from netmon.resolver.rules.live_transfer import ask_for_all, whole
from netmon.resolver.rules.view import ZoneView
from tests.resolver.daemon import find
from tests.resolver.rules.zones import HEAD, checks, view_of
from tests.resolver.transfer.givers import framed, giving, message


class Broken(NamedTuple):
    """A zone with one thing wrong; `n` named-checkzone, `s` nsd-checkzone and `d` dnspython say so too."""

    check: str
    text: str
    others: str = ""


ZONES = {
    "sound": Broken("", "www A 192.0.2.1\nal CNAME www\n@ MX 10 www\nsub NS ns.sub\nns.sub A 192.0.2.9\n"),
    "CNAME and other data": Broken("cname-other-data", "a CNAME ns1\na A 192.0.2.1\n", "nsd"),
    "CNAME at the apex": Broken("cname-apex", "@ CNAME ns1\n", "nsd"),
    "two CNAMEs": Broken("cname-twice", "a CNAME ns1\na CNAME ns2\n", "ns"),
    "CNAME to an address": Broken("target-is-address", "a CNAME 192.0.2.9.\n"),
    "CNAME to one without dot": Broken("target-is-address", "a CNAME 192.0.2.9\n"),
    "MX to an address": Broken("target-is-address", "@ MX 10 192.0.2.9.\n", "n"),
    "MX to one without dot": Broken("target-is-address", "@ MX 10 192.0.2.9\n", "n"),
    "NS to an address": Broken("target-is-address", "@ NS 192.0.2.9.\n", "n"),
    "NS to one without dot": Broken("target-is-address", "@ NS 192.0.2.9\n", "n"),
    "MX to a CNAME": Broken("mx-to-cname", "al CNAME ns1\n@ MX 10 al\n", "n"),
    "NS to a CNAME": Broken("ns-to-cname", "al CNAME ns1\n@ NS al\n", "n"),
    "MX without address": Broken("missing-address", "@ MX 10 m\nm TXT x\n", "n"),
    "NS without address": Broken("missing-address", "@ NS m\nm TXT x\n", "n"),
    "delegation without glue": Broken("missing-glue", "sub NS ns.sub\n", "n"),
    "unequal TTLs": Broken("ttl-differs", "a 1 A 192.0.2.1\na 2 A 192.0.2.2\n", "ns"),
    "a loop": Broken("cname-loop", "a CNAME b\nb CNAME a\n"),
    "a dangling CNAME": Broken("dangling", "a CNAME nowhere\n"),
    "a dangling MX": Broken("dangling", "@ MX 10 nowhere\n", "n"),
    "null MX beside another": Broken("null-mx", "@ MX 0 .\n@ MX 10 ns1\n"),
    "null MX with a preference": Broken("null-mx", "@ MX 10 .\n"),
    "private address of an NS": Broken("private-ns-address", "@ NS in\nin A 10.0.0.1\n"),
    "a missing dot": Broken("missing-dot", "a CNAME ns1.example.com\n"),
    "two SOAs": Broken("soa-twice", "@ SOA ns1 hostmaster 2 7200 900 1209600 300\n", "ns"),
    "an SOA below the apex": Broken(
        "soa-misplaced", "sub SOA ns1 hostmaster 1 7200 900 1209600 300\n", "nsd"
    ),
    "a DS at the apex": Broken("ds-misplaced", f"@ DS 1 13 2 {'ab' * 32}\n", "n"),
    "a wildcard that delegates": Broken("ns-wildcard", "*.a NS ns1\n", "n"),
    "a record below a DNAME": Broken("below-dname", "a DNAME ns1\nb.a TXT x\n", "s"),
}
CASES = pytest.mark.parametrize("zone", ZONES.values(), ids=ZONES.keys())


@CASES
def test_in_a_file(tmp_path: Path, zone: Broken) -> None:
    assert checks(view_of(tmp_path, zone.text)) == ([zone.check] if zone.check else [])


@CASES
def test_by_transfer(tmp_path: Path, zone: Broken) -> None:
    if zone.check == "soa-twice":
        return  # the second SOA is where a transfer ends
    assert checks(transferred(view_of(tmp_path, zone.text))) == ([zone.check] if zone.check else [])


def transferred(view: ZoneView) -> ZoneView:
    """The same zone from a server that gives it, and no resolver to ask about others."""
    lines = [f"{e.name} {e.ttl} {e.type} {e.data}" for e in view.entries]

    def give(query: dns.message.Message) -> Iterable[bytes]:
        return [framed(message(query, [*lines, lines[0]]))]

    with giving(give) as server:
        (attempt,) = ask_for_all("example.com.", [("ns1", server)], None)
    return whole(attempt, (), [])


@CASES
@pytest.mark.parametrize(("letter", "name"), [("n", "named-checkzone"), ("s", "nsd-checkzone")])
def test_what_the_checkers_say(tmp_path: Path, zone: Broken, letter: str, name: str) -> None:
    """What they find, netmon finds; what they do not, is why it has rules of its own."""
    program = find(name, "bind9-utils" if letter == "n" else "nsd")
    path = tmp_path / "zone"
    path.write_text(HEAD + zone.text)
    options = ["-i", "local"] if letter == "n" else []
    done = subprocess.run(
        [program, *options, "example.com", str(path)], capture_output=True, text=True, timeout=20
    )
    plain = [line for line in (done.stdout + done.stderr).splitlines() if " loaded serial " not in line]
    is_quiet = done.returncode == 0 and len(plain) == 1
    assert is_quiet is (letter not in zone.others), plain


@CASES
def test_what_dnspython_says(zone: Broken) -> None:
    try:
        dns.zone.from_text(HEAD + zone.text, "example.com.")
        is_quiet = True
    except (dns.exception.DNSException, ValueError):
        is_quiet = False
    assert is_quiet is ("d" not in zone.others)
