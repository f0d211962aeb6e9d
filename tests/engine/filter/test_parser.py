"""The filter language: what each term keeps, and what is said of those that are wrong."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.engine.filter import FilterError, parse_filter
from netmon.model.connection import Connection, Direction
from netmon.model.socket import SocketState
from tests.builders import HOSTILE, connection, listener, owner, process

CURL = connection("203.0.113.7:443", process="curl", pid=4711)
SSH = connection(
    "198.51.100.20:4022", local="10.0.0.5:22", process="sshd", pid=990, direction=Direction.INBOUND
)
WAITING = connection(
    "[2001:db8::9]:80", local="[2001:db8::5]:50001", process=None, state=SocketState.TIME_WAIT
)
HTTP = listener("[::1]:8080", process="python3")
ROWS = {"curl": CURL, "ssh": SSH, "waiting": WAITING, "http": HTTP}


def kept(text: str) -> set[str]:
    """The names of the rows that a filter keeps."""
    chosen = parse_filter(text)
    return {name for name, row in ROWS.items() if chosen.matches(row)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", {"curl", "ssh", "waiting", "http"}),
        ("   ", {"curl", "ssh", "waiting", "http"}),
        ("curl", {"curl"}),
        ("CURL", {"curl"}),
        ("ssh 990", {"ssh"}),
        ("ssh curl", set()),
        ("-curl", {"ssh", "waiting", "http"}),
        ("-curl -inbound", {"waiting", "http"}),
        ('"10.0.0.5:22"', {"ssh"}),
        ('"sshd"', {"ssh"}),
        ('-"sshd" -8080', {"curl", "waiting"}),
        ("port:443", {"curl"}),
        ("port:https", {"curl"}),
        ("port:22,443", {"curl", "ssh"}),
        ("port:8000-9000", {"http"}),
        ("lport:>1024", {"curl", "waiting", "http"}),
        ("lport:22", {"ssh"}),
        ("rport:22", set()),
        ("rport:<=80", {"waiting"}),
        ("addr:10.0.0.0/8", {"curl", "ssh"}),
        ("laddr:2001:db8::/32", {"waiting"}),
        ("raddr:203.0.113.7", {"curl"}),
        ("raddr:203.0.113.7,2001:db8::9", {"curl", "waiting"}),
        ("addr:[::1]", {"http"}),
        ("::1", {"http"}),
        ("[::1]:8080", {"http"}),
        ("[::1]:8081", set()),
        ("10.0.0.5:22", {"ssh"}),
        ("2001:db8::/32", {"waiting"}),
        ("-state:time_wait", {"curl", "ssh", "http"}),
        ("state:established,LISTEN", {"curl", "ssh", "http"}),
        ("state:time-wait", {"waiting"}),
        ("dir:in", {"ssh"}),
        ("dir:outbound", {"curl", "waiting"}),
        ("DIR:unknown", {"http"}),
        ("proto:tcp", {"curl", "ssh", "waiting", "http"}),
        ("proto:udp", set()),
        ("proc:url", {"curl"}),
        ("pid:>900", {"curl", "ssh", "http"}),
        ("pid:990", {"ssh"}),
        ("user:dev", {"curl", "ssh", "http"}),
        ("user:33", {"waiting"}),
        ("user:3", set()),
        ("unit:backup", {"waiting"}),
        ("/^cur.$/", {"curl"}),
        ("/sshd --flag/", {"ssh"}),
        ("proc:/^(curl|sshd)$/", {"curl", "ssh"}),
        ("-proc:/./", {"waiting"}),
        ("state:/wait$/", {"waiting"}),
        ("port:/^80/", {"waiting", "http"}),
        ("/usr/bin/curl", set()),
    ],
)
def test_what_a_filter_keeps(text: str, names: set[str]) -> None:
    assert kept(text) == names


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("curl colour:red", "colour:red"),
        ("http://example.org", "http://example.org"),
        ("port:x-y", "port:x-y"),
        ("port:65536", "port:65536"),
        ("port:9-8", "port:9-8"),
        ("port:", "port:"),
        ("state:established, ssh", "state:established,"),
        ("pid:²", "pid:²"),
        ("port:nosuchservice", "port:nosuchservice"),
        ("addr:10.0.0.0/33 x", "addr:10.0.0.0/33"),
        ("addr:localhost", "addr:localhost"),
        ("-state:closd", "-state:closd"),
        ("dir:sideways", "dir:sideways"),
        ("proto:sctp", "proto:sctp"),
        ("/[/", "/[/"),
        ("proc:/(a+)+$/", "proc:/(a+)+$/"),
        ("a -", "-"),
        ('curl "open', '"open'),
    ],
)
def test_an_error_names_the_term_in_one_line(text: str, term: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert caught.value.term == term
    assert str(caught.value) == f"{term}: {caught.value.reason}"
    assert len(str(caught.value).splitlines()) == 1


def test_an_empty_filter_is_false_and_terms_are_as_typed() -> None:
    assert not parse_filter(" ")
    chosen = parse_filter(' port:443  -"a b" /x y/ ')
    assert chosen
    assert chosen.terms == ("port:443", '-"a b"', "/x y/")


def test_former_holders_are_found() -> None:
    closed = connection(owner=owner(former=[process("wget", 77)]), state=SocketState.CLOSED)
    assert all(parse_filter(text).matches(closed) for text in ("wget", "proc:wget", "pid:77", "/^wget$/"))


def test_hostile_names_are_only_text() -> None:
    row = connection(process=HOSTILE)
    assert parse_filter('"[/x]"').matches(row)
    assert parse_filter("proc:<b>").matches(row)


def test_ten_thousand_rows_with_two_terms_take_little_time() -> None:
    holders = [process(f"worker{i}", 100 + i) for i in range(100)]
    rows = [
        connection(f"10.1.{i // 250}.{i % 250}:443", owner=owner(holders[i % 100])) for i in range(10_000)
    ]
    chosen = parse_filter("worker7 port:443")
    costs = []
    for _ in range(5):
        begin = time.process_time()
        found = sum(map(chosen.matches, rows))
        costs.append(time.process_time() - begin)
    assert found == 1_100
    assert min(costs) < 0.030, "measured at 5 ms; a slow machine may take several times that"


ALPHABET = st.text(st.sampled_from('ab1:/.,-"[]()*+?{}\\^|>< \t\n%=é\x00\u202e' + string.digits), max_size=30)
FIELDS = st.sampled_from(
    [
        "proc",
        "pid",
        "user",
        "port",
        "lport",
        "rport",
        "addr",
        "laddr",
        "raddr",
        "state",
        "dir",
        "proto",
        "unit",
    ]
)
TERMS = st.one_of(
    st.text(max_size=30),
    ALPHABET,
    st.builds("{}:{}".format, FIELDS, ALPHABET),
    st.builds("/{}/".format, ALPHABET),
)
HOLDERS = st.builds(
    process, st.text(max_size=20), st.integers(0, 2**22), unit=st.none() | st.text(max_size=9)
)
CONNECTIONS: st.SearchStrategy[Connection] = st.builds(
    connection,
    st.sampled_from(["203.0.113.7:443", "[fe80::1]:22", None]),
    local=st.sampled_from(["127.0.0.1:80", "[::]:8080"]),
    owner=st.builds(
        lambda p, f: owner(*p, former=f), st.lists(HOLDERS, max_size=2), st.lists(HOLDERS, max_size=2)
    ),
    state=st.sampled_from(list(SocketState)),
    service=st.none() | st.text(max_size=9),
    interface=st.none() | st.text(max_size=9),
)


@settings(deadline=None, max_examples=400)
@given(st.lists(TERMS, max_size=4).map(" ".join), CONNECTIONS)
def test_parsing_raises_only_filter_errors_and_matching_nothing(text: str, row: Connection) -> None:
    try:
        chosen = parse_filter(text)
    except FilterError as error:
        message = str(error)
    else:
        assert chosen.matches(row) in (True, False)
        assert bool(chosen) == bool(text.strip())
        return
    assert len(message.splitlines()) == 1


@given(st.text(string.ascii_letters, min_size=1, max_size=12), CONNECTIONS)
def test_excluding_is_the_opposite(word: str, row: Connection) -> None:
    assert parse_filter(f"-{word}").matches(row) is not parse_filter(word).matches(row)
