"""What stands for a port on a command line, and what is said of everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.ports.question import PortQuestion, PortQuestionError, parse_question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("8080", PortQuestion(8080)),
        ("1", PortQuestion(1)),
        ("65535", PortQuestion(65535)),
        ("08080", PortQuestion(8080)),
        ("53/udp", PortQuestion(53, "udp")),
        ("53/TCP", PortQuestion(53, "tcp")),
        ("http", PortQuestion(80)),
        ("domain/udp", PortQuestion(53, "udp")),
        ("127.0.0.1:8080", PortQuestion(8080, None, "127.0.0.1")),
        ("[::1]:8080/tcp", PortQuestion(8080, "tcp", "::1")),
        ("[0:0::1]:https", PortQuestion(443, None, "::1")),
    ],
)
def test_a_port_is_a_number_or_a_service_with_a_protocol_or_an_address(
    text: str, question: PortQuestion
) -> None:
    assert parse_question(text) == question


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("0", "port 0 stands for any free one"),
        ("65536", "from 1 to 65535"),
        ("99999999999999999999", "from 1 to 65535"),
        ("-1", "from 1 to 65535"),
        ("nosuch", "'nosuch': neither a port nor the name of a service"),
        ("nosuch/udp", "service of udp"),
        ("", "neither a port"),
        ("80/icmp", "'icmp' is neither tcp nor udp"),
        ("::1:8080", "in brackets"),
        ("localhost:8080", "'localhost' is not an IP address"),
        ("80 80", "neither a port"),
        ("8\x0080", "neither a port"),
        ("٨٠", "from 1 to 65535"),
    ],
)
def test_what_is_no_port_is_named_with_the_reason(text: str, part: str) -> None:
    with pytest.raises(PortQuestionError) as raised:
        parse_question(text)
    assert part in str(raised.value)


@given(st.text())
def test_any_text_is_a_port_or_told_to_be_none_in_one_line(text: str) -> None:
    said = ""
    try:
        port = parse_question(text).port
    except PortQuestionError as error:
        port, said = 1, str(error)
    assert 0 < port < 65536
    assert said.isprintable()


@given(
    st.integers(1, 65535), st.sampled_from([None, "tcp", "udp"]), st.sampled_from([None, "::1", "10.0.0.1"])
)
def test_a_question_is_written_as_it_is_read(port: int, protocol: str | None, address: str | None) -> None:
    question = PortQuestion(port, protocol, address)  # type: ignore[arg-type]
    assert parse_question(str(question)) == question
    assert question.protocols == (("tcp", "udp") if protocol is None else (protocol,))
