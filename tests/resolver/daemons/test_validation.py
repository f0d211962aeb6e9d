"""unbound that validates what knot signed: AD where it is sound, and EDE in words where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from netmon.resolver.edns import Explanation, Wishes
from netmon.resolver.enquiry import Enquiry, enquire
from netmon.resolver.judgement import findings
from netmon.resolver.server import parse_server
from tests.resolver.asking import ask, data
from tests.resolver.daemon import answers, find, free_port, running
from tests.resolver.daemons.knot import anchor, knot

_ZONE = "$TTL 60\n@ SOA ns h 1 7200 3600 86400 60\n@ NS ns\nns A 127.0.0.1\nhost A 192.0.2.1\n"
_LONG_AGO = 'val-override-date: "20200101000000"'
"""To this unbound no signature is valid yet."""
_EXPLAINED = (Explanation(9, "DNSKEY Missing", ""), Explanation(6, "DNSSEC Bogus", ""))
"""How it says so: of the key that it cannot trust, and once that is in its cache of whatever it signed."""


class Validators(NamedTuple):
    """Two unbounds that ask the same knot."""

    sound: str
    bogus: str


@pytest.fixture(scope="module")
def validators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validators]:
    directory = tmp_path_factory.mktemp("validation")
    with (
        knot(directory, "wide.test", _ZONE) as port,
        _unbound(directory / "sound", port, "") as sound,
        _unbound(directory / "bogus", port, _LONG_AGO) as bogus,
    ):
        yield Validators(sound, bogus)


@contextmanager
def _unbound(home: Path, authority: int, more: str) -> Iterator[str]:
    program = find("unbound", "unbound")
    home.mkdir()
    port = free_port()
    (home / "anchor").write_text(anchor("wide.test", authority))
    config = home / "unbound.conf"
    config.write_text(f"""
server:
  chroot: ""
  username: ""
  directory: "{home}"
  pidfile: ""
  use-syslog: no
  num-threads: 1
  interface: 127.0.0.1@{port}
  do-not-query-localhost: no
  local-zone: test. nodefault
  trust-anchor-file: "{home}/anchor"
  ede: yes
  {more}
stub-zone:
  name: wide.test.
  stub-addr: 127.0.0.1@{authority}
remote-control:
  control-enable: no
""")
    with running([program, "-d", "-p", "-c", config], lambda: answers("127.0.0.1", port), home / "log"):
        yield f"127.0.0.1:{port}"


def test_what_validates_is_marked(validators: Validators) -> None:
    (said,) = ask(validators.sound, "host", wishes=Wishes(dnssec_ok=True)).said
    assert "AD" in said.answer.flags
    assert [record.type for record in said.answer.records] == ["A", "RRSIG"]
    (absent,) = ask(validators.sound, "nobody", wishes=Wishes(dnssec_ok=True)).said
    assert (absent.answer.rcode, "AD" in absent.answer.flags) == ("NXDOMAIN", True)


@pytest.mark.parametrize("scheme", ["udp", "tcp"])
def test_what_does_not_is_explained_in_words(validators: Validators, scheme: str) -> None:
    (said,) = ask(f"{scheme}://{validators.bogus}", "host").said
    assert (said.answer.rcode, said.answer.records) == ("SERVFAIL", ())
    assert len(said.extras.ede) == 1
    assert said.extras.ede[0]._replace(text="") in _EXPLAINED
    assert said.answer.error is not None
    assert said.extras.ede[0].purpose in said.answer.error


def test_with_checking_disabled_the_answer_comes_all_the_same(validators: Validators) -> None:
    replies = ask(validators.bogus, "host", wishes=Wishes(checking_disabled=True))
    assert data(replies) == ["192.0.2.1"]
    assert "AD" not in replies.said[0].answer.flags


def test_one_that_finds_it_bogus_beside_one_that_does_not(validators: Validators) -> None:
    servers = tuple(map(parse_server, validators))
    outcome = enquire(Enquiry("host.wide.test", ("A",), servers, timeout_s=4))
    assert outcome.found
    (failing,) = [each for each in findings(outcome) if each.check == "dns-failure"]
    assert failing.summary == f"{validators.bogus} fails with SERVFAIL."
    assert failing.evidence in [f"{each.code} {each.purpose}" for each in _EXPLAINED]
    assert failing.reference == "RFC 8914"
