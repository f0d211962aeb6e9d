"""The values of a lookup, and reading them from bytes that may be anything."""

from __future__ import annotations

import subprocess
import sys
import time

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.answer import Answer, Record, follow, read, response
from netmon.resolver.ask import Replies, Said
from netmon.resolver.compare import compare
from netmon.resolver.edns import Wishes, make_query, read_extras
from netmon.resolver.enquiry import Outcome
from netmon.resolver.server import Server
from netmon.resolver.trace.referral import read_response
from tests.resolver.wires import KINDS, NAME, wires

ALIAS = Record("www.example.", 60, "CNAME", "host.example.")
ADDRESS = Record("host.example.", 30, "A", "192.0.2.1")


def test_importing_the_values_does_not_import_dnspython() -> None:
    code = "import sys, netmon.resolver.ask; sys.exit(any(m.split('.')[0] == 'dns' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_chain_follows_aliases_in_any_case() -> None:
    assert follow("WWW.example.", (ADDRESS, ALIAS)) == ("WWW.example.", "host.example.")


def test_follow_ends_at_a_loop() -> None:
    loop = [Record("a.", 1, "CNAME", "b."), Record("b.", 1, "CNAME", "A.")]
    assert follow("a.", loop) == ("a.", "b.")


QUERY = dns.message.make_query("example.", "TXT", use_edns=0)


def _reply(rcode: dns.rcode.Rcode = dns.rcode.NOERROR, *texts: str) -> dns.message.Message:
    message = dns.message.make_response(QUERY)
    message.set_rcode(rcode)
    if texts:
        message.answer.append(dns.rrset.from_text("example.", 5, "IN", "TXT", *texts))
    return message


def test_a_response_is_recognised() -> None:
    found = response(QUERY, _reply().to_wire())
    assert found is not None
    assert read(found, "TXT", "example.").flags == ("QR", "RD")


def test_other_peoples_answers_are_not_taken() -> None:
    other = dns.message.make_response(dns.message.make_query("example.", "TXT"))
    other.id = QUERY.id ^ 1
    assert response(QUERY, other.to_wire()) is None
    wrong = dns.message.make_query("elsewhere.", "TXT", id=QUERY.id)
    assert response(QUERY, dns.message.make_response(wrong).to_wire()) is None
    assert response(QUERY, QUERY.to_wire()) is None


def test_a_truncated_response_is_one_even_when_a_record_is_cut_through() -> None:
    message = _reply(dns.rcode.NOERROR, '"some text"')
    message.flags |= dns.flags.TC
    found = response(QUERY, message.to_wire()[:-15])
    assert found is not None
    assert found.flags & dns.flags.TC


@given(st.binary(max_size=200))
def test_any_bytes_are_a_response_or_none(wire: bytes) -> None:
    response(QUERY, wire)
    response(QUERY, QUERY.id.to_bytes(2, "big") + wire)


@given(st.data())
def test_a_damaged_response_is_read_or_refused(data: st.DataObject) -> None:
    wire = bytearray(_reply(dns.rcode.NOERROR, '"one" "two"', r'"\027[2J"').to_wire())
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(2, len(wire) - 1))] = data.draw(st.integers(0, 255))
    found = response(QUERY, bytes(wire))
    if found is not None:
        answer = read(found, "TXT", "example.")
        assert all(part.isprintable() for record in answer.records for part in map(str, record))


def test_text_is_safe_to_print() -> None:
    answer = read(_reply(dns.rcode.NOERROR, r'"\027[31m[/x]" "\226\128\174"'), "TXT", "example.")
    assert answer.error is None
    assert answer.records == (Record("example.", 5, "TXT", r'"\027[31m[/x]" "\226\128\174"'),)


def test_no_record_of_the_type_is_said_in_a_sentence() -> None:
    assert read(_reply(), "TXT", "example.").error == "example. has no TXT record"
    assert read(_reply(), "ANY", "example.").error is None


def test_rcodes_are_said_in_a_sentence() -> None:
    def error(rcode: dns.rcode.Rcode) -> str | None:
        return read(_reply(rcode), "TXT", "example.").error

    assert error(dns.rcode.NXDOMAIN) == "example. does not exist (NXDOMAIN)"
    assert error(dns.rcode.SERVFAIL) == "the server could not find the answer (SERVFAIL)"
    assert error(dns.rcode.YXDOMAIN) == "the server answers YXDOMAIN"


def test_a_ttl_with_the_top_bit_set_is_zero() -> None:
    wire = bytearray(_reply(dns.rcode.NOERROR, '"x"').to_wire())
    at = wire.index(b"\x00\x10\x00\x01\x00\x00\x00\x05") + 4
    wire[at : at + 4] = b"\xff\xff\xff\xff"
    found = response(QUERY, bytes(wire))
    assert found is not None
    assert read(found, "TXT", "example.").records[0].ttl == 0


def _given(*lines: str) -> Answer:
    """What is read of an answer to A of a. with these records: `name class type data`."""
    query = dns.message.make_query("a.", "A")
    reply = dns.message.make_response(query)
    for line in lines:
        owner, group, kind, *words = line.split()
        reply.answer.append(dns.rrset.from_text(owner, 5, group, kind, " ".join(words)))
    found = response(query, reply.to_wire())
    assert found is not None
    return read(found, "A", "a.")


def test_records_of_other_names_answer_nothing() -> None:
    answer = _given("evil. IN A 192.0.2.66", "a. IN A 192.0.2.1", "b. IN CNAME evil.")
    assert [record.data for record in answer.records] == ["192.0.2.1"]
    assert (answer.error, answer.strays) == (None, 2)
    only = _given("evil. IN A 192.0.2.66")
    assert (only.records, only.error, only.strays) == ((), "a. has no A record", 1)


def test_records_of_another_class_answer_nothing() -> None:
    answer = _given("a. CH TXT x", r"a. HS A \# 4 c0000201")
    assert (answer.records, answer.error, answer.strays) == ((), "a. has no A record", 2)


@given(st.permutations(["a. IN CNAME b.", "b. IN CNAME c.", "c. IN CNAME d.", "d. IN A 192.0.2.1"]))
def test_aliases_in_any_order_are_read_along_their_way(lines: list[str]) -> None:
    answer = _given(*lines)
    assert [record.name for record in answer.records] == ["a.", "b.", "c.", "d."]
    assert (answer.error, answer.strays) == (None, 0)


def test_a_dname_above_an_alias_is_on_the_way() -> None:
    answer = _given(
        "a. IN CNAME b.old.", "b.old. IN CNAME b.new.", "old. IN DNAME new.", "b.new. IN A 192.0.2.1"
    )
    assert [record.type for record in answer.records] == ["CNAME", "DNAME", "CNAME", "A"]
    assert answer.strays == 0


def test_a_circle_of_aliases_is_told_as_one() -> None:
    assert _given("a. IN CNAME b.", "b. IN CNAME a.").error == "its aliases lead in a circle (a. → b. → a.)"
    assert _given("a. IN CNAME a.").error == "its aliases lead in a circle (a. → a.)"


def test_an_answer_of_thousands_of_records_is_read_in_no_time() -> None:
    lines = [f"a. IN A 10.{n >> 8}.{n & 255}.1" for n in range(2000)]
    chain = [f"{n or 'a'}. IN CNAME {n + 1}." for n in range(2000)]
    started = time.monotonic()
    assert len(_given(*lines).records) == 2000
    assert len(_given(*chain, *(f"x{n}. IN DNAME y." for n in range(200))).records) == 2000
    assert time.monotonic() - started < 5


@given(st.data(), st.sampled_from(KINDS))
def test_whatever_a_stranger_sends_is_read_or_refused(
    data: st.DataObject, kind: dns.rdatatype.RdataType
) -> None:
    """Every type with any data, in any section, class and order: clean results along the name, or none."""
    query = make_query(NAME, dns.rdatatype.to_text(kind), Wishes(nsid=True, cookie=True), encrypted=False)
    found = response(query, data.draw(wires(query.to_wire(), kind)))
    if found is None:
        return
    answer = read(found, dns.rdatatype.to_text(kind), NAME.to_text())
    extras = read_extras(query, found)
    reading = read_response(found, dns.name.from_text("test."), NAME, dns.rdatatype.to_text(kind))
    for record in (*answer.records, *reading.records):
        assert f"{record.name}{record.type}{record.data}".isprintable()
        assert 0 <= record.ttl < 2**31
    said = (answer.rcode, answer.error, *answer.flags, *answer.ede, reading.detail)
    said += (*map(str, extras.ede), extras.nsid, extras.cookie, extras.subnet)
    assert all(each.isprintable() for each in said if each is not None)
    names = {record.name.lower() for record in answer.records if record.type not in ("DNAME", "RRSIG")}
    aliases = {record.data.lower() for record in answer.records if record.type == "CNAME"}
    assert names <= {NAME.to_text(), *aliases}
    assert answer.strays >= 0


def test_a_referral_is_no_word_on_the_name() -> None:
    def told(*flags: str, soa: bool = False) -> Answer:
        authority = "sub.test. 60 IN SOA a. b. 1 2 3 4 5" if soa else "sub.test. 60 IN NS ns.sub.test."
        text = f"id 1\nopcode QUERY\nrcode NOERROR\nflags {' '.join(('QR', *flags))}\n"
        text += f";QUESTION\na.sub.test. IN A\n;ANSWER\n;AUTHORITY\n{authority}\n;ADDITIONAL\n"
        return read(dns.message.from_text(text), "A", "a.sub.test.")

    why = "the server says nothing of a.sub.test.: it refers to the name servers of sub.test."
    assert (told("RD").referral, told("RD").error, told("RA").error) == ("sub.test.", why, why)
    for sure in (told("AA"), told("RD", "RA"), told(soa=True)):
        assert (sure.referral, sure.error) == ("", "a.sub.test. has no A record")
    other = told("AA")._replace(error=None, records=(Record("a.sub.test.", 1, "A", "192.0.2.1"),))
    servers = [Server("udp", f"192.0.2.{at}", 53) for at in (1, 2)]
    replies = [Replies(s, None, (Said(a),), 1.0) for s, a in zip(servers, (other, told()), strict=True)]
    assert [each.verdict.value for each in compare(replies)] == ["same", "fails"]
    assert not Outcome("a", "a.sub.test.", (replies[1],)).answered
