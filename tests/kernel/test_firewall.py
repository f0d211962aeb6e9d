"""The firewall's word is what a real connection from another host meets, for rules that the kernel holds."""

from __future__ import annotations

import errno
import select
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from netmon.collectors.nftables import read_ruleset
from netmon.ports.firewall.packet import Packet
from netmon.ports.firewall.ruleset import Ruleset, parse_ruleset
from netmon.ports.firewall.verdict import Verdict, Word, judge
from tests.kernel.hosts import Host, on_a_host_alone, on_two_hosts

DATA = Path(__file__).parent.parent / "data" / "nft"
HERE4, HERE6, THERE4 = "10.99.0.1", "fd99::1", "10.99.0.2"
PORT = 8080
SILENCE_S = 0.1
"""How long a connection that is to be dropped is waited for: an answer would come within a millisecond."""
ANSWER_S = 10.0
"""The same where an answer is expected: one by ICMPv6 is heeded when the SYN is sent again, after 1 s."""

BASE = "table inet f { chain in { type filter hook input priority 0; policy %s\n %s\n } \n}"
DROPPING = """
table inet f {
    set open { type inet_service; flags interval; elements = { 22, 8000-8090 } }
    set shut { type ipv4_addr; flags interval; }
    map words { type inet_service : verdict; elements = { 8080 : jump asked, 22 : drop } }
    chain asked {
        %s
    }
    chain in {
        type filter hook input priority filter; policy drop
        ct state established,related accept
        iifname lo accept
        meta l4proto ipv6-icmp accept
        %s
    }
}
"""


def accepting(rules: str) -> str:
    """A ruleset whose policy is to accept."""
    return BASE % ("accept", rules)


def dropping(rules: str, asked: str = "return") -> str:
    """A ruleset whose policy is to drop, but for what belongs to connections that are open."""
    return DROPPING % (asked, rules)


CASES = {
    "nothing": ("", Word.ACCEPTED, Word.ACCEPTED),
    "a policy": (dropping(""), Word.DROPPED, Word.DROPPED),
    "drop of the port": (accepting("tcp dport 8080 drop"), Word.DROPPED, Word.DROPPED),
    "drop of another port": (accepting("tcp dport 8081 drop"), Word.ACCEPTED, Word.ACCEPTED),
    "reject": (accepting("tcp dport 8080 reject"), Word.REJECTED, Word.REJECTED),
    "reject with a reset": (
        accepting("ip daddr 10.99.0.1 tcp dport 8080 reject with tcp reset"),
        Word.REJECTED,
        Word.ACCEPTED,
    ),
    "reject of IPv4": (accepting("meta nfproto ipv4 reject"), Word.REJECTED, Word.ACCEPTED),
    "a set of ports": (dropping("tcp dport { 22, 8080 } accept"), Word.ACCEPTED, Word.ACCEPTED),
    "a set without it": (dropping("tcp dport { 22, 8081 } accept"), Word.DROPPED, Word.DROPPED),
    "not in a set": (accepting("tcp dport != { 22, 8081-8090 } drop"), Word.DROPPED, Word.DROPPED),
    "a range": (dropping("tcp dport 8000-8090 accept"), Word.ACCEPTED, Word.ACCEPTED),
    "below": (dropping("tcp dport < 8080 accept"), Word.DROPPED, Word.DROPPED),
    "a named set": (dropping("tcp dport @open accept"), Word.ACCEPTED, Word.ACCEPTED),
    "an empty named set": (
        accepting("tcp dport 8080 accept") + dropping("ip saddr @shut drop\naccept"),
        Word.ACCEPTED,
        Word.ACCEPTED,
    ),
    "an interface": (dropping("iifname cable accept"), Word.ACCEPTED, Word.ACCEPTED),
    "interfaces by pattern": (dropping('iifname { "wg*", "cab*" } accept'), Word.ACCEPTED, Word.ACCEPTED),
    "another interface": (dropping("iifname != cable accept"), Word.DROPPED, Word.DROPPED),
    "only lo": (dropping("iif lo accept"), Word.DROPPED, Word.DROPPED),
    "a destination": (dropping("ip daddr 10.99.0.0/24 accept"), Word.ACCEPTED, Word.DROPPED),
    "not a destination": (dropping("ip daddr != 10.99.0.0/24 accept"), Word.DROPPED, Word.DROPPED),
    "a destination of IPv6": (dropping("ip6 daddr fd99::1 accept"), Word.DROPPED, Word.ACCEPTED),
    "an own address": (dropping("fib daddr type local accept"), Word.ACCEPTED, Word.ACCEPTED),
    "no way back": (accepting("fib saddr . iif oif missing drop"), Word.ACCEPTED, Word.ACCEPTED),
    "new": (dropping("ct state new tcp dport 8080 accept"), Word.ACCEPTED, Word.ACCEPTED),
    "not new": (dropping("ct state != new accept"), Word.DROPPED, Word.DROPPED),
    "a map of states": (
        accepting("ct state vmap { new : drop, established : accept }"),
        Word.DROPPED,
        Word.DROPPED,
    ),
    "a SYN": (accepting("tcp flags & (fin | syn | rst | ack) == syn drop"), Word.DROPPED, Word.DROPPED),
    "SYN among flags": (accepting("tcp flags syn counter log drop"), Word.DROPPED, Word.DROPPED),
    "not a SYN": (
        accepting("ct state new tcp flags & (fin|syn|rst|ack) != syn drop"),
        Word.ACCEPTED,
        Word.ACCEPTED,
    ),
    "a verdict map": (
        accepting("tcp dport vmap { 8000-8090 : drop, 22 : accept }"),
        Word.DROPPED,
        Word.DROPPED,
    ),
    "a map that jumps": (dropping("tcp dport vmap @words", "accept"), Word.ACCEPTED, Word.ACCEPTED),
    "a map and back": (dropping("tcp dport vmap @words", "return"), Word.DROPPED, Word.DROPPED),
    "a map by interface": (
        dropping("iifname vmap { lo : drop, cable : goto asked }", "tcp dport 8080 accept"),
        Word.ACCEPTED,
        Word.ACCEPTED,
    ),
    "a jump": (dropping("jump asked", "tcp dport 8080 accept"), Word.ACCEPTED, Word.ACCEPTED),
    "a jump and back": (
        dropping("jump asked\ntcp dport 8080 accept", "tcp dport 8080 return\ndrop"),
        Word.ACCEPTED,
        Word.ACCEPTED,
    ),
    "a goto is not come back from": (
        dropping("goto asked\ntcp dport 8080 accept", "tcp dport 8080 return"),
        Word.DROPPED,
        Word.DROPPED,
    ),
    "joined fields": (
        dropping("meta l4proto . th dport { tcp . 8080, udp . 53 } accept"),
        Word.ACCEPTED,
        Word.ACCEPTED,
    ),
    "two chains": (
        dropping("tcp dport 8080 accept") + BASE.replace("f {", "g {", 1) % ("accept", "tcp dport 8080 drop"),
        Word.DROPPED,
        Word.DROPPED,
    ),
    "a chain of IPv4 alone": (
        "table ip f { chain in { type filter hook input priority 0; policy drop; \n } \n}",
        Word.DROPPED,
        Word.ACCEPTED,
    ),
    "prerouting": (
        "table inet f { chain pre { type filter hook prerouting priority raw\n tcp dport 8080 drop\n } \n}",
        Word.DROPPED,
        Word.DROPPED,
    ),
    "prerouting before connection tracking": (
        "table inet f { chain pre { type filter hook prerouting priority raw\n ct state invalid drop\n } \n}",
        Word.DROPPED,
        Word.DROPPED,
    ),
    "an output chain": (
        "table inet f { chain out { type filter hook output priority 0\n udp dport 53 drop\n } \n}",
        Word.ACCEPTED,
        Word.ACCEPTED,
    ),
}


@contextmanager
def served(host: Host) -> Iterator[None]:
    """PORT is listened on, on each address of a host."""
    with ExitStack() as stack:
        for family in (socket.AF_INET, socket.AF_INET6):
            stack.enter_context(host.listener(family, backlog=4096))  # nobody accepts
        yield


def met(there: Host, expected: Mapping[str, Word]) -> tuple[Word, ...]:
    """What connections from the other host to some addresses meet, all begun at once."""
    with ExitStack() as stack, there.entered():
        clients = []
        for address in expected:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            clients.append(client := stack.enter_context(socket.socket(family)))
            client.setblocking(False)
            client.connect_ex((address, PORT))
        return tuple(
            how_it_ended(client, SILENCE_S if word is Word.DROPPED else ANSWER_S)
            for client, word in zip(clients, expected.values(), strict=True)
        )


def how_it_ended(client: socket.socket, patience_s: float) -> Word:
    """What came of a connection that is being opened."""
    _, writable, _ = select.select([], [client], [], patience_s)
    if not writable:
        return Word.DROPPED
    error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    # Answered, and reset by a rule on a later packet: new connections as such are accepted.
    accepted = (0, errno.ECONNRESET)
    assert error in (*accepted, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES)
    return Word.ACCEPTED if error in accepted else Word.REJECTED


def load(rules: str) -> None:
    """Put a ruleset in force in this namespace, in place of what was there."""
    subprocess.run(["nft", "-f", "-"], input=f"flush ruleset\n{rules}", text=True, check=True)


def word_here(address: str) -> Verdict:
    """netmon's word on PORT at an address, for connections that come by the cable."""
    answer = read_ruleset()
    assert answer.reason is None, answer.reason
    ruleset = parse_ruleset(answer.document)
    return judge(ruleset, Packet(6 if ":" in address else 4, "tcp", PORT, "cable", address))


@pytest.mark.root
def test_the_word_is_what_a_connection_meets() -> None:
    def judged(here: Host, there: Host) -> dict[str, tuple[tuple[Word, ...], tuple[Word, ...]]]:
        found = {}
        with served(here):
            for name, (rules, *words) in CASES.items():
                load(rules)
                said = tuple(word_here(address).word for address in (HERE4, HERE6))
                found[name] = said, met(there, dict(zip((HERE4, HERE6), words, strict=True)))
        return found

    found = on_two_hosts(judged)
    experienced = {name: met for name, (_, met) in found.items()}
    assert experienced == {name: tuple(words) for name, (_, *words) in CASES.items()}
    assert {name: said for name, (said, _) in found.items()} == experienced


@pytest.mark.root
def test_a_dormant_table_decides_nothing() -> None:
    def judged(here: Host, there: Host) -> tuple[Verdict, tuple[Word, ...]]:
        with served(here):
            load(dropping("").replace("set open", "flags dormant\nset open"))
            return word_here(HERE4), met(there, {HERE4: Word.ACCEPTED})

    verdict, experienced = on_two_hosts(judged)
    assert experienced == (Word.ACCEPTED,)
    # nft 1.0.6 writes a stray word where it should say `dormant`: then it cannot be told.
    assert verdict.word in (Word.ACCEPTED, Word.UNKNOWN)
    assert verdict.word is Word.ACCEPTED or "dormant" in verdict.basis


# File, address, port, word, and what its basis must name.
FILES = [
    ("ufw", HERE4, 8080, Word.ACCEPTED, "ip filter ufw-user-input"),
    ("ufw", HERE4, 8081, Word.DROPPED, "policy drop of ip filter INPUT"),
    ("ufw", HERE4, 445, Word.DROPPED, "ufw-skip-to-policy-input"),
    ("ufw", HERE4, 5432, Word.DEPENDS, "ip saddr 10.99.0.0/24"),
    ("ufw", HERE4, 25, Word.DEPENDS, "limit rate 6/minute"),
    ("ufw", HERE6, 8080, Word.DROPPED, "policy drop of ip6 filter INPUT"),
    ("firewalld", HERE4, 8080, Word.ACCEPTED, "filter_IN_public_allow"),
    ("firewalld", HERE6, 8080, Word.ACCEPTED, "filter_IN_public_allow"),
    ("firewalld", HERE4, 8082, Word.REJECTED, "inet firewalld filter_INPUT"),
    ("firewalld", HERE4, 8081, Word.DEPENDS, "is sent on to another port"),
    ("firewalld", HERE4, 443, Word.DEPENDS, "203.0.113.0/24"),
    ("docker", HERE4, 8080, Word.ACCEPTED, "no input chain"),
    ("docker", HERE4, 8081, Word.DEPENDS, "is sent on to another address or port"),
    ("docker", HERE6, 8081, Word.ACCEPTED, "no input chain"),
]


def in_file(name: str) -> Ruleset:
    """A ruleset of the test data as nft tells it after the kernel took it."""
    load((DATA / f"{name}.nft").read_text(encoding="utf-8"))
    return parse_ruleset(read_ruleset().document)


def judged_in_files() -> list[Verdict]:
    """netmon's word on each line of FILES."""
    rulesets = {name: in_file(name) for name, *_ in FILES}
    return [
        judge(rulesets[name], Packet(6 if ":" in address else 4, "tcp", port, "cable", address))
        for name, address, port, *_ in FILES
    ]


@pytest.mark.root
def test_rulesets_as_they_are_found_in_the_field() -> None:
    for (name, address, port, word, basis), verdict in zip(
        FILES, on_a_host_alone(judged_in_files), strict=True
    ):
        assert verdict.word is word, (name, address, port, verdict)
        assert basis in verdict.basis, (name, address, port, verdict)


@pytest.mark.root
def test_what_depends_on_the_source_differs_by_source() -> None:
    """The same port, from the address that a rule names and from another one of the other host."""

    def tried(here: Host, there: Host) -> tuple[Verdict, Word, Word]:
        rules = dropping(f"ip saddr {there.addresses[socket.AF_INET]} tcp dport 8080 accept")
        with there.entered():
            subprocess.run(["ip", "address", "add", "10.99.0.3/24", "dev", "cable"], check=True)
        with served(here):
            load(rules)
            (named,) = met(there, {HERE4: Word.ACCEPTED})
            load(rules.replace("saddr 10.99.0.2", "saddr 10.99.0.3"))
            (other,) = met(there, {HERE4: Word.DROPPED})
            return word_here(HERE4), named, other

    verdict, named, other = on_two_hosts(tried)
    assert (named, other) == (Word.ACCEPTED, Word.DROPPED)
    assert verdict.word is Word.DEPENDS
    assert verdict.basis.startswith("accepted by inet f in rule")
    assert "ip saddr 10.99.0.3 tcp dport 8080 accept" in verdict.basis
    assert verdict.basis.endswith("else dropped by policy drop of inet f in")


UDP_CASES = {
    "": Word.ACCEPTED,
    accepting("udp dport 8080 drop"): Word.DROPPED,
    accepting("tcp dport 8080 drop"): Word.ACCEPTED,
    dropping("meta l4proto { tcp, udp } th dport 8080 accept"): Word.ACCEPTED,
    dropping("ip protocol tcp accept"): Word.DROPPED,
    accepting("ct state new udp sport 1-65535 udp dport 8000-8090 drop"): Word.DEPENDS,
}


@pytest.mark.root
def test_the_word_on_datagrams() -> None:
    """What is sent from the other host arrives where it is accepted, and only there."""

    def tried(here: Host, there: Host) -> list[tuple[Verdict, bool]]:
        found = []
        with there.entered():
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with client, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((HERE4, PORT))
            server.settimeout(SILENCE_S)
            for rules in UDP_CASES:
                load(rules)
                ruleset = parse_ruleset(read_ruleset().document)
                client.sendto(b"?", (HERE4, PORT))
                arrived = False
                with suppress(TimeoutError):
                    arrived = bool(server.recv(16))
                found.append((judge(ruleset, Packet(4, "udp", PORT, "cable", HERE4)), arrived))
        return found

    for (rules, word), (verdict, arrived) in zip(UDP_CASES.items(), on_two_hosts(tried), strict=True):
        assert verdict.word is word, (rules, verdict)
        assert arrived == (word is Word.ACCEPTED), rules
