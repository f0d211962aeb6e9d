"""Whole validations: our verdicts are those of unbound on the same zones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.resolver.answer import response
from netmon.resolver.dnssec.anchors import Anchor, load_anchors
from netmon.resolver.dnssec.fetching import Fetched
from netmon.resolver.dnssec.validating import validate
from netmon.resolver.dnssec.verdict import StepKind, TrustStatus, TrustStep
from tests.resolver.daemon import free_port
from tests.resolver.dnssec.asking import fetcher, trust
from tests.resolver.dnssec.signing import LEAVES, Served
from tests.resolver.unbound import unbound as run_unbound

SECURE, INSECURE, BOGUS = TrustStatus.SECURE, TrustStatus.INSECURE, TrustStatus.BOGUS

CASES = {
    ("www.nsec.test.", "A"): SECURE,
    ("www.rsa.test.", "A"): SECURE,
    ("nsec.test.", "DS"): SECURE,
    ("nsec.test.", "DNSKEY"): SECURE,
    ("test.", "NS"): SECURE,
    (".", "SOA"): SECURE,
    ("x.wild.nsec.test.", "A"): SECURE,
    ("*.wild.nsec.test.", "A"): SECURE,
    ("x.wild.n3.test.", "TXT"): SECURE,
    ("x.wild.n3.test.", "A"): SECURE,
    ("ent.nsec.test.", "A"): SECURE,
    ("nope.nsec.test.", "A"): SECURE,
    ("a.b.nope.n3.test.", "A"): SECURE,
    ("www.nsec.test.", "MX"): SECURE,
    ("www.n3.test.", "MX"): SECURE,
    ("nope.", "A"): SECURE,
    ("alias.nsec.test.", "A"): SECURE,
    ("www.old.nsec.test.", "A"): SECURE,
    ("www.optout.test.", "A"): SECURE,
    ("nope.optout.test.", "A"): INSECURE,
    ("unsigned.optout.test.", "DS"): INSECURE,
    ("www.plain.test.", "A"): INSECURE,
    ("nope.plain.test.", "A"): INSECURE,
    ("plain.test.", "DS"): SECURE,
    ("toplain.nsec.test.", "A"): INSECURE,
    ("www.unknown.test.", "A"): INSECURE,
    ("www.expired.test.", "A"): BOGUS,
    ("www.future.test.", "A"): BOGUS,
    ("www.otherkey.test.", "A"): BOGUS,
    ("www.forged.test.", "A"): BOGUS,
    ("www.bare.test.", "A"): BOGUS,
    ("nope.denies.test.", "A"): BOGUS,
    ("www.denies.test.", "MX"): BOGUS,
    ("tobad.nsec.test.", "A"): BOGUS,
}


@pytest.fixture(scope="module")
def unbound(signed_tree: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A validating resolver that begins at our root; its port."""
    directory, port = tmp_path_factory.mktemp("unbound"), free_port()
    zones = (".", "test.", "plain.test.", "unsigned.optout.test.", *LEAVES)
    stub = "stub-zone:\n  name: {}\n  stub-addr: {}"
    stubs = "\n".join(stub.format(zone, signed_tree.server.replace(":", "@")) for zone in zones)
    lines = f"""interface: 127.0.0.1@{port}
  local-zone: "test." nodefault
  trust-anchor-file: "{signed_tree.anchor}"
  aggressive-nsec: no"""
    with run_unbound(directory, lines, lambda: _is_up(port), stubs):
        yield port


def _is_up(port: int) -> bool:
    try:
        return _ask(port, ".", "SOA").rcode() == dns.rcode.NOERROR
    except OSError:
        return False


def _ask(port: int, name: str, kind: str) -> dns.message.Message:
    query = dns.message.make_query(name, kind, want_dnssec=True)
    return dns.query.tcp(query, "127.0.0.1", port=port, timeout=5)


def _verdict(port: int, name: str, kind: str) -> TrustStatus:
    """What unbound says: SERVFAIL is bogus, AD is secure."""
    answer = _ask(port, name, kind)
    if answer.rcode() == dns.rcode.SERVFAIL:
        return BOGUS
    return SECURE if answer.flags & dns.flags.AD else INSECURE


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_verdicts_are_those_of_unbound(signed_tree: Served, unbound: int, name: str, kind: str) -> None:
    found = trust(signed_tree, name, kind)
    assert found.status is CASES[name, kind], found.reason
    assert _verdict(unbound, name, kind) is found.status


@pytest.mark.parametrize(
    "name", ["www.nsec.test.", "alias.nsec.test.", "www.plain.test.", "www.forged.test."]
)
def test_through_a_resolver_that_validates_it_is_the_same(
    signed_tree: Served, unbound: int, name: str
) -> None:
    """CD gets out of it what it found bogus."""
    through = trust(signed_tree, name, server=f"127.0.0.1:{unbound}")
    direct = trust(signed_tree, name)
    assert (through.status, through.reason) == (direct.status, direct.reason)
    assert [record.data for record in through.records] == [record.data for record in direct.records]


def test_steps_are_told_as_they_are_done(signed_tree: Served) -> None:
    told: list[TrustStep] = []
    found = trust(signed_tree, "alias.nsec.test.", on_step=told.append)
    assert tuple(told) == found.steps
    assert [step.kind for step in told] == [
        StepKind.ANCHOR, StepKind.DELEGATION, StepKind.DELEGATION, StepKind.ALIAS,
        StepKind.DELEGATION, StepKind.ANSWER,
    ]  # fmt: skip
    assert [record.type for record in found.records] == ["CNAME", "A"]


def test_no_anchor_above_the_name(signed_tree: Served) -> None:
    found = validate(dns.name.from_text("www.nsec.test."), "A", fetcher(signed_tree.server), (), time.time())
    assert found.status is TrustStatus.INDETERMINATE
    assert found.reason == "no trust anchor is for a zone that www.nsec.test. is in"


def test_the_anchor_of_another_root(signed_tree: Served) -> None:
    from netmon.resolver.dnssec.anchors import root_anchor

    found = validate(
        dns.name.from_text("www.nsec.test."), "A", fetcher(signed_tree.server), (root_anchor(),), time.time()
    )
    assert found.status is BOGUS
    assert "no key of . is one that the trust anchor names: those are 20326, 38696" in found.reason


class _Recorded(NamedTuple):
    """What the servers said on the way to one answer, as it came."""

    name: dns.name.Name
    wires: dict[tuple[dns.name.Name, str], bytes]
    anchors: tuple[Anchor, ...]
    records: set[tuple[str, str]]


@pytest.fixture(scope="module")
def recorded(signed_tree: Served) -> _Recorded:
    real, wires = fetcher(signed_tree.server), dict[tuple[dns.name.Name, str], bytes]()
    name = dns.name.from_text("x.wild.nsec.test.")

    def ask(wanted: dns.name.Name, kind: str) -> Fetched:
        found = real(wanted, kind)
        assert found.message is not None
        wires[wanted, kind] = found.message.to_wire()
        return found

    anchors = load_anchors(str(signed_tree.anchor))
    sound = validate(name, "A", ask, anchors, time.time())
    assert sound.status is SECURE
    return _Recorded(name, wires, anchors, {(record.name, record.data) for record in sound.records})


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_byte_that_was_changed_never_makes_another_answer_secure(
    recorded: _Recorded, data: st.DataObject
) -> None:
    """Whatever a stranger on the way changes, it is the answer that was signed, or it is not secure."""
    forged = data.draw(st.sampled_from(sorted(recorded.wires, key=str)))
    at = data.draw(st.integers(12, len(recorded.wires[forged]) - 1))
    byte = data.draw(st.integers(0, 255))

    def ask(name: dns.name.Name, kind: str) -> Fetched:
        wire = recorded.wires.get((name, kind))
        if wire is None:
            return Fetched(None, error="was silent")
        if (name, kind) == forged:
            wire = wire[:at] + bytes([byte]) + wire[at + 1 :]
        query = dns.message.make_query(name, kind, want_dnssec=True)
        query.id = int.from_bytes(wire[:2])
        message = response(query, wire)
        return Fetched(message, "192.0.2.53", 1.0, "" if message is not None else "sent garbage")

    found = validate(recorded.name, "A", ask, recorded.anchors, time.time())
    if found.status is SECURE:
        assert {(record.name.lower(), record.data) for record in found.records} == recorded.records
    assert found.reason.isprintable()
