"""Asks with DO and CD whichever server passes signatures on; each question once, and not without end."""

from __future__ import annotations

import socket
from threading import Event

import dns.flags
import dns.name

from netmon.resolver.dnssec.fetching import Fetcher
from netmon.resolver.server import parse_server
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.dnssec.asking import fetcher
from tests.resolver.dnssec.signing import Served
from tests.resolver.rules.nsd import free_port

WWW = dns.name.from_text("www.nsec.test.")


def test_signatures_come_along(signed_tree: Served) -> None:
    found = fetcher(signed_tree.server)(WWW, "A")
    assert found.message is not None
    assert [rrset.rdtype for rrset in found.message.answer] == [1, 46]
    assert (found.server, found.rcode, found.is_answer) == (signed_tree.server, "NOERROR", True)
    assert found.ms is not None
    assert found.ms > 0


def test_what_does_not_fit_comes_over_tcp(signed_tree: Served) -> None:
    found = fetcher(f"tcp://{signed_tree.server}")(WWW, "A")
    assert found.is_answer
    keys = fetcher(signed_tree.server)(dns.name.from_text("rsa.test."), "DNSKEY")
    assert keys.message is not None
    assert not keys.message.flags & dns.flags.TC


def test_each_question_is_asked_once(signed_tree: Served) -> None:
    ask = fetcher(signed_tree.server)
    assert ask(WWW, "A") is ask(dns.name.from_text("WWW.NSEC.test."), "A")


def test_a_dead_server_is_asked_after_the_others(signed_tree: Served) -> None:
    dead = f"127.0.0.1:{free_port()}"
    ask = fetcher(dead, signed_tree.server)
    assert ask(WWW, "A").server == signed_tree.server
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", int(dead.rpartition(":")[2])))
        found = ask(WWW, "MX")
    assert found.server == signed_tree.server


def test_nobody_is_there() -> None:
    found = fetcher(f"127.0.0.1:{free_port()}")(WWW, "A")
    assert (found.message, found.is_answer) == (None, False)
    assert found.error == "refused: nothing serves that port"


def test_questions_are_counted(signed_tree: Served) -> None:
    ask = Fetcher([parse_server(signed_tree.server)], Deadline.after(5), most=0)
    assert ask(WWW, "A").error == "was not asked: the name needs more questions than are allowed"


def test_given_up(signed_tree: Served) -> None:
    stop = Event()
    stop.set()
    ask = Fetcher([parse_server(signed_tree.server)], Deadline.after(5, stop))
    assert ask(WWW, "A").error == "was not asked: given up"
