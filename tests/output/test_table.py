"""Tables for people."""

from __future__ import annotations

import io

import pytest

from netmon.collectors.nftables import RulesetAnswer
from netmon.model.connection import Direction
from netmon.model.process import Owner, OwnerReason
from netmon.model.socket import SocketState
from netmon.output.layout import text_width
from netmon.output.table import owner_label, write_connections, write_ports
from netmon.ports.firewall.word import Firewall
from tests.builders import HOSTILE, NOW, connection, listener, owner, process, state
from tests.ports.firewall.staged import base, document

LONG = "[2001:db8:1234:5678:9abc:def0:1234:5678]:50022"


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


ROWS = [
    connection(process="curl"),
    connection(LONG, local=LONG, process=None),
    connection(process=HOSTILE, protocol="udp"),
    connection(process="日本語プロセス" * 5, direction=Direction.INBOUND),
]


def test_a_pipe_gets_everything_and_no_summary() -> None:
    stream = io.StringIO()
    write_connections(stream, state(), ROWS)
    header, *lines = stream.getvalue().splitlines()
    assert header.split()[:5] == ["PROTO", "DIR", "BASIS", "LOCAL", "REMOTE"]
    assert len(lines) == len(ROWS)
    assert lines[1].count(LONG) == 2
    assert "(uid 33) backup.service" in lines[1]
    assert "– not counted" in lines[2]
    assert "≥10s" in lines[0]


@pytest.mark.parametrize("width", [200, 120, 80, 66])
def test_a_terminal_gets_lines_that_fit_and_a_summary(width: int) -> None:
    stream = Terminal()
    write_connections(stream, state(), ROWS, width=width)
    lines = stream.getvalue().splitlines()
    assert len(lines) == len(ROWS) + 2
    assert max(map(text_width, lines)) <= width
    assert lines[-1].startswith("4 connections: 1 inbound, 3 outbound; 1 of other users")
    for title in ("DIR", "LOCAL", "REMOTE", "OWNER"):
        assert title in lines[0]


def test_a_stand_in_for_a_terminal_is_eighty_wide() -> None:
    stream = Terminal()
    write_connections(stream, state(), ROWS)
    assert max(map(text_width, stream.getvalue().splitlines())) <= 80


def test_hostile_names_cannot_act_on_the_terminal() -> None:
    stream = Terminal()
    write_connections(stream, state(), [connection(process=HOSTILE)], width=200)
    write_ports(stream, state(listeners=[listener(process=HOSTILE)]), width=200)
    assert all(line.isprintable() for line in stream.getvalue().splitlines())
    assert len(stream.getvalue().splitlines()) == 6


def test_a_closed_connection_says_so() -> None:
    stream = io.StringIO()
    over = connection(closed_at=NOW - 2, opened_at=NOW - 5)
    write_connections(stream, state(), [over])
    assert " closed " in stream.getvalue()
    assert " 3s " in stream.getvalue()


@pytest.mark.parametrize(
    ("holder", "label"),
    [
        (owner("curl"), "curl (4711)"),
        (owner(process("nginx", 1), process("nginx", 2), process("nginx", 3)), "nginx (1) +2"),
        (owner(uid=33, unit="backup.service"), "(uid 33) backup.service"),
        (owner(uid=33, user="www-data"), "(www-data)"),
        (owner(), "(unknown user)"),
        (owner(reason=OwnerReason.TIME_WAIT), "(TIME_WAIT)"),
        (owner(reason=OwnerReason.TIME_WAIT, former=[process("wget", 7)]), "(TIME_WAIT) was wget (7)"),
        (owner(reason=OwnerReason.HIDDEN, uid=33), "(uid 33, hidden by /proc)"),
    ],
)
def test_owners(holder: Owner, label: str) -> None:
    assert owner_label(holder) == label


@pytest.mark.parametrize("reason", list(OwnerReason))
def test_every_reason_has_a_label(reason: OwnerReason) -> None:
    assert owner_label(Owner(reason=reason)).startswith("(")


def test_ports_on_a_terminal() -> None:
    stream = Terminal()
    shown = state(listeners=[listener("[::]:22", process="sshd"), listener("127.0.0.1:5432", process=None)])
    write_ports(stream, shown, width=80)
    header, first, second, summary = stream.getvalue().splitlines()
    assert header.split()[:3] == ["PORT", "PROTO", "ADDRESS"]
    assert first.split()[:5] == ["22", "tcp", "::", "sshd", "(4711)"]
    assert second.split()[-6:] == ["yes", "no", "no", "no", "0/128", "0"]
    assert summary == "2 listening sockets, 1 bound so that other machines get to it"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (RulesetAnswer(document(base(policy="drop"))), "dropped: policy drop of inet f in"),
        (RulesetAnswer(reason="needs root"), "cannot be read: needs root"),
    ],
)
def test_the_firewall_has_a_column_where_it_is_asked(answer: RulesetAnswer, said: str) -> None:
    stream, shown = io.StringIO(), state(listeners=[listener("10.0.0.5:8080")])
    write_ports(stream, shown, firewall=Firewall(answer))
    header, line = stream.getvalue().splitlines()
    assert header.split()[-1] == "FIREWALL"
    assert line.endswith(said)
    narrow = Terminal()
    write_ports(narrow, shown, firewall=Firewall(answer), width=80)
    assert said[:8] in narrow.getvalue().splitlines()[1]
    without = io.StringIO()
    write_ports(without, shown)
    assert "FIREWALL" not in without.getvalue()


def test_states_stand_as_they_are() -> None:
    stream = io.StringIO()
    write_connections(stream, state(), [connection(state=SocketState.CLOSE_WAIT)])
    assert "close_wait" in stream.getvalue()


def test_a_terminal_is_warned_of_what_presses_and_a_pipe_is_not() -> None:
    full = listener(process="[/x]\x1b[31m", socket={"receive_queue": 3, "send_queue": 2})
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        write_ports(stream, state(listeners=[full]), width=100)
    assert len(pipe.getvalue().splitlines()) == 2
    _, _, summary, *lines = terminal.getvalue().splitlines()
    assert summary.startswith("1 listening socket")
    assert max(map(len, lines)) <= 100
    warning = " ".join(" ".join(lines).split())
    assert warning.startswith("fail: the accept queue of port 8080 is full: ")
    assert "3 waiting, backlog 2" in warning
    assert "Find out why the process does not call accept()" in warning
    assert "\x1b" not in terminal.getvalue()


def test_nothing_is_said_of_what_is_well_or_unknown() -> None:
    stream = Terminal()
    write_ports(stream, state(listeners=[listener()]), width=100)
    assert len(stream.getvalue().splitlines()) == 3
