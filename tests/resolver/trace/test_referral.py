"""What a response means: every kind of it, and whatever else a server may send."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.name
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.resolver.trace.referral import read_response
from netmon.resolver.trace.steps import USABLE, Outcome
from tests.resolver.trace.messages import NAME, SOA, ZONE, read, response

REFERRAL = "ex.test. 900 IN NS ns.ex.test.\nex.test. 900 IN NS ns.other.net."
GLUE = "ns.ex.test. 900 IN A 192.0.2.53\nns.ex.test. 900 IN AAAA 2001:db8::53"


def test_an_answer_with_authority() -> None:
    reading = read(response("www.ex.test. 60 IN A 192.0.2.1", aa=True))
    assert reading.outcome is Outcome.ANSWER
    assert [record.data for record in reading.records] == ["192.0.2.1"]


def test_an_answer_without_authority_is_lame() -> None:
    reading = read(response("www.ex.test. 60 IN A 192.0.2.1"))
    assert reading.outcome is Outcome.LAME
    assert "without being authoritative" in reading.detail


def test_a_referral_with_its_glue() -> None:
    reading = read(response(authority=REFERRAL, additional=GLUE))
    cut = reading.delegation
    assert reading.outcome is Outcome.REFERRAL
    assert cut is not None
    assert (cut.zone.to_text(), cut.ttl) == ("ex.test.", 900)
    assert [name.to_text() for name in cut.servers] == ["ns.ex.test.", "ns.other.net."]
    assert {name.to_text(): found for name, found in cut.glue.items()} == {
        "ns.ex.test.": ("192.0.2.53", "2001:db8::53")
    }
    assert cut.missing == cut.ignored == ()


def test_glue_from_outside_the_zone_is_not_believed() -> None:
    outside = "ns.other.net. 900 IN A 198.51.100.66\nwww.bank.net. 900 IN A 198.51.100.66"
    cut = read(response(authority=REFERRAL, additional=outside)).delegation
    assert cut is not None
    assert cut.glue == {}
    assert [name.to_text() for name in cut.ignored] == ["ns.other.net."]
    assert [name.to_text() for name in cut.missing] == ["ns.ex.test."]


def test_the_deepest_of_several_referrals_counts() -> None:
    deeper = "www.ex.test. 60 IN NS ns.ex.test.\n" + REFERRAL
    cut = read(response(authority=deeper)).delegation
    assert cut is not None
    assert cut.zone == NAME


def test_a_referral_that_claims_authority_is_still_one() -> None:
    assert read(response(authority=REFERRAL, aa=True)).outcome is Outcome.REFERRAL


@pytest.mark.parametrize(
    ("owner", "outcome", "said"),
    [
        (".", Outcome.UPWARD, "back to ., above the zone"),
        ("test.", Outcome.UPWARD, "back to the zone itself"),
        ("other.test.", Outcome.SIDEWAYS, "to other.test., which the name is not in"),
        ("net.", Outcome.SIDEWAYS, "to net., which the name is not in"),
    ],
)
def test_referrals_that_lead_nowhere(owner: str, outcome: Outcome, said: str) -> None:
    reading = read(
        response(authority=f"{owner} 60 IN NS ns.{owner.strip('.')}." if owner != "." else ". 60 IN NS a.")
    )
    assert reading.outcome is outcome
    assert said in reading.detail
    assert reading.delegation is None


def test_an_alias_is_followed_as_far_as_the_zone_has_a_say() -> None:
    chain = """
        www.ex.test. 60 IN CNAME a.ex.test.
        a.ex.test. 60 IN CNAME b.other.net.
        b.other.net. 60 IN A 198.51.100.66
    """
    reading = read(response(chain, aa=True))
    assert reading.outcome is Outcome.ALIAS
    assert [hop.to_text() for hop in reading.hops] == ["a.ex.test.", "b.other.net."]
    assert [record.type for record in reading.records] == ["CNAME", "CNAME"]


def test_an_alias_whose_target_is_in_the_zone_is_an_answer() -> None:
    chain = "a.ex.test. 60 IN A 192.0.2.1\nwww.ex.test. 60 IN CNAME a.ex.test."
    reading = read(response(chain, aa=True))
    assert reading.outcome is Outcome.ANSWER
    assert [record.type for record in reading.records] == ["CNAME", "A"]


def test_aliases_that_go_round_in_one_message_come_to_an_end() -> None:
    reading = read(response("www.ex.test. 60 IN CNAME a.test.\na.test. 60 IN CNAME www.ex.test.", aa=True))
    assert reading.outcome is Outcome.ALIAS
    assert NAME in reading.hops


def test_absence_and_how_long_it_holds() -> None:
    no_data = read(response(authority=SOA, aa=True))
    no_name = read(response(authority=SOA, aa=True, rcode="NXDOMAIN"))
    assert (no_data.outcome, no_data.negative_ttl) == (Outcome.NO_DATA, 60)
    assert (no_name.outcome, no_name.negative_ttl) == (Outcome.NO_SUCH_NAME, 60)


def test_absence_without_soa_says_that_it_cannot_be_cached() -> None:
    reading = read(response(aa=True, rcode="NXDOMAIN"))
    assert (reading.outcome, reading.negative_ttl) == (Outcome.NO_SUCH_NAME, None)
    assert "no SOA" in reading.detail


@pytest.mark.parametrize("rcode", ["NOERROR", "NXDOMAIN"])
def test_absence_without_authority_is_lame(rcode: str) -> None:
    assert read(response(rcode=rcode)).outcome is Outcome.LAME


@pytest.mark.parametrize(
    ("rcode", "outcome"),
    [("REFUSED", Outcome.REFUSED), ("SERVFAIL", Outcome.FAILED), ("NOTAUTH", Outcome.FAILED)],
)
def test_codes_that_are_no_answer(rcode: str, outcome: Outcome) -> None:
    reading = read(response(rcode=rcode))
    assert reading.outcome is outcome
    assert rcode in reading.detail


def test_a_ttl_with_the_top_bit_means_zero() -> None:
    message = response(authority=REFERRAL)
    message.authority[0].ttl = 2**31 + 5
    cut = read(message).delegation
    assert cut is not None
    assert cut.ttl == 0


NAMES = st.sampled_from(
    [
        ".",
        "test.",
        "ex.test.",
        "www.ex.test.",
        "a.ex.test.",
        "net.",
        "ns.net.",
        "ns.ex.test.",
        "\\027[31m.test.",
    ]
)
DATA = st.one_of(
    st.tuples(st.just("A"), st.sampled_from(["192.0.2.1", "0.0.0.0"])),
    st.tuples(st.just("AAAA"), st.just("2001:db8::1")),
    st.tuples(st.sampled_from(["NS", "CNAME", "DNAME"]), NAMES),
    st.tuples(st.just("SOA"), st.just("ns.test. h.test. 1 2 3 4 5")),
    st.tuples(st.just("TXT"), st.just('"\\027[31m"')),
)
LINES = st.lists(
    st.builds(
        lambda owner, ttl, rest: f"{owner} {ttl} IN {rest[0]} {rest[1]}",
        NAMES,
        st.integers(0, 2**31 - 1),
        DATA,
    ),
    max_size=6,
).map("\n".join)


@settings(deadline=None)
@given(LINES, LINES, LINES, st.booleans(), st.sampled_from(["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"]))
def test_any_message_has_a_meaning(
    answer: str, authority: str, additional: str, aa: bool, rcode: str
) -> None:
    reading = read(response(answer, authority, additional, aa=aa, rcode=rcode))
    cut = reading.delegation
    assert (cut is not None) == (reading.outcome is Outcome.REFERRAL)
    if cut is not None:  # a walk that obeys referrals comes to an end, and believes only the zone's own
        assert cut.zone.is_subdomain(ZONE)
        assert cut.zone != ZONE
        assert NAME.is_subdomain(cut.zone)
        assert cut.servers
        assert all(owner.is_subdomain(ZONE) and owner in cut.servers for owner in cut.glue)
    if reading.outcome is Outcome.ALIAS:
        assert reading.hops
    if reading.outcome is Outcome.ANSWER:
        assert reading.records
    if reading.outcome in USABLE and reading.outcome is not Outcome.REFERRAL:
        assert aa
    for record in reading.records:
        assert record.name.isprintable()
        assert record.data.isprintable()
    assert reading.detail.isprintable()


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_whatever_can_be_parsed_can_be_read(noise: bytes, keep_head: bool) -> None:
    wire = response("www.ex.test. 60 IN A 192.0.2.1", REFERRAL, GLUE).to_wire()
    try:
        message = dns.message.from_wire((wire[:12] if keep_head else b"") + noise)
    except (dns.exception.DNSException, ValueError):
        return
    if message.flags & 0x8000:
        assert read_response(message, dns.name.root, NAME, "A").outcome in Outcome
