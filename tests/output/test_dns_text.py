"""The answer of `netmon dns` at 80 columns."""

from __future__ import annotations

import io

from netmon.output.dns_text import write_text
from netmon.resolver.answer import Answer, Record
from netmon.resolver.ask import Replies, Said
from netmon.resolver.compare import compare
from netmon.resolver.edns import Explanation, Extras
from netmon.resolver.enquiry import Outcome
from netmon.resolver.questions import questions
from netmon.resolver.server import Server
from netmon.resolver.system.application import Application
from netmon.resolver.system.search_list import preview

NAME = "www.example.test."
FIRST, SECOND = Server("udp", "192.0.2.53", 53), Server("tls", "dns.example", 853)


def answer(kind: str, *data: str, rcode: str | None = "NOERROR", error: str | None = None) -> Answer:
    """One answer."""
    records = tuple(Record(NAME, 300, kind, each) for each in data)
    error = error or (None if data else f"{NAME} has no {kind} record")
    return Answer(kind, records, rcode, 12.3, None, "udp", ("QR", "RD", "RA"), error=error)


def replies(server: Server, *said: Said | Answer) -> Replies:
    """What one server said."""
    whole = tuple(each if isinstance(each, Said) else Said(each) for each in said)
    return Replies(server, server.host, whole, 20.0)


def lines(*each: Replies, **more: object) -> list[str]:
    """As written."""
    stream = io.StringIO()
    outcome = Outcome("www", NAME, each, compared=compare(each))
    write_text(stream, outcome._replace(**more))  # type: ignore[arg-type]  # its fields
    written = stream.getvalue().splitlines()
    assert max(map(len, written)) <= 80
    return written


def test_the_records_come_first_then_who_gave_them() -> None:
    assert lines(replies(FIRST, answer("A", "192.0.2.1"), answer("AAAA"), answer("MX"))) == [
        NAME,
        "  A  300  192.0.2.1",
        "  no AAAA, MX",
        "",
        "SERVER      OVER  RCODE      MS  FLAGS",
        "192.0.2.53  udp   NOERROR  12.3  qr rd ra",
    ]


def test_a_dead_server_stands_beside_the_others_with_its_reason() -> None:
    silent = answer("A", rcode=None, error="was silent until the time was up")
    written = lines(replies(FIRST, answer("A", "192.0.2.1")), replies(SECOND, silent))
    assert written[1] == "  A  300  192.0.2.1"
    assert "  tls://dns.example: was silent until the time was up" in written
    assert written[-3:] == ["COMPARED           A", "192.0.2.53         same", "tls://dns.example  -"]


def test_what_only_one_server_says_is_shown() -> None:
    written = lines(replies(FIRST, answer("A", "192.0.2.1")), replies(SECOND, answer("A", "192.0.2.9")))
    assert written[-5:-3] == ["only from tls://dns.example", "  A  300  192.0.2.9"]
    assert "tls://dns.example  different" in written


def test_types_that_nobody_has_are_not_compared() -> None:
    each = answer("A", "192.0.2.1"), answer("MX")
    assert "COMPARED           A" in lines(replies(FIRST, *each), replies(SECOND, *each))


def test_many_types_make_several_grids() -> None:
    each = [answer(f"TYPE{number}", "x") for number in range(65000, 65012)]
    written = lines(replies(FIRST, *each), replies(SECOND, *each))
    assert len([line for line in written if line.startswith("COMPARED")]) == 3


def test_explanations_and_the_address_behind_a_name() -> None:
    failed = Said(
        answer("A", rcode="SERVFAIL", error="it failed"), Extras((Explanation(9, "DNSKEY Missing", ""),))
    )
    written = lines(replies(SECOND, failed)._replace(address="192.0.2.8"))
    assert written[1] == "  it failed"
    assert "  tls://dns.example: asked at 192.0.2.8" in written
    assert "  tls://dns.example: explains (EDE): 9 DNSKEY Missing" in written


def test_nobody_answered() -> None:
    assert lines(replies(FIRST, answer("A", rcode=None, error="was silent")))[1] == "  no server answered"


def test_what_programs_get_and_what_made_the_difference() -> None:
    same = Application(("192.0.2.1",), differs=False)
    assert lines(replies(FIRST, answer("A", "192.0.2.1")), application=same)[-1] == (
        "programs here get: 192.0.2.1, as from DNS"
    )
    other = Application(("192.0.2.7",), differs=True, source="/etc/hosts has 192.0.2.7 for it")
    text = " ".join(
        " ".join(lines(replies(FIRST, answer("A")), application=other, tried=("www.a.",))).split()
    )
    assert "not what DNS says; what differs: /etc/hosts has 192.0.2.7 for it" in text
    assert "the search list was tried afterwards: no www.a." in text
    before = preview(questions("a", ["A"], ("www.a",), 2)[1], 2)
    text = " ".join(lines(replies(FIRST, answer("A")), tried=("www.a.",), order=before))
    assert "the search list was tried first: no www.a." in text


def test_who_fails_does_not_stand_above_who_knows() -> None:
    failed = answer("A", "192.0.2.66", rcode="SERVFAIL", error="it failed")
    assert lines(replies(FIRST, failed), replies(SECOND, answer("A", "192.0.2.1")))[1].endswith("192.0.2.1")
    assert lines(replies(FIRST, failed), replies(SECOND, answer("A")))[1] == "  no A"


def test_an_explanation_stands_once_where_it_is_the_answer() -> None:
    said = answer("A", rcode="SERVFAIL", error="it failed: EDE 9")._replace(ede=("EDE 9",))
    written = lines(replies(FIRST, Said(said, Extras((Explanation(9, "DNSKEY Missing", ""),)))))
    assert written[1] == "  it failed: EDE 9"
    assert not [line for line in written if "explains" in line]


def test_a_circle_of_aliases_is_not_a_mere_absence() -> None:
    why = "its aliases lead in a circle (a. → a.)"
    assert lines(replies(FIRST, answer("A", error=why)))[1] == f"  {why}"


def test_those_that_say_the_same_otherwise_stand_together() -> None:
    third, other = Server("udp", "192.0.2.54", 53), answer("A", "192.0.2.9")
    written = lines(replies(FIRST, answer("A", "192.0.2.1")), replies(SECOND, other), replies(third, other))
    # Two against one: the first is still shown as the answer, as it was asked first.
    assert written[-5:-3] == ["only from tls://dns.example, 192.0.2.54", "  A  300  192.0.2.9"]
    assert written[-2].startswith("→ ask again with --server authoritative, too: ")


def test_an_answer_that_suits_clients_everywhere() -> None:
    for subnet, where in (("192.0.2.0/0", "everywhere"), ("192.0.2.0/24", "in 192.0.2.0/24")):
        said = Said(answer("A", "192.0.2.1"), Extras(subnet=subnet))
        written = lines(Replies(FIRST, FIRST.host, (said,), 1.0))
        assert f"  {FIRST}: answers for clients {where}" in written
