"""Record sets with their signatures out of a message."""

from __future__ import annotations

import dns.name
import pytest

from netmon.resolver.dnssec.signed import find, has_signatures, is_expanded, labels, of_types
from tests.resolver.dnssec.staged import answer, pair, rrset, sign, with_signature


def test_each_set_with_its_own_signatures() -> None:
    by = pair()
    a, b = rrset("www.test.", "A", "192.0.2.1"), rrset("www.test.", "AAAA", "2001:db8::1")
    signature = sign(a, by, "test.")
    message = answer("www.test.", "A", *with_signature(a, signature), b)
    found = find(message.answer, dns.name.from_text("WWW.test."), "A")
    assert found == (a, (signature,))
    bare = find(message.answer, dns.name.from_text("www.test."), "AAAA")
    assert bare == (b, ())
    assert find(message.answer, dns.name.from_text("www.test."), "MX") is None
    assert [each.rrset for each in of_types(message.answer, "AAAA", "A")] == [a, b]
    assert has_signatures(message)
    assert not has_signatures(answer("www.test.", "AAAA", b))


@pytest.mark.parametrize(("name", "count"), [(".", 0), ("test.", 1), ("*.test.", 1), ("a.*.test.", 3)])
def test_labels_as_signatures_count_them(name: str, count: int) -> None:
    assert labels(dns.name.from_text(name)) == count


def test_what_was_made_from_a_wildcard() -> None:
    star = rrset("*.test.", "A", "192.0.2.1")
    signature = sign(star, pair(), "test.")
    assert is_expanded(dns.name.from_text("x.test."), signature)
    assert not is_expanded(star.name, signature)
