"""What a view of the DNS tab is told."""

from __future__ import annotations

from netmon.resolver.enquiry import Enquiry, Outcome
from netmon.tui.dns_panes.base import Subject


def test_a_subject_has_the_name_that_was_typed_until_the_servers_completed_it() -> None:
    subject = Subject(1, Enquiry("www"))
    assert subject.name == "www"
    assert subject._replace(outcome=Outcome("www", "www.example.com.", ())).name == "www.example.com."
