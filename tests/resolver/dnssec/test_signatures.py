"""One record set by one set of keys: good, or why each signature is not."""

from __future__ import annotations

import time

import dns.dnssec
import pytest
from dns.dnssectypes import Algorithm
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.dnssec.signatures import MOST_KEYS, MOST_SIGNATURES, SUPPORTED, Effort, check
from tests.resolver.dnssec.staged import DAY, NOW, changed, keys, pair, rrset, sign, signed

WWW = rrset("www.test.", "A", "192.0.2.1", "192.0.2.2")
BROKEN = pair()


def test_a_good_one() -> None:
    by = pair()
    found = check(signed(WWW, sign(WWW, by, "test.")), keys("test.", pair(), by), NOW, Effort())
    assert found.good is not None
    assert (found.why, found.seen[0].note, found.seen[0].covers) == ("", "", "A")


def test_one_good_one_is_enough() -> None:
    by, other = pair(), pair()
    both = signed(WWW, sign(WWW, other, "test."), sign(WWW, by, "test."), sign(WWW, by, "test.", end=DAY))
    found = check(both, keys("test.", by), NOW, Effort())
    assert found.good is not None
    assert [each.is_tried for each in found.seen] == [True, False, False]


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (-9 * DAY, -2 * DAY, "its signature by key {} expired 2d ago, on 2027-01-13 08:00:00 UTC"),
        (3600, DAY, "its signature by key {} is not valid before 2027-01-15 09:00:00 UTC, in 1h"),
    ],
)
def test_out_of_time(start: float, end: float, why: str) -> None:
    by = pair()
    signature = sign(WWW, by, "test.", start=start, end=end)
    found = check(signed(WWW, signature), keys("test.", by), NOW, Effort())
    assert found.good is None
    assert found.why == why.format(signature.key_tag)


@pytest.mark.parametrize(("start", "end"), [(-DAY, 70 * 365 * DAY), (-DAY, 2**31 + DAY)])
def test_what_is_too_far_ahead_is_past(start: float, end: float) -> None:
    """Serial number arithmetic (RFC 4034 section 3.1.5): 68 years ahead is as far as the future goes."""
    by = pair()
    found = check(signed(WWW, sign(WWW, by, "test.", start=start, end=end)), keys("test.", by), NOW, Effort())
    assert found.good is None
    assert "so far ahead counts as past" in found.why


def test_a_zone_signs_only_what_is_in_it() -> None:
    """RFC 4035 section 5.3.1: by the owner, and by the wildcard that the owner is said to be made from."""
    by = pair()
    beside = rrset("www.other.", "A", "192.0.2.1")
    found = check(signed(beside, sign(beside, by, "test.")), keys("test.", by), NOW, Effort())
    assert (found.good, "outside of the zone test." in found.why) == (None, True)
    above = sign(rrset("*.", "A", "192.0.2.1", "192.0.2.2"), by, "test.")
    found = check(signed(WWW, above), keys("test.", by), NOW, Effort())
    assert (found.good, "outside of the zone test." in found.why) == (None, True)


def test_of_other_records_keys_and_zones() -> None:
    by = pair()
    signature = sign(WWW, by, "test.")
    other = check(signed(rrset("www.test.", "A", "192.0.2.9"), signature), keys("test.", by), NOW, Effort())
    assert "does not verify: the records are not those that were signed" in other.why
    unknown = check(signed(WWW, signature), keys("test.", pair()), NOW, Effort())
    assert "and no such key is trusted" in unknown.why
    foreign = check(signed(WWW, signature), keys("www.test.", by), NOW, Effort())
    assert "is by test., not by the zone www.test." in foreign.why
    none = check(signed(WWW), keys("test.", by), NOW, Effort())
    assert none.why == "there is no signature, though test. is signed"


@pytest.mark.parametrize("flags", [257 | 128, 1])
def test_a_key_that_may_not_sign_zones(flags: int) -> None:
    """Revoked (RFC 5011), or without the ZONE bit."""
    by = pair(flags)
    found = check(signed(WWW, sign(WWW, by, "test.")), keys("test.", by), NOW, Effort())
    assert found.good is None


def test_an_algorithm_that_is_not_known() -> None:
    by = pair()
    signature = changed(sign(WWW, by, "test."), algorithm=200)
    found = check(signed(WWW, signature), keys("test.", by), NOW, Effort())
    assert "is of algorithm 200, which is not verified here" in found.why


def test_trials_are_bounded() -> None:
    """KeyTrap (CVE-2023-50387): many keys of one tag times many signatures."""
    by = pair()
    signature = changed(sign(WWW, by, "test."), signature=b"\0" * 64)
    many = keys("test.", *[by] * 500)
    effort = Effort(1000)
    started = time.process_time()
    found = check(signed(WWW, *[signature] * 500), many, NOW, effort)
    assert found.good is None
    assert len(found.seen) == MOST_SIGNATURES
    spent = 1000 - next(n for n in range(1001) if not effort.spend())
    assert spent == MOST_SIGNATURES * MOST_KEYS
    assert time.process_time() - started < 5


def test_what_is_spent_is_spent() -> None:
    by = pair()
    found = check(signed(WWW, sign(WWW, by, "test.")), keys("test.", by), NOW, Effort(0))
    assert "was not checked" in found.why


@given(
    algorithm=st.sampled_from(sorted(SUPPORTED)), key=st.binary(max_size=80), signature=st.binary(max_size=80)
)
def test_any_bytes_are_a_key_and_a_signature_that_do_not_fit(
    algorithm: int, key: bytes, signature: bytes
) -> None:
    by = BROKEN
    broken = by._replace(key=changed(by.key, key=key, algorithm=Algorithm.make(algorithm)))
    made = changed(
        sign(WWW, by, "test."), algorithm=broken.key.algorithm, key_tag=dns.dnssec.key_id(broken.key),
        signature=signature,
    )  # fmt: skip
    found = check(signed(WWW, made), keys("test.", broken), NOW, Effort())
    assert "does not verify" in found.why
