"""The cells of the tables of ports and of their holders."""

from __future__ import annotations

from typing import Any

from netmon.model.connection import Connection, Direction
from netmon.model.process import OwnerReason
from netmon.ports.by_process import ProcessSettings, by_process
from netmon.ports.view import PortRow, PortSettings, all_ports, arrange
from netmon.tui.columns import Moment
from netmon.tui.port_columns import holder_columns, port_columns
from tests.builders import NOW, TAKEN_AT, connection, listener, owner, process, state

MOMENT = Moment()
MOMENT.wall = TAKEN_AT.timestamp()


def rows(*listeners: Connection, **fields: Any) -> list[PortRow]:
    """The lines of the table."""
    return list(arrange(all_ports(state(listeners=listeners, **fields)), PortSettings()).rows)


def row(*arguments: Any, **fields: Any) -> PortRow:
    """One listener as the table has it."""
    (found,) = rows(listener(*arguments, **fields))
    return found


def cell(key: str, of: PortRow) -> str:
    """What a column says of a line."""
    return next(column.text(of).strip() for column in port_columns(MOMENT) if column.key == key)


def cells(key: str, *listeners: Connection, **fields: Any) -> list[str]:
    """What a column says of each line."""
    return [cell(key, each) for each in rows(*listeners, **fields)]


def test_a_port_stands_with_its_protocol() -> None:
    assert cell("port", row("0.0.0.0:8080")) == "8080/tcp"
    assert cell("port", row(socket={"receive_queue": 100})) == "8080/tcp ⚠"


def test_reach_is_a_full_or_an_empty_dot() -> None:
    loopback_only = row("127.0.0.1:8080")
    assert (cell("loopback4", loopback_only), cell("loopback6", loopback_only)) == ("●", "○")
    assert cell("lan4", loopback_only) == "○"


def test_an_unnamed_owner_comes_with_its_reason_once() -> None:
    foreign = row(owner=owner(reason=OwnerReason.OTHER_USER, uid=33, unit="backup.service"))
    assert cell("owner", foreign) == "(uid 33) backup.service: other user"
    assert cell("owner", row(owner=owner(reason=OwnerReason.KERNEL))).count("kernel") == 1
    assert cell("since", foreign) == "–"


def test_a_queue_above_half_is_marked() -> None:
    assert cell("queue", row(socket={"receive_queue": 17, "send_queue": 128})) == "17/128"
    assert cell("queue", row(socket={"receive_queue": 100, "send_queue": 128})) == "100/128 ▲"


def test_udp_has_no_accept_queue_but_says_what_it_lost() -> None:
    udp = row(protocol="udp", socket={"receive_queue": 2048, "drops": 1234})
    assert cell("queue", udp) == "2.0 kB"
    assert cell("note", udp) == "1,234 datagrams dropped"
    assert (cell("rate_received", udp), cell("rate_sent", udp)) == ("not", "counted")


def test_the_lines_of_a_port_with_two_sockets() -> None:
    both = listener("0.0.0.0:80", process=process("a", 1)), listener("[::]:80", process=process("b", 2))
    assert cells("port", *both) == ["80/tcp", "├", "└"]
    assert cells("owner", *both) == ["2 owners: a 1, b 2", "a 1 on 0.0.0.0", "b 2 on ::"]
    assert cells("address", *both) == ["0.0.0.0, ::", "0.0.0.0", "::"]
    assert cells("queue", *both) == ["0/256", "0/128", "0/128"]
    assert cells("range", *both) == ["well-known", "", ""]
    assert cells("lan6", *both) == ["●", "○", "●"]


def test_sockets_of_one_server_are_told_apart_by_address_those_on_one_address_by_process() -> None:
    nginx = process("nginx", 80)
    by_family = listener("0.0.0.0:80", process=nginx), listener("[::]:80", process=nginx)
    assert cells("owner", *by_family) == ["nginx 80", "on 0.0.0.0", "on ::"]
    workers = [listener("0.0.0.0:80", process=process("nginx", pid)) for pid in (81, 82)]
    assert cells("owner", *workers)[1:] == ["nginx 81 on 0.0.0.0", "nginx 82 on 0.0.0.0"]


def test_long_or_equal_addresses_are_counted_instead() -> None:
    long = listener("10.0.0.5:80"), listener("[2001:db8::5]:80")
    assert cells("address", *long)[0] == "2 sockets"
    assert cells("address", listener("0.0.0.0:80"), listener("0.0.0.0:80"))[0] == "2 sockets"


def test_users_are_named_each_once() -> None:
    held = [process("a", 1, user="dev"), process("b", 2, user="www"), process("c", 3, user="dev")]
    shown = [
        listener(f"{host}:80", process=each)
        for host, each in zip(("0.0.0.0", "[::]", "[::1]"), held, strict=True)
    ]
    assert cells("user", *shown)[0] == "dev, www"


def test_what_several_sockets_took_together_stands_in_parentheses() -> None:
    taken = connection(local="10.0.0.5:80", direction=Direction.INBOUND, process=process("worker", 99))
    shared = [listener("0.0.0.0:80", process=process("a", pid)) for pid in (1, 2)]
    assert cells("inbound", *shared, connections=[taken]) == ["1", "(1)", "(1)"]
    known = taken._replace(owner=shared[1].owner)
    assert cells("inbound", *shared, connections=[known]) == ["1", "0", "1"]


def test_a_port_that_is_gone_has_no_figures() -> None:
    gone = listener("0.0.0.0:80")._replace(closed_at=NOW - 5)
    (line,) = rows(gone_listeners=(gone,), started_at=NOW - 60)
    assert [cell(key, line) for key in ("queue", "inbound", "rate_received", "rate_sent")] == [""] * 4
    assert cell("note", line) == "✕ gone 5s ago"
    assert {cell(source, line) for source in ("loopback4", "loopback6", "lan4", "lan6")} == {""}


def test_a_folded_line_says_how_many_and_nothing_else() -> None:
    many = [listener("0.0.0.0:80", process=process("a", pid)) for pid in range(1, 12)]
    _, folded = rows(*many)
    said = {column.key: column.text(folded).strip() for column in port_columns(MOMENT)}
    assert {key: text for key, text in said.items() if text} == {
        "port": "└ …",
        "owner": "11 sockets, Enter shows them",
    }


def test_a_client_is_told_from_a_server() -> None:
    client = [connection(local=f"10.0.0.5:{port}", process="curl") for port in range(50000, 50005)]
    shown = by_process(
        state(client, [listener("0.0.0.0:80", process=process("nginx", 1))]), ProcessSettings()
    )
    said = [[column.text(each) for column in holder_columns()] for each in shown.rows]
    assert said[0][:6] == ["nginx 1", "dev", "80", "–", "", "0"]
    assert said[1][2:7] == ["–", "5: 50000 50001 50002 …", "", "0", "5"]
