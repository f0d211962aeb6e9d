"""JSON, read back."""

from __future__ import annotations

import io
import json

from netmon.engine.state import Coverage
from netmon.model.snapshot import Degradation
from netmon.output.json_lines import write_connections, write_object, write_ports
from tests.builders import HOSTILE, connection, listener, state


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_envelope_of_connections() -> None:
    stream = io.StringIO()
    missing = Degradation("owners", "no root", "run with sudo")
    shown = state(degradations=(missing,), coverage=Coverage(1, 2, 3, 4), lost_events=5)
    write_connections(stream, shown, [connection(), connection()])
    body = json.loads(stream.getvalue())
    assert list(body)[:3] == ["schema", "taken_at", "source"]
    assert body["schema"] == "netmon/connections/1"
    assert body["taken_at"] == "2026-07-01T12:00:00.000Z"
    assert (body["source"], body["privileged"], body["lost_events"]) == ("sock_diag", False, 5)
    assert body["coverage"] == {"sockets_owned": 1, "sockets": 2, "bytes_owned": 3, "bytes": 4}
    assert body["degradations"] == [{"subject": "owners", "reason": "no root", "remedy": "run with sudo"}]
    assert len(body["connections"]) == 2


def test_the_envelope_of_ports() -> None:
    stream = io.StringIO()
    write_ports(stream, state(listeners=[listener()]))
    body = json.loads(stream.getvalue())
    assert body["schema"] == "netmon/ports/1"
    assert [row["port"] for row in body["ports"]] == [8080]


def test_a_watch_is_one_object_a_line_even_on_a_terminal() -> None:
    stream = Terminal()
    for _ in range(3):
        write_connections(stream, state(), [connection(process=HOSTILE)], watch=True)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert all(json.loads(line)["connections"][0]["owner"]["name"] == HOSTILE for line in lines)


def test_only_a_terminal_gets_indentation() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        write_object(stream, {"a": [1]})
    assert terminal.getvalue() == '{\n  "a": [\n    1\n  ]\n}\n'
    assert pipe.getvalue() == '{"a": [1]}\n'


def test_hostile_text_is_escaped() -> None:
    stream = Terminal()
    write_object(stream, {"name": HOSTILE + "\x9b"}, watch=True)
    assert stream.getvalue().isascii()
    assert stream.getvalue().rstrip("\n").isprintable()
    assert json.loads(stream.getvalue())["name"] == HOSTILE + "\x9b"
