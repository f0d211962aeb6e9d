"""CSV, read back."""

from __future__ import annotations

import csv
import io

import pytest

from netmon.model.process import OwnerReason
from netmon.output.csv_rows import CONNECTION_COLUMNS, PORT_COLUMNS, write_connections, write_ports
from tests.builders import HOSTILE, connection, listener, owner, process, state


def read(stream: io.StringIO) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


def test_connections_read_back() -> None:
    stream = io.StringIO()
    write_connections(stream, state(), [connection(), connection(process=None, protocol="udp")])
    first, second = read(stream)
    assert tuple(first) == CONNECTION_COLUMNS
    assert (first["local_address"], first["local_port"], first["remote_port"]) == ("10.0.0.5", "50000", "443")
    assert (first["pid"], first["process"], first["command"]) == ("4711", "curl", "curl --flag")
    assert (first["bytes_received"], first["rate_received"]) == ("90210", "45105.0")
    assert (second["pid"], second["uid"], second["unit"]) == ("", "33", "backup.service")
    assert (second["bytes_sent"], second["owner_reason"]) == ("", "other_user")
    assert second["bytes_reason"].startswith("not counted")


def test_a_listener_without_a_remote_end_leaves_it_empty() -> None:
    stream = io.StringIO()
    write_connections(stream, state(), [listener()])
    assert read(stream)[0]["remote_address"] == ""


def test_ports_read_back() -> None:
    stream = io.StringIO()
    write_ports(stream, state(listeners=[listener("[::]:8080"), listener("0.0.0.0:9", process=None)]))
    foreign, own = read(stream)
    assert tuple(own) == PORT_COLUMNS
    assert (own["port"], own["v6only"], own["reach_lan4"]) == ("8080", "false", "true")
    assert (own["owners"], own["backlog"]) == ("python3 (4711)", "128")
    assert (foreign["v6only"], foreign["uid"], foreign["pid"]) == ("", "33", "")


def test_a_watch_has_one_header() -> None:
    stream = io.StringIO()
    write_connections(stream, state(), [connection()])
    write_connections(stream, state(), [connection()], header=False)
    assert len(read(stream)) == 2
    assert {row["taken_at"] for row in read(stream)} == {"2026-07-01T12:00:00.000Z"}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "＝1", HOSTILE])
def test_a_strangers_formula_is_only_text(name: str) -> None:
    stream = io.StringIO()
    over = owner(reason=OwnerReason.CLOSED, former=[process(name)])
    write_connections(stream, state(), [connection(process=name), connection(owner=over)])
    write_ports(stream, state(listeners=[listener(process=name)]))
    first, second, *_ = read(stream)
    for cell in (first["process"], first["command"], first["owners"], second["former_owners"]):
        assert cell.startswith("'")
        assert cell.isprintable()


def test_only_strangers_text_is_marked() -> None:
    stream = io.StringIO()
    write_connections(stream, state(), [connection(rate_sent=-1.0, process="a=b")])
    (row,) = read(stream)
    assert (row["rate_sent"], row["process"]) == ("-1.0", "a=b")
