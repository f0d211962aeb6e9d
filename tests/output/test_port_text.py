"""Answers about ports as people read them."""

from __future__ import annotations

import errno
import io
from typing import Any

import pytest

from netmon.engine.state import State
from netmon.model.connection import Peer
from netmon.model.finding import Finding, FindingState
from netmon.output.layout import text_width
from netmon.output.port_text import answer_lines, headline, write_port_answers
from netmon.ports.answer.causes import Bind, Cause, CauseKind
from netmon.ports.answer.port_answer import PortAnswer
from netmon.ports.bind_probe import Attempt
from netmon.ports.supervisor import Supervisor
from tests.builders import listener, owner, process, state
from tests.ports.asking import LOOP4, LOOP6
from tests.ports.staged import answer, client, held, holder

FREE = Bind(Attempt(LOOP6, False, None), None)
REFUSED = Bind(Attempt(LOOP4, False, errno.EADDRINUSE), Cause(CauseKind.OUTGOING))
LENT = Finding(
    "bind-ephemeral", FindingState.FAIL, "It is lent to curl.", "EADDRINUSE", "No server gets it.", "End it.",
    "ip(7)",
)  # fmt: skip
NOTE = Finding("ephemeral-range", FindingState.INFO, "It may be lent.", "32768", "Mind that.", "Reserve it.")


def text(told: tuple[PortAnswer, State], width: int = 200) -> list[str]:
    return list(answer_lines(*told, width))


def test_a_held_port_from_its_holder_to_its_clients() -> None:
    peer = Peer(1, owner(process("curl", 6000)))
    assert text(held(client(1, peer=peer), client(2))) == [
        "8080/tcp (http-alt) is held by python3 (5120, user dev) since 1h: python3 -m http.server",
        "  works in      /home/dev/site",
        "  started by    bash (5100) < tmux: server (4000)",
        "  supervised by terminal tmux",
        "  listens on    0.0.0.0:8080; reached from 127.0.0.1, the LAN (IPv4); accept queue 0 of 128",
        "  connected     2 inbound connections",
        "                10.0.0.9:50001  curl (6000)",
        "                10.0.0.9:50002",
    ]


def test_only_the_first_ten_clients_are_listed() -> None:
    lines = text(held(*(client(number) for number in range(13))))
    assert "  connected     13 inbound connections" in lines
    assert lines[-1].strip() == "and 3 more (all with --json)"
    assert len([line for line in lines if "10.0.0.9:" in line]) == 10


def test_several_holders_are_each_told() -> None:
    holders = tuple(holder(process("nginx", pid, started_at=None)) for pid in range(80, 92))
    lines = text(held(holders=holders))
    assert lines[0].startswith("8080/tcp (http-alt) is held by 12 processes: nginx (80), nginx (81)")
    assert len([line for line in lines if line.startswith("  process ")]) == 8
    assert any("and 4 more processes" in line for line in lines)


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ("127.0.0.53:8080", "this machine alone, by 127.0.0.53"),
        ("127.0.0.1:8080", "127.0.0.1"),
        ("198.51.100.1:8080", "nowhere"),
    ],
)
def test_from_where_a_listener_on_one_address_is_reached(local: str, words: str) -> None:
    (line,) = [line for line in text(held(server=listener(local))) if "listens on" in line]
    assert line == f"  listens on    {local}; reached from {words}; accept queue 0 of 128"


def test_a_holder_that_cannot_be_named_is_explained() -> None:
    server = listener(process=None)
    first, *rest = text(held(server=server, holders=()))
    assert first == (
        "8080/tcp (http-alt) is held by a process that cannot be named here (user 33): belongs to uid 33, "
        "backup.service; naming the process needs root"
    )
    assert not any(line.startswith("  works in") for line in rest)


def test_a_directory_that_may_not_be_read_is_no_blank() -> None:
    assert "  works in      unknown: its directory may not be read" in text(
        held(holders=(holder(directory=None),))
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"binds": (FREE,)}, "is free: nothing holds it and it can be bound on every address."),
        ({"binds": (FREE,), "address": "::1"}, "is free: nothing holds it and it can be bound on ::1."),
        (
            {"binds": (REFUSED, FREE), "findings": (NOTE, LENT)},
            "is held by no server, but can be bound only on ::1: It is lent to curl.",
        ),
        (
            {"binds": (REFUSED,), "findings": (LENT,)},
            "is held by no server, but cannot be bound: It is lent to curl.",
        ),
        (
            {"binds": (REFUSED, Bind(Attempt(LOOP4, True, None), None))},
            "is held by no server, but can be bound only with SO_REUSEADDR.",
        ),
    ],
)
def test_the_first_line_answers(fields: dict[str, Any], said: str) -> None:
    line = headline(answer(**fields), state())
    assert line.startswith("[::1]:8080" if "address" in fields else "8080/tcp (http-alt) ")
    assert line.endswith(said)


def test_what_is_in_the_way_is_explained_below_and_said_once() -> None:
    assert text((answer(binds=(REFUSED,), findings=(LENT, NOTE)), state()))[1:] == [
        "  because       No server gets it.",
        "  seen          EADDRINUSE",
        "  what to do    End it.",
        "  see           ip(7)",
        "  note          It may be lent. Mind that.",
        "  what to do    Reserve it.",
    ]


@pytest.mark.parametrize("width", [40, 80])
def test_lines_fit_the_terminal(width: int) -> None:
    command = ("python3", *["wörd名前"] * 30)
    told = held(holders=(holder(process("python3", 5120, command=command)),), findings=(LENT, NOTE))
    assert all(text_width(line) <= width for line in text(told, width))


def test_answers_stand_apart() -> None:
    stream = io.StringIO()
    told, when = held()
    write_port_answers(stream, when, [told, answer(protocol="udp", binds=(FREE,))])
    first, second = stream.getvalue().split("\n\n")
    assert first.startswith("8080/tcp (http-alt) is held by python3")
    assert second.startswith("8080/udp (http-alt) is free")


def test_what_is_so_over_both_protocols_is_said_once() -> None:
    stream = io.StringIO()
    free = [answer(binds=(FREE,)), answer(protocol="udp", service=None, binds=(FREE,))]
    write_port_answers(stream, state(), [*free, answer(port=9090, binds=(FREE,))], width=200)
    assert [line.partition(" is free")[0] for line in stream.getvalue().splitlines() if line] == [
        "8080 (http-alt, TCP and UDP)",
        "9090/tcp (http-alt)",
    ]


def test_that_init_stands_above_everything_is_not_worth_a_line() -> None:
    by_init = holder(process("python3", 5120))._replace(supervisor=Supervisor("init", "systemd", 1))
    assert not any("supervised" in line for line in text(held(holders=(by_init,))))
