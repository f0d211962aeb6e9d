"""`netmon loopback` as a program of its own; other machines are in tests/kernel/test_loopback_states.py."""

from __future__ import annotations

import os
import socket

from tests.program import netmon, said_in_one_line
from tests.sockets import listener, port_of

QUIET = ("--resolvers", "none")


def test_as_text_and_as_json() -> None:
    with listener() as server:
        answer = netmon("loopback", *QUIET)
        body = netmon("loopback", "--json", *QUIET).body
        port = port_of(server)
    assert answer.err == ""
    assert "/10  localhost works for every program here" in answer.out.splitlines()[0]
    assert max(map(len, answer.out.splitlines())) <= 80
    assert f"({os.getpid()})" in answer.out
    assert (body["schema"], body["source"]) == ("netmon/loopback/1", "sock_diag")
    (row,) = (row for row in body["listeners"] if row["port"] == port)
    assert (row["pids"], row["works"]) == ([os.getpid()], ["127.0.0.1"])


def test_it_ends_as_its_findings_say() -> None:
    answer = netmon("loopback", "--json", *QUIET)
    fails = any(finding["state"] == "fail" for finding in answer.body["findings"])
    assert answer.code == int(fails)


def test_portable_finds_the_same_listeners() -> None:
    with listener(socket.AF_INET6) as server:
        for portable in ([], ["--portable"]):
            body = netmon("loopback", "--json", *QUIET, *portable).body
            assert [r["works"] for r in body["listeners"] if r["port"] == port_of(server)] == [["::1"]]
            assert body["source"] == ("psutil" if portable else "sock_diag")


def test_what_it_does_not_take_is_named() -> None:
    said_in_one_line(netmon("loopback", "nonsense"), "netmon", "nonsense")
    said_in_one_line(netmon("loopback", "--resolvers", "x"), "netmon loopback", "'x'", "localhost")
    said_in_one_line(netmon("loopback", "--csv"), "netmon", "--csv")
