"""What the faces want to know."""

from __future__ import annotations

from threading import Event

import pytest

from netmon.resolver.dnssec.anchors import load_anchors
from netmon.resolver.dnssec.inquiry import TrustWanted, trust_in, wanted
from netmon.resolver.dnssec.verdict import TrustStep
from netmon.resolver.enquiry import TYPES, Enquiry
from netmon.resolver.questions import BadNameError
from netmon.resolver.server import parse_server
from tests.resolver.dnssec.signing import Served


def at(tree: Served, text: str, *types: str) -> TrustWanted:
    return TrustWanted(text, types, (parse_server(tree.server),), load_anchors(str(tree.anchor)))


def test_a_where_no_type_was_chosen(signed_tree: Served) -> None:
    told: list[TrustStep] = []
    found = trust_in(at(signed_tree, "www.nsec.test"), told.append)
    assert (found.name, found.type, found.status) == ("www.nsec.test.", "A", "secure")
    assert tuple(told) == found.steps
    assert trust_in(at(signed_tree, "www.nsec.test", *TYPES)).type == "A"
    assert trust_in(at(signed_tree, "nsec.test", "SOA")).type == "SOA"


def test_an_address_is_asked_for_its_name(signed_tree: Served) -> None:
    found = trust_in(at(signed_tree, "192.0.2.1"))
    assert (found.name, found.type, found.rcode) == ("1.2.0.192.in-addr.arpa.", "PTR", "NXDOMAIN")
    assert found.status == "secure"


def test_what_cannot_be_validated(signed_tree: Served) -> None:
    for types, says in ((("A", "MX"), "one type at a time"), (("RRSIG",), "no signature covers RRSIG")):
        with pytest.raises(BadNameError, match=says):
            trust_in(at(signed_tree, "www.nsec.test", *types))


def test_nobody_waits_any_more(signed_tree: Served) -> None:
    stop = Event()
    stop.set()
    found = trust_in(at(signed_tree, "www.nsec.test"), None, stop)
    assert (found.status, found.rcode) == ("indeterminate", None)


def test_what_is_wanted_of_an_enquiry() -> None:
    assert wanted(Enquiry("www.test"))[:2] == ("www.test.", ("A",))
    assert wanted(Enquiry("www", ("MX", "TXT")), "www.test.")[:2] == ("www.test.", ("MX",))
    assert wanted(Enquiry("192.0.2.1"))[:2] == ("1.2.0.192.in-addr.arpa.", ("PTR",))
    with pytest.raises(BadNameError):
        wanted(Enquiry("a..b"))
