"""Slow, dropping, truncating and refusing servers beside a good one: dnsdist's rules, each in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import dns.name
import pytest

from netmon.resolver.ask import Replies, ask_servers
from netmon.resolver.edns import Wishes
from netmon.resolver.enquiry import Enquiry, enquire
from netmon.resolver.judgement import findings
from netmon.resolver.server import parse_server
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.asking import ask, data, failure
from tests.resolver.authority import Authority
from tests.resolver.daemon import answers, find, free_ports, listens, running

DELAY_MS = 400
SECONDS = 2.0


class Balancer(NamedTuple):
    """A running one: a port for each thing that it does."""

    ca_file: str
    good: int
    slow: int
    dropping: int
    cutting: int
    refusing: int
    tls: int
    https: int

    def plain(self) -> list[str]:
        """What is asked over UDP, in order."""
        ports = (self.good, self.slow, self.dropping, self.cutting, self.refusing)
        return [f"127.0.0.1:{port}" for port in ports]


def _config(ports: Balancer, authority: Authority) -> str:
    """Answers of its own (SpoofAction), so that nothing stands behind it, and one rule a port."""
    certificate = authority.certificate("localhost", "127.0.0.1")
    listening = "\n".join(f'addLocal("{each}")' for each in ports.plain())
    return f"""
setSecurityPollSuffix("")
{listening}
addTLSLocal("127.0.0.1:{ports.tls}", "{certificate.path}", "{certificate.key}")
addDOHLocal("127.0.0.1:{ports.https}", "{certificate.path}", "{certificate.key}", "/dns-query")
local function at(port)
  return function(dq) return dq.localaddr:getPort() == port end
end
addAction(LuaRule(at({ports.dropping})), DropAction())
addAction(LuaRule(at({ports.refusing})), RCodeAction(DNSRCode.REFUSED))
addAction(AndRule{{LuaRule(at({ports.cutting})), TCPRule(false)}}, TCAction())
addAction(LuaRule(at({ports.slow})), DelayAction({DELAY_MS}))
addAction(AndRule{{QNameRule("host.wide.test."), QTypeRule(DNSQType.A)}}, SpoofAction("192.0.2.1"))
addAction(AllRule(), RCodeAction(DNSRCode.NXDOMAIN))
"""


@pytest.fixture(scope="module")
def balancer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Balancer]:
    program = find("dnsdist", "dnsdist")
    directory = tmp_path_factory.mktemp("dnsdist")
    authority = Authority(directory)
    started = Balancer(str(authority.path), *free_ports(7))
    config = directory / "dnsdist.conf"
    config.write_text(_config(started, authority))
    command = [program, "--supervised", "--disable-syslog", "-C", config]
    with running(
        command, lambda: answers("127.0.0.1", started.good) and listens(started.https), directory / "log"
    ):
        yield started


@pytest.fixture(scope="module")
def everybody(balancer: Balancer) -> dict[str, Replies]:
    """What each of them says, all asked at the same time."""
    name = dns.name.from_text("host.wide.test")
    replies = ask_servers(
        name, ["A"], [*map(parse_server, balancer.plain())], Wishes(), Deadline.after(SECONDS)
    )
    return dict(zip(("good", "slow", "dropping", "cutting", "refusing"), replies, strict=True))


def test_each_has_its_answer_or_its_own_error_and_time(everybody: dict[str, Replies]) -> None:
    said = everybody
    assert max(each.ms for each in said.values()) < (SECONDS + 1) * 1000
    for name in ("good", "slow", "cutting"):
        assert data(said[name]) == ["192.0.2.1"], name
    assert failure(said["dropping"]) == "was silent until the time was up"
    (refused,) = said["refusing"].said
    assert (refused.answer.rcode, refused.answer.records) == ("REFUSED", ())


def test_nobody_waits_for_the_slow_or_for_the_dead(everybody: dict[str, Replies]) -> None:
    said = everybody
    assert said["good"].ms < DELAY_MS
    assert said["refusing"].ms < DELAY_MS
    assert DELAY_MS <= said["slow"].ms < SECONDS * 1000
    assert said["dropping"].ms > said["slow"].ms


def test_what_is_cut_short_is_asked_over_tcp(everybody: dict[str, Replies]) -> None:
    (said,) = everybody["cutting"].said
    assert said.answer.transport == "tcp"
    assert said.notes == ("cut short over UDP, so asked over TCP",)


def test_the_findings_name_the_dead_and_the_unwilling_only(balancer: Balancer) -> None:
    servers = tuple(map(parse_server, balancer.plain()))
    outcome = enquire(Enquiry("host.wide.test", ("A",), servers, timeout_s=SECONDS))
    assert (outcome.answered, outcome.found) == (True, True)
    assert [(each.check, each.summary) for each in findings(outcome)] == [
        ("dns-silent", f"127.0.0.1:{balancer.dropping} does not answer."),
        ("dns-failure", f"127.0.0.1:{balancer.refusing} fails with REFUSED."),
    ]


@pytest.mark.parametrize("get", [False, True])
def test_over_tls_and_https(balancer: Balancer, get: bool) -> None:
    for text in (f"tls://localhost:{balancer.tls}", f"https://localhost:{balancer.https}/dns-query"):
        replies = ask(text, "host", "A", "AAAA", ca_file=balancer.ca_file, get=get)
        assert [said.answer.rcode for said in replies.said] == ["NOERROR", "NXDOMAIN"], text
        assert data(replies) == ["192.0.2.1"]


def test_an_https_path_that_it_does_not_serve(balancer: Balancer) -> None:
    replies = ask(f"https://localhost:{balancer.https}/elsewhere", ca_file=balancer.ca_file)
    assert "404" in failure(replies)
