"""What a question carries, and what is read of its answer."""

from __future__ import annotations

import ipaddress

import dns.edns
import dns.flags
import dns.message
import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.edns import (
    PAYLOAD,
    BadSubnetError,
    Explanation,
    Extras,
    Wishes,
    make_query,
    parse_subnet,
    query_wire,
    read_extras,
)

NAME = dns.name.from_text("www.example.test.")


def sent(wishes: Wishes, *, encrypted: bool = False, edns: bool = True) -> dns.message.Message:
    """The query as a server reads it."""
    wire = make_query(NAME, "A", wishes, encrypted=encrypted, edns=edns).to_wire()
    return dns.message.from_wire(wire)


def test_a_plain_question_asks_for_nothing_more() -> None:
    query = sent(Wishes())
    assert query.flags == dns.flags.RD
    assert (query.edns, query.payload, query.ednsflags, query.options) == (0, PAYLOAD, 0, ())
    assert sent(Wishes(), edns=False).edns == -1


def test_everything_that_can_be_asked_for() -> None:
    query = sent(Wishes(False, True, True, True, True, "192.0.2.0/24"))
    assert query.flags == dns.flags.CD
    assert query.ednsflags == dns.flags.DO
    assert [int(option.otype) for option in query.options] == [3, 10, 8]
    assert query.options[2].to_text() == "ECS 192.0.2.0/24 scope/0"


@pytest.mark.parametrize("label", ["a", "a" * 63])
def test_over_encrypted_transports_its_length_tells_nothing(label: str) -> None:
    name = dns.name.from_text(f"{label}.example.test.")
    assert len(make_query(name, "A", Wishes(), encrypted=True).to_wire()) % 128 == 0


@given(st.ip_addresses(), st.integers(0, 128))
def test_a_subnet_is_read_and_read_again(address: ipaddress.IPv4Address, length: int) -> None:
    text = f"{address}/{min(length, address.max_prefixlen)}"
    assert parse_subnet(parse_subnet(text)) == parse_subnet(text)
    assert sent(Wishes(subnet=parse_subnet(text))).options


@pytest.mark.parametrize("text", ["", "192.0.2.0/33", "example.com", "192.0.2", "::/129", "\x1b[31m"])
def test_what_is_no_subnet_is_named(text: str) -> None:
    with pytest.raises(BadSubnetError, match="bad subnet") as raised:
        parse_subnet(text)
    assert str(raised.value).isprintable()


def answered(wishes: Wishes, *options: dns.edns.Option) -> Extras:
    """What is read of an answer with these options."""
    query = make_query(NAME, "A", wishes, encrypted=False)
    response = dns.message.make_response(query)
    response.use_edns(0, 0, 1400, options=list(options))
    return read_extras(query, dns.message.from_wire(response.to_wire()))


def test_explanations_are_told_in_words_and_cleaned() -> None:
    code = dns.edns.EDECode.DNSKEY_MISSING
    extras = answered(Wishes(), dns.edns.EDEOption(code, "no \x1b[31mkey"), dns.edns.EDEOption("49152"))
    assert extras.ede == (Explanation(9, "DNSKEY Missing", "no \ufffd[31mkey"), Explanation(49152, "", ""))
    assert [str(each) for each in extras.ede] == ["9 DNSKEY Missing: no \ufffd[31mkey", "49152"]


def test_who_it_is_and_for_whom_it_answers() -> None:
    extras = answered(Wishes(), dns.edns.NSIDOption(b"fra1"), dns.edns.ECSOption("192.0.2.0", 24, 16))
    assert (extras.nsid, extras.subnet, extras.payload) == ("fra1", "192.0.2.0/16", 1400)
    assert answered(Wishes(), dns.edns.NSIDOption(b"\x1b\x00")).nsid == "1b00"


def test_a_cookie_is_ours_with_theirs_or_wrong() -> None:
    wishes = Wishes(cookie=True)
    query = make_query(NAME, "A", wishes, encrypted=False)
    (mine,) = (o.client for o in query.options if isinstance(o, dns.edns.CookieOption))
    for client, server, verdict in (
        (mine, b"12345678", "ok"),
        (mine, b"", "returned without the server's own"),
        (b"87654321", b"12345678", "wrong: not the one that was sent"),
    ):
        response = dns.message.make_response(query)
        response.use_edns(0, options=[dns.edns.CookieOption(client, server)])
        assert read_extras(query, response).cookie == verdict


def test_without_edns_nothing_is_known() -> None:
    query = make_query(NAME, "A", Wishes(), encrypted=False, edns=False)
    assert read_extras(query, dns.message.make_response(query)) == Extras()


_LABELS = st.lists(st.binary(min_size=1, max_size=20), max_size=8)
_WISHES = st.builds(
    Wishes, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from([None, "192.0.2.0/24", "2001:db8::/56"]),
)  # fmt: skip


@given(_LABELS, _WISHES, st.booleans(), st.booleans(), st.sampled_from(["A", "ANY", "TYPE65280"]))
def test_the_bytes_of_a_query_are_those_of_dnspython(
    labels: list[bytes], wishes: Wishes, encrypted: bool, edns: bool, kind: str
) -> None:
    query = make_query(dns.name.Name([*labels, b""]), kind, wishes, encrypted=encrypted, edns=edns)
    assert query_wire(query) == query.to_wire()


def test_edns_without_options_is_made_once() -> None:
    first, second = (make_query(NAME, kind, Wishes(), encrypted=False) for kind in ("A", "MX"))
    assert first.opt is second.opt is not None
