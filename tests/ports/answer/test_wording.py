"""How things are named in sentences about a port."""

from __future__ import annotations

from netmon.ports.answer.wording import counted, enumerated, owner_text, pair_text, pairs_text, places_text
from tests.builders import connection, listener, owner, process
from tests.ports.asking import ANY6, LOOP4


def test_only_the_first_few_are_named() -> None:
    assert enumerated([]) == ""
    assert enumerated(["a", "b", "c"]) == "a, b, c"
    assert enumerated(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert enumerated(["a", "b"], 1) == "a and 1 more"


def test_owners_or_why_there_is_none() -> None:
    assert owner_text(owner(process("nginx", 80), process("nginx", 81))) == "nginx (80), nginx (81)"
    assert "naming the process needs root" in owner_text(owner(uid=33))


def test_sockets_by_their_ends() -> None:
    assert pair_text(connection().socket) == "10.0.0.5:50000 to 203.0.113.7:443"
    assert pair_text(listener("[::1]:80").socket) == "[::1]:80"
    assert pairs_text([listener("[::1]:80"), listener("10.0.0.5:80")]) == "[::1]:80, 10.0.0.5:80"


def test_places_and_numbers() -> None:
    assert places_text([LOOP4, ANY6]) == "127.0.0.1, :: (IPv4 too)"
    assert (counted(1, "connection"), counted(0, "connection")) == ("1 connection", "0 connections")
