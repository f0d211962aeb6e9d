"""A port and its sockets in sentences."""

from __future__ import annotations

from typing import Any

from netmon.engine.explain import Fact
from netmon.engine.listener_log import local_end
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.ports.view import PortRow, PortSettings, all_ports, arrange
from netmon.ports.words import Telling, copied_port, explain_port
from tests.builders import HOSTILE, NOW, connection, listener, owner, process, state


def rows(*listeners: Connection, **fields: Any) -> tuple[list[PortRow], State]:
    shown = state(listeners=listeners, **fields)
    return list(arrange(all_ports(shown), PortSettings()).rows), shown


def said(*listeners: Connection, line: int = 0, **fields: Any) -> str:
    found, shown = rows(*listeners, **fields)
    return " ".join(explain_port(found[line], shown).sentences)


def test_a_port_with_one_socket_is_that_socket_and_what_came_to_it() -> None:
    taken = connection(
        local="10.0.0.5:8080", direction=Direction.INBOUND, rate_received=2000.0, rate_sent=1.0
    )
    text = said(listener("0.0.0.0:8080", process=process("python3", 51)), connections=[taken])
    assert text.startswith("python3 (51, user dev) listens on 0.0.0.0:8080 (http-alt).")
    assert "1 inbound connection is open: 2.0 kB/s in and 1 B/s out now." in text
    assert "No inbound connection is open." in said(listener())
    unknown = taken._replace(rate_received=None, rate_sent=None)
    assert "their rates are unknown" in said(listener(), connections=[unknown, unknown])


def test_a_port_with_several_sockets_of_one_owner() -> None:
    worker = [owner(process("nginx", pid)) for pid in (1, 2)]
    text = said(
        *(listener(f"{host}:80", owner=held) for host, held in zip(("0.0.0.0", "[::]"), worker, strict=True))
    )
    assert "2 owners" in text  # nothing says that they belong together
    both = owner(*(each.processes[0] for each in worker))
    text = said(listener("0.0.0.0:80", owner=both), listener("[::]:80", owner=both))
    assert text.startswith("nginx (1, user dev) with 1 other process hold port 80/tcp with 2 sockets.")
    assert "It is bound to 0.0.0.0, ::." in text
    assert "the backlogs add up to 256" in text


def test_strangers_are_named_each() -> None:
    text = said(listener("0.0.0.0:80", process="nginx"), listener("[::]:80", process=process("node", 9)))
    assert text.startswith(
        "Port 80/tcp is held by 2 owners with 2 sockets: nginx (4711, user dev); node (9, user dev)."
    )


def test_one_of_several_sockets_is_explained_as_itself() -> None:
    text = said(listener("0.0.0.0:80"), listener("[::]:80", process=process("node", 9)), line=2)
    assert text.startswith("node (9, user dev) listens on [::]:80.")


def test_drift_in_words() -> None:
    local = listener("127.0.0.1:80", first_seen_at=NOW - 100)
    wide = listener("0.0.0.0:80", first_seen_at=NOW - 60)
    first: dict[str, Any] = {"first_listeners": frozenset({local_end(local.socket)}), "started_at": NOW - 100}
    assert "It was opened to other addresses 1 minute ago: before, it was bound to 127.0.0.1 only." in said(
        wide, **first
    )
    assert "It is new: nothing was bound to the port when netmon started; it appeared 1 minute ago." in said(
        wide, started_at=NOW - 100
    )
    gone = wide._replace(closed_at=NOW - 120)
    there: dict[str, Any] = {"first_listeners": frozenset({local_end(gone.socket)}), "started_at": NOW - 100}
    assert said(gone_listeners=(gone,), **there).startswith(
        "Nothing is bound to port 80/tcp any more: it went 2 minutes ago. It last was so: python3"
    )
    before: dict[str, Any] = {"first_listeners": frozenset({local_end(wide.socket)}), "started_at": NOW - 100}
    assert "It was withdrawn from other machines since netmon started" in said(local, **before)


def test_a_server_on_a_port_that_the_kernel_lends_is_warned_of_it() -> None:
    assert "may be taken" in said(listener("0.0.0.0:40000"))
    assert "may be taken" not in said(listener("0.0.0.0:8080"))
    found, shown = rows(listener("0.0.0.0:8080"))
    facts = {fact.label: fact.value for fact in explain_port(found[0], shown).facts}
    assert facts["range"] == "registered; ephemeral here are 32768 to 60999"


def test_more_can_be_told_of_every_port() -> None:
    def teller(row: PortRow, state: State) -> Telling:
        return ("A firewall stands before it.\x1b", None), (Fact("firewall", "nft", "nft list"),)

    found, shown = rows(listener())
    explained = explain_port(found[0], shown, tellers=(teller,))
    assert explained.sentences[-1].startswith("A firewall stands before it.")
    assert explained.facts[-1].label == "firewall"
    assert all(sentence.isprintable() for sentence in explained.sentences)


def test_hostile_names_are_cleaned_and_copied_as_text() -> None:
    hostile = [listener("0.0.0.0:80", process=HOSTILE), listener("[::]:80", process=process(HOSTILE, 9))]
    found, shown = rows(*hostile)
    explained = explain_port(found[0], shown)
    assert all(
        text.isprintable() for text in (*explained.sentences, *(fact.value for fact in explained.facts))
    )
    copied = copied_port(found[0], shown)
    assert copied.isprintable()
    assert "0.0.0.0:80" in copied
    assert "[::]:80" in copied
    assert "[::]:80" not in copied_port(found[1], shown)
