"""The view of the ports: what it says in a line, and where its rows lead."""

from __future__ import annotations

from typing import Any

from netmon.ports.view import PortSettings, all_ports, arrange
from netmon.tui.columns import Moment
from netmon.tui.port_panes.listeners import ListenersPane, headline
from netmon.tui.tabs.base import Place
from tests.builders import NOW, listener, process, state


def head(*listeners: Any, **fields: Any) -> str:
    return headline([row.group for row in all_ports(state(listeners=listeners, **fields)).rows]).plain


def test_the_headline_says_what_came_and_went_and_how_many_sockets_there_are() -> None:
    gone = listener("0.0.0.0:80")._replace(closed_at=NOW - 5)
    both = listener("0.0.0.0:90", first_seen_at=NOW - 5), listener("[::]:90", first_seen_at=NOW - 5)
    assert head(*both, gone_listeners=(gone,), started_at=NOW - 60) == (
        " PORTS  1 port · 1 open to other machines · + 1 new · ✕ 1 gone · 2 sockets"
    )
    assert head() == " PORTS  0 ports · 0 open to other machines"


def test_a_row_leads_to_its_connections_unless_it_is_gone() -> None:
    pane = ListenersPane(Moment())
    (row,) = pane.gather(state(listeners=[listener()])).rows
    assert pane.connections_of(row) == Place(text="lport:8080 proto:tcp dir:in", view="split")
    gone = listener()._replace(closed_at=NOW - 5)
    (row,) = pane.gather(state(gone_listeners=(gone,), started_at=0.0)).rows
    assert pane.connections_of(row) == "Nothing is bound to port 8080/tcp any more."
    assert pane.kind_of(row) == "closing"


def test_a_row_is_found_also_where_it_is_filtered_out_or_folded() -> None:
    pane = ListenersPane(Moment())
    workers = [listener("0.0.0.0:80", process=process("nginx", pid)) for pid in range(1, 20)]
    gathered = pane.gather(state(listeners=workers))
    found = pane.as_now(workers[7].key, gathered)
    assert found is not None
    assert found.socket is not None
    assert found.socket.listener is workers[7]
    assert pane.as_now("nobody", gathered) is None


def test_enter_opens_a_folded_line_and_folding_closes_it_again() -> None:
    pane = ListenersPane(Moment())
    workers = [listener("0.0.0.0:80", process=process("nginx", pid)) for pid in range(1, 20)]
    gathered = pane.gather(state(listeners=workers))
    port, folded = arrange(gathered, PortSettings()).rows
    assert not pane.opens(port)
    assert pane.opens(folded)
    assert len(pane.pick(gathered, pane.settings).rows) == 20
    pane.fold()
    assert len(pane.pick(gathered, pane.settings).rows) == 1
    pane.fold()
    assert len(pane.pick(gathered, pane.settings).rows) == 2


def test_a_port_that_was_lent_to_a_client_is_dim() -> None:
    moment = Moment()
    moment.started = NOW
    pane = ListenersPane(moment)
    bound = [listener("0.0.0.0:53", protocol="udp"), listener("0.0.0.0:40000", protocol="udp")]
    assert [pane.kind_of(row) for row in pane.gather(state(listeners=bound)).rows] == ["", "dim"]
