"""Rulesets made at random: wherever netmon's word is certain, it is what a connection meets."""

from __future__ import annotations

import random
import subprocess
from collections import Counter

import pytest

from netmon.ports.firewall.verdict import Verdict, Word
from tests.kernel.hosts import Host, on_two_hosts
from tests.kernel.test_firewall import HERE4, HERE6, load, met, served, word_here

ROUNDS = 40
SEED = 20260701
CONDITIONS = [
    "tcp dport 8080", "tcp dport 22", "tcp dport != 8080", "tcp dport { 22, 8000-8090 }",
    "tcp dport != { 22, 443 }", "tcp dport @open", "tcp dport != @open", "tcp dport < 8081", "udp dport 53",
    "tcp sport 1024-65535", "tcp sport 1-1023", "th dport 8080", "meta l4proto tcp",
    "meta l4proto { udp, icmp }", "meta nfproto ipv4", "meta nfproto ipv6", "iifname cable", "iifname lo",
    'iifname "cab*"', "iif != lo", "ip saddr 10.99.0.0/24", "ip saddr != 10.99.0.2", "ip saddr @shut",
    "ip saddr 10.99.0.5-10.99.0.9", "ip6 saddr fd99::2", "ip6 saddr != fd99::/64", "ip daddr 10.99.0.1",
    "ip daddr != 10.99.0.1", "ip6 daddr fd99::/64", "ip protocol tcp", "ip6 nexthdr tcp", "ct state new",
    "ct state established,related", "ct state != new", "ct state { new, untracked }", "ct direction original",
    "tcp flags syn", "tcp flags & (fin | syn | rst | ack) == syn", "tcp flags & (fin | syn) != syn",
    "fib daddr type local", "fib saddr type local", "fib saddr . iif oif missing", "meta mark 0",
    "meta mark 7", "meta pkttype host", "ip saddr . tcp dport { 10.99.0.2 . 8080, 10.99.0.3 . 22 }",
    "meta l4proto . th dport { tcp . 8080 }", "ct status dnat", "meta length < 20", "ip ttl 64", "counter",
    "limit rate 1000/second", "limit rate over 1000/second",
]  # fmt: skip
VERDICTS = [
    "accept", "drop", "reject with tcp reset", "ip daddr 10.99.0.1 reject with tcp reset",
    "ip6 daddr fd99::1 reject with tcp reset", "jump one", "jump two", "goto two", "return", "counter",
    "tcp dport vmap { 22 : accept, 8080 : jump one }", "tcp dport vmap @words",
    "ct state vmap { new : continue, established : accept }", "ip saddr vmap { 10.99.0.2 : drop }",
    "iifname vmap { cable : goto one, lo : accept }", "meta mark set 7", "notrack",
]  # fmt: skip


def a_chain(dice: random.Random, allowed: list[str]) -> str:
    """Some rules of a few conditions each."""
    rules = []
    for _ in range(dice.randint(0, 4)):
        conditions = dice.sample(CONDITIONS, dice.choice([0, 1, 1, 1, 2]))
        rules.append(" ".join([*conditions, dice.choice(allowed)]))
    return "\n".join(rules)


def a_ruleset(dice: random.Random) -> str:
    """A table with chains that call each other downwards; what keeps IPv6 alive comes first."""
    ends = [one for one in VERDICTS if not any(name in one for name in ("one", "two", "@words"))]
    middle = [one for one in VERDICTS if not any(name in one for name in ("one", "@words"))]
    inputs = [one for one in VERDICTS if one != "notrack"]
    return f"""
        table inet f {{
            set open {{ type inet_service; flags interval; elements = {{ 22, 8000-8090 }} }}
            set shut {{ type ipv4_addr; }}
            chain two {{
                {a_chain(dice, [one for one in ends if one != "notrack"])}
            }}
            chain one {{
                {a_chain(dice, [one for one in middle if one != "notrack"])}
            }}
            map words {{ type inet_service : verdict; elements = {{ 8080 : jump one, 22 : drop }} }}
            chain raw {{
                type filter hook prerouting priority raw; policy accept
                meta l4proto ipv6-icmp accept
                {a_chain(dice, ["accept", "notrack", "meta mark set 7", "counter"])}
            }}
            chain in {{
                type filter hook input priority 0; policy {dice.choice(["accept", "drop"])}
                meta l4proto ipv6-icmp accept
                {a_chain(dice, inputs)}
                {a_chain(dice, inputs)}
            }}
        }}
    """


def loaded(dice: random.Random) -> str:
    """A ruleset that the kernel took: not every combination makes sense to it."""
    while True:
        rules = a_ruleset(dice)
        try:
            load(rules)
        except subprocess.CalledProcessError:
            continue
        return rules


def looked_for(verdict: Verdict) -> Word:
    """What decides how long is waited: what may be dropped is not waited for."""
    if verdict.word in (Word.DEPENDS, Word.UNKNOWN):
        return Word.DROPPED if "drop" in verdict.basis or "more rules" in verdict.basis else Word.ACCEPTED
    return verdict.word


def judged(here: Host, there: Host, seed: int, rounds: int) -> list[tuple[str, Verdict, Word]]:
    """Rulesets, netmon's word on them, and what connections met."""
    found = []
    dice = random.Random(seed)
    with served(here):
        for _ in range(rounds):
            rules = loaded(dice)
            said = {address: word_here(address) for address in (HERE4, HERE6)}
            patience = {address: looked_for(verdict) for address, verdict in said.items()}
            words = met(there, patience)
            found += [(rules, verdict, word) for verdict, word in zip(said.values(), words, strict=True)]
    return found


@pytest.mark.root
def test_a_certain_word_is_what_a_connection_meets() -> None:
    found = on_two_hosts(lambda here, there: judged(here, there, SEED, ROUNDS))
    kinds = Counter(verdict.word for _, verdict, _ in found)
    assert min(kinds[word] for word in (Word.ACCEPTED, Word.DROPPED, Word.REJECTED, Word.DEPENDS)) > 1, kinds
    for rules, verdict, experienced in found:
        if verdict.word in (Word.ACCEPTED, Word.DROPPED, Word.REJECTED):
            assert verdict.word is experienced, (rules, verdict)
        elif verdict.word is Word.DEPENDS and "more rules" not in verdict.basis:
            assert f"{experienced} by" in verdict.basis, (rules, verdict)
