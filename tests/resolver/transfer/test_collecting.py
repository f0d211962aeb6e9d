"""Messages of a transfer put together, and what is no transfer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netmon.output.transfer_text import record_line
from netmon.resolver.rules.zone_file import read_zone
from netmon.resolver.transfer import collecting
from netmon.resolver.transfer.collecting import Collector
from netmon.resolver.transfer.result import NotGivenError, TransferError
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.transfer.givers import SMALL, SOA, ZONE, message

QUERY = dns.message.make_query(ZONE, "AXFR")
OTHER = dns.message.make_query(ZONE, "AXFR", id=QUERY.id ^ 1)
SOON = 30.0


def collector() -> Collector:
    return Collector(ZONE, QUERY.id, Deadline.after(SOON))


def test_a_zone_in_one_message() -> None:
    found = collector()
    assert found.take(message(QUERY, SMALL))
    zone = found.zone()
    assert [record.type for record in zone.records] == ["SOA", "NS", "A"]
    assert (zone.name, zone.serial, zone.messages) == ("example.com.", 7, 1)


def test_a_zone_of_one_record_a_message_without_questions() -> None:
    found = collector()
    wires = [message(QUERY, [line]) for line in SMALL]
    bare = dns.message.from_wire(wires[1])
    bare.question.clear()
    assert [found.take(wire) for wire in (wires[0], bare.to_wire(), *wires[2:])] == [False] * 3 + [True]
    assert len(found.zone().records) == 3


def test_a_zone_of_nothing_but_its_soa() -> None:
    found = collector()
    assert found.take(message(QUERY, [SOA, SOA.replace("example", "EXAMPLE")]))
    assert len(found.zone().records) == 1


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        (message(OTHER, SMALL), "answered with an id that was not asked with"),
        (QUERY.to_wire(), "sent what is no answer"),
        (message(dns.message.make_query("other.test.", "AXFR", id=QUERY.id), SMALL), "another question"),
        (message(dns.message.make_query(ZONE, "SOA", id=QUERY.id), SMALL), "answered another question"),
        (message(QUERY, SMALL, flags=dns.flags.TC), r"cut the zone short \(TC\)"),
        (message(QUERY, [], rcode=2), r"could not give the zone \(SERVFAIL\)"),
        (message(QUERY, SMALL[1:]), "began with the NS of example.com., not with the zone's SOA"),
        (message(QUERY, ["other.test. 1 SOA a. b. 1 2 3 4 5"]), "began with the SOA of other.test."),
        (message(QUERY, [*SMALL, SMALL[1]]), "sent records behind the end of the zone"),
        (message(QUERY, [*SMALL[:3], SOA.replace("7", "8")]), r"another SOA .*\(serial 8 for 7\)"),
        (message(QUERY, SMALL)[:-5], "sent garbage after 3 records"),
        (b"x" * 5, "sent garbage"),
        (b"", "sent garbage"),
    ],
)
def test_what_is_no_transfer(wire: bytes, why: str) -> None:
    with pytest.raises(TransferError, match=why) as caught:
        collector().take(wire)
    assert not isinstance(caught.value, NotGivenError)


@pytest.mark.parametrize(
    ("rcode", "why"),
    [(5, "refuses the transfer (REFUSED): it gives"), (9, "does not serve the zone, or gives it only"),
     (4, "does no transfers (NOTIMP)"), (1, "does not understand"), (3, "knows of no such zone (NXDOMAIN)"),
     (0, "answered without any record")],
)  # fmt: skip
def test_what_is_refused(rcode: int, why: str) -> None:
    with pytest.raises(NotGivenError) as caught:
        collector().take(message(QUERY, [], rcode=rcode))
    assert str(caught.value).startswith(why)
    assert caught.value.rcode == dns.rcode.to_text(dns.rcode.Rcode(rcode))


def test_a_refusal_under_way_is_a_broken_transfer() -> None:
    found = collector()
    found.take(message(QUERY, SMALL[:2]))
    with pytest.raises(TransferError, match=r"broke off with REFUSED after 2 records") as caught:
        found.take(message(QUERY, [], rcode=5))
    assert not isinstance(caught.value, NotGivenError)


@pytest.mark.parametrize(
    ("limit", "value", "why"),
    [("RECORD_LIMIT", 100, "a larger zone than is"), ("TEXT_LIMIT", 5000, "a larger zone than is taken"),
     ("WIRE_LIMIT", 1 << 20, "sends too much: 1 MiB, and no end")],
)  # fmt: skip
def test_a_zone_without_end(monkeypatch: pytest.MonkeyPatch, limit: str, value: int, why: str) -> None:
    monkeypatch.setattr(collecting, limit, value)
    found = collector()
    found.take(message(QUERY, SMALL[:3]))
    endless = message(QUERY, ["example.com. 1 TXT x"] * (0 if limit == "WIRE_LIMIT" else 50))
    with pytest.raises(TransferError, match=why):
        any(map(found.take, [endless] * (1 << 17)))


def test_the_deadline_holds_within_a_message() -> None:
    with pytest.raises(TimeoutError):
        Collector(ZONE, QUERY.id, Deadline.after(-1)).take(message(QUERY, SMALL))


# Any zone survives: transfer, text, and the reader of zone files

labels = st.binary(min_size=1, max_size=12)
names = st.lists(labels, max_size=3).map(lambda front: dns.name.Name([*front, *ZONE.labels]))
strings = st.lists(st.binary(max_size=30), min_size=1, max_size=3)


def _text(kind: str, *parts: object) -> dns.rdata.Rdata:
    return dns.rdata.from_text("IN", kind, " ".join(map(str, parts)))


def _generic(number: int, data: bytes) -> dns.rdata.Rdata:
    return dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.RdataType.make(number), data)


def _txt(kind: str) -> Callable[[list[bytes]], dns.rdata.Rdata]:
    number = dns.rdatatype.from_text(kind)
    return lambda parts: dns.rdata.from_wire(
        "IN", number, wire := b"".join(bytes([len(p)]) + p for p in parts), 0, len(wire)
    )


datas = st.one_of(
    st.ip_addresses(v=4).map(lambda address: _text("A", address)),
    st.ip_addresses(v=6).map(lambda address: _text("AAAA", address)),
    strings.map(_txt("TXT")),
    strings.map(_txt("SPF")),
    names.map(lambda name: _text("MX", 10, name)),
    names.map(lambda name: _text("CNAME", name)),
    names.map(lambda name: _text("SRV", 1, 2, 3, name)),
    st.tuples(st.sampled_from([65280, 65534, 1000]), st.binary(max_size=20)).map(lambda t: _generic(*t)),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(names, st.integers(0, 2**31 - 1), datas), max_size=12), st.integers(1, 5))
def test_any_records_survive_transfer_and_text(
    tmp_path: Path, records: list[tuple[dns.name.Name, int, dns.rdata.Rdata]], split: int
) -> None:
    sets = [dns.rrset.from_rdata(name, ttl, rdata) for name, ttl, rdata in records]
    found = collector()
    head, *rest = [sets[at : at + split] for at in range(0, len(sets), split)] or [[]]
    for part, ends in zip((head, *rest), ([False] * len(rest)) + [True], strict=True):
        answer = dns.message.from_wire(message(QUERY, []))
        first = dns.message.from_wire(message(QUERY, [SOA])).answer
        answer.answer = [*(first if part is head else []), *part, *(first if ends else [])]
        assert found.take(answer.to_wire(max_size=65535)) is ends
    zone = found.zone()
    path = tmp_path / "example.com.zone"
    path.write_text("".join(f"{record_line(record)}\n" for record in zone.records))
    view = read_zone(str(path))
    assert not view.problems
    assert [(e.name, e.ttl, e.type, e.data.strip()) for e in view.entries] == [
        (r.name.lower(), r.ttl, r.type, r.data) for r in zone.records
    ]
    assert [(r.ttl, r.data) for r in zone.records[1:]] == [
        (ttl, d.to_text().strip()) for _, ttl, d in records
    ]
