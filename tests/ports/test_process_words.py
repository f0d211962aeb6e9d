"""A process and its ports in sentences."""

from __future__ import annotations

from netmon.engine.explain import Explanation
from netmon.model.connection import Connection
from netmon.ports.by_process import ProcessSettings, by_process
from netmon.ports.process_words import about_ports, copied_holder, explain_holder
from tests.builders import HOSTILE, connection, listener, owner, process, state

NGINX = owner(process("nginx", 10))


def explained(connections: list[Connection], listeners: list[Connection]) -> tuple[Explanation, str]:
    shown = state(connections, listeners)
    (row,) = by_process(shown, ProcessSettings()).rows
    return explain_holder(row, shown, (process("bash", 700),)), copied_holder(row)


def test_what_its_ports_are_to_it() -> None:
    rows = [connection(owner=NGINX), connection(local="10.0.0.5:1000", owner=NGINX)]
    shown = state(rows, [listener("0.0.0.0:80", owner=NGINX)])
    (row,) = by_process(shown, ProcessSettings()).rows
    served, lent, other = about_ports(row, shown)
    assert served.startswith("80: there nginx (10, user dev) waits for whoever comes")
    assert lent.startswith("50000: ephemeral, lent by the kernel out of 32768–60999 so that nginx")
    assert other.startswith("1000: the local end of connections")


def test_who_has_no_connection_is_said_to_have_none() -> None:
    found, _ = explained([], [listener("0.0.0.0:80", owner=NGINX)])
    assert "No connection of it is open." in found.sentences


def test_a_server_that_is_a_client_too() -> None:
    rows = [
        connection(owner=NGINX, rate_sent=1.0),
        connection(local="10.0.0.5:1000", owner=NGINX, rate_sent=1.0),
    ]
    found, copied = explained(rows, [listener("0.0.0.0:80", owner=NGINX), listener("[::]:443", owner=NGINX)])
    assert found.sentences == (
        "nginx (10, user dev) serves 2 ports: 80 443.",
        "As a client it uses 1 port of the range 32768 to 60999, which the kernel lends: 50000.",
        "Its sockets are bound to 1 other port besides: 1000.",
        "0 connections came in and 2 went out: 90 kB/s in and 2 B/s out now.",
        "Started by bash 700.",
    )
    assert {fact.label for fact in found.facts} >= {"serves", "client", "process"}
    assert copied == "nginx (10) serves 80 443; client of 1 port"


def test_a_client_alone_and_one_that_cannot_be_named() -> None:
    found, copied = explained([connection(owner=NGINX)], [])
    assert found.sentences[0] == "nginx (10, user dev) serves no port."
    assert copied.startswith("nginx (10) serves nothing")
    found, copied = explained([], [listener(process=None)])
    assert (
        "No process can be named: belongs to uid 33, backup.service; naming the process needs root."
        in found.sentences
    )
    assert copied.startswith("(belongs to uid 33")


def test_a_hostile_name_is_only_text() -> None:
    found, copied = explained([], [listener(process=HOSTILE)])
    assert all(text.isprintable() for text in (*found.sentences, copied))
