"""What is worth knowing of a port whether it can be bound or not."""

from __future__ import annotations

import errno
from typing import Any

from netmon.collectors.namespaces import ForeignListener
from netmon.collectors.port_rules import PortRules
from netmon.model.endpoint import Endpoint
from netmon.model.process import Process
from netmon.ports.answer.causes import Bind, Cause, CauseKind
from netmon.ports.answer.ground import Ground
from netmon.ports.answer.remarks import notes, reserve
from netmon.ports.bind_probe import Attempt
from tests.ports.asking import LOOP4, LOOP6


def ground(**fields: Any) -> Ground:
    values: dict[str, Any] = {
        "port": 8080, "protocol": "tcp", "held": False, "binds": (), "elsewhere": (), "rules": PortRules(),
        "ephemeral": (32768, 60999), "uid": 0, **fields,
    }  # fmt: skip
    return Ground(**values)


def foreign(process: Process | None, resident: Process | None) -> ForeignListener:
    return ForeignListener("tcp", Endpoint("0.0.0.0", 8080), 101, 4242, 77, process, resident)


def test_there_is_nothing_to_say_of_an_ordinary_port() -> None:
    assert list(notes(ground())) == []


def test_where_a_held_port_is_still_free() -> None:
    binds = (
        Bind(Attempt(LOOP4, False, errno.EADDRINUSE), Cause(CauseKind.HELD)),
        Bind(Attempt(LOOP6, False, None), None),
    )
    (told,) = notes(ground(held=True, binds=binds))
    assert (told.check, told.summary) == (
        "bind-partly-free",
        "8080/tcp is held, but can still be bound on ::1.",
    )
    assert list(notes(ground(held=True, binds=binds[:1]))) == []


def test_what_takes_so_reuseaddr_is_shared_over_udp_and_free_over_tcp() -> None:
    binds = (
        Bind(Attempt(LOOP4, False, errno.EADDRINUSE), Cause(CauseKind.HELD)),
        Bind(Attempt(LOOP4, True, None), None),
    )
    (told,) = notes(ground(held=True, binds=binds, protocol="udp"))
    assert told.check == "bind-shared"
    assert told.summary.startswith("Another program can bind 8080/udp too on 127.0.0.1, with SO_REUSEADDR")
    (told,) = notes(ground(held=True, binds=binds))
    assert told.check == "bind-partly-free"


def test_a_port_that_may_be_lent_and_one_that_may_not() -> None:
    (lent,) = notes(ground(port=40000))
    assert (lent.check, lent.fix) == ("ephemeral-range", reserve(ground(port=40000)))
    (reserved,) = notes(ground(port=40000, rules=PortRules(reserved=((40000, 40000),))))
    assert reserved.check == "port-reserved"
    taken = Bind(Attempt(LOOP4, False, errno.EADDRINUSE), Cause(CauseKind.OUTGOING))
    assert list(notes(ground(port=40000, binds=(taken,)))) == []


def test_who_listens_in_another_namespace_or_lives_there() -> None:
    nginx, pause = Process(80, "nginx", unit="docker:0123"), Process(70, "pause")
    (told,) = notes(ground(elsewhere=(foreign(nginx, pause),)))
    assert told.summary.endswith("namespace: nginx (80), docker:0123.")
    assert told.fix == "Look from inside: nsenter -t 80 -n ss -Htln sport = :8080"
    (told,) = notes(ground(elsewhere=(foreign(None, pause), foreign(None, pause))))
    assert told.summary.endswith("namespace: a process of uid 101 in that of pause (70).")
    (told,) = notes(ground(elsewhere=(foreign(None, None),)))
    assert told.summary.endswith("namespace: a process of uid 101.")
    assert told.fix == ""
