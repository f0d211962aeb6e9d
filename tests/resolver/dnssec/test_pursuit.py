"""What every part of a validation shares."""

from __future__ import annotations

import dns.name

from netmon.resolver.dnssec.pursuit import Pursuit, not_had, shown, without_edns
from netmon.resolver.dnssec.verdict import StepKind, TrustStatus, TrustStep
from tests.resolver.dnssec.staged import NOW, answer, fetched, keys, pair, rrset, sign, signed

STEP = TrustStep(StepKind.ANSWER, ".", "test.", TrustStatus.SECURE, "so it is")


def test_steps_are_kept_and_told() -> None:
    told: list[TrustStep] = []
    pursuit = Pursuit(lambda name, kind: fetched(None), NOW, told.append)
    pursuit.tell(STEP)
    assert told == pursuit.steps == [STEP]


def test_verifying_is_paid_from_one_purse() -> None:
    by, www = pair(), rrset("www.test.", "A", "192.0.2.1")
    pursuit = Pursuit(lambda name, kind: fetched(None), NOW)
    good = [pursuit.check(signed(www, sign(www, by, "test.")), keys("test.", by)).good for _ in range(201)]
    assert all(good[:200])
    assert good[200] is None


def test_names_are_safe_to_print() -> None:
    assert shown(dns.name.from_text("a\\027b.test.")).isprintable()


def test_sentences_on_servers() -> None:
    assert not_had("it", fetched(None, "was silent")) == "it could not be had: 192.0.2.53 was silent"
    assert without_edns(fetched(answer("test.", "A", edns=False)))
    assert not without_edns(fetched(answer("test.", "A")))
    assert not without_edns(fetched(None))
