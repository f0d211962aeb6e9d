"""What there is to say of some ports as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TextIO

from netmon.collectors.namespaces import ForeignListener
from netmon.engine.state import State
from netmon.model.process import Process
from netmon.output.json_lines import envelope, write_object
from netmon.output.rows import Row, connection_row, port_rows, process_row, timestamp
from netmon.ports.answer.causes import Bind
from netmon.ports.answer.port_answer import Holder, PortAnswer


def write_port_answers(stream: TextIO, state: State, answers: Sequence[PortAnswer]) -> None:
    """Write the answers as one object, an entry for each port and protocol."""
    rows = [answer_row(answer, state) for answer in answers]
    write_object(stream, {**envelope("port", state), "ports": rows})


def answer_row(answer: PortAnswer, state: State) -> Row:
    """One answer as the public interface has it."""
    return {
        "port": answer.port,
        "protocol": answer.protocol,
        "address": answer.address,
        "service": answer.service,
        "range": answer.range,
        "held": answer.held,
        "verdict": answer.verdict.value,
        "sockets": port_rows(state, [found.listener for found in answer.sockets]),
        "holders": [_holder_row(holder) for holder in answer.holders],
        "connections": [connection_row(connection, state) for connection in answer.connections],
        "bind": [_bind_row(bind) for bind in answer.binds],
        "other_namespaces": [_foreign_row(one) for one in answer.elsewhere],
        "findings": [finding._asdict() for finding in answer.findings],
    }


def _holder_row(holder: Holder) -> Row:
    return {
        **_process(holder.process),
        "cwd": holder.directory,
        "started_at": _moment(holder.process.started_at),
        "ancestors": [_process(ancestor) for ancestor in holder.ancestors],
        "supervisor": holder.supervisor._asdict() if holder.supervisor else None,
    }


def _bind_row(bind: Bind) -> Row:
    attempt = bind.attempt
    return {
        "address": attempt.place.address,
        "v6only": attempt.place.v6only,
        "reuse_address": attempt.reuse_address,
        "can_bind": attempt.can_bind,
        "error": attempt.error_name,
        "cause": bind.cause.kind.value if bind.cause else None,
    }


def _foreign_row(one: ForeignListener) -> Row:
    return {
        "protocol": one.protocol,
        "address": one.local.address,
        "port": one.local.port,
        "uid": one.uid,
        "inode": one.inode,
        "namespace": one.namespace,
        "process": _process(one.process) if one.process else None,
        "resident": _process(one.resident) if one.resident else None,
    }


def _process(process: Process) -> Row:
    return process_row(process, process.unit)


def _moment(epoch_s: float | None) -> str | None:
    return None if epoch_s is None else timestamp(datetime.fromtimestamp(epoch_s, UTC))
