"""Answers about ports that were not asked: for what is made of them."""

from __future__ import annotations

from typing import Any

from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.process import Process
from netmon.ports.answer.port_answer import Holder, PortAnswer
from netmon.ports.listeners import listening
from netmon.ports.supervisor import supervisor_of
from tests.builders import TAKEN_AT, connection, listener, process, state

BASH, TMUX = Process(5100, "bash", ("bash",)), Process(4000, "tmux: server")
PYTHON = process(
    "python3", 5120, command=("python3", "-m", "http.server"), started_at=TAKEN_AT.timestamp() - 3700
)


def holder(held: Process = PYTHON, directory: str | None = "/home/dev/site") -> Holder:
    """A process that was started in a shell under tmux."""
    ancestors = (BASH, TMUX, Process(1, "systemd"))
    return Holder(held, directory, ancestors, supervisor_of(held, ancestors))


def client(number: int, **fields: Any) -> Connection:
    """An inbound connection to port 8080."""
    settings = {"direction": Direction.INBOUND, "process": PYTHON, **fields}
    return connection(f"10.0.0.9:{50000 + number}", local="10.0.0.5:8080", **settings)


def held(*clients: Connection, **fields: Any) -> tuple[PortAnswer, State]:
    """8080/tcp in the hands of a web server, and the state that says so."""
    server = fields.pop("server", listener(process=PYTHON))
    now = state(list(clients), [server])
    values = {"sockets": tuple(listening(now)), "holders": (holder(),), "connections": clients, **fields}
    return answer(**values), now


def answer(**fields: Any) -> PortAnswer:
    """8080/tcp, in nobody's hands unless told otherwise."""
    values: dict[str, Any] = {
        "port": 8080, "protocol": "tcp", "address": None, "service": "http-alt", "range": "registered",
        "sockets": (), "holders": (), "connections": (), "binds": (), "elsewhere": (), "findings": (),
        **fields,
    }  # fmt: skip
    return PortAnswer(**values)
