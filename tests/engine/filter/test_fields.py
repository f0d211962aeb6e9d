"""Which part of a connection each field names."""

from __future__ import annotations

import pytest

from netmon.engine.filter.fields import field_regex, field_values
from tests.builders import connection, owner, process

ROW = connection(
    "203.0.113.7:443",
    owner=owner(process("nginx", 10, uid=33, user="www-data"), process("nginx", 11), unit="nginx.service"),
)
FIELDS = {
    "proc": "nginx",
    "pid": "11",
    "user": "www-data",
    "unit": "nginx.service",
    "port": "443",
    "lport": "50000",
    "rport": "443",
    "addr": "10.0.0.5",
    "laddr": "10.0.0.5",
    "raddr": "203.0.113.7",
    "state": "established",
    "dir": "outbound",
    "proto": "tcp",
}


@pytest.mark.parametrize(("field", "value"), FIELDS.items())
def test_a_field_has_its_value_and_its_expression(field: str, value: str) -> None:
    assert field_values(field, [value])(ROW)
    assert field_regex(field, f"^{value}$")(ROW)
    assert not field_regex(field, "^never$")(ROW)


@pytest.mark.parametrize(
    ("field", "value"),
    [("lport", "443"), ("rport", "50000"), ("laddr", "203.0.113.7"), ("raddr", "10.0.0.5"), ("pid", "1")],
)
def test_the_two_ends_are_told_apart(field: str, value: str) -> None:
    assert not field_values(field, [value])(ROW)


def test_several_values_are_alternatives() -> None:
    assert field_values("port", ["22", "443"])(ROW)
    assert field_values("state", ["time_wait", "estab"])(ROW)
    assert not field_values("port", ["22", "23"])(ROW)


def test_without_a_remote_end_nothing_matches_one() -> None:
    row = connection(None)
    assert not field_values("rport", ["443"])(row)
    assert not field_values("raddr", ["0.0.0.0/0"])(row)
    assert field_values("port", ["50000"])(row)


def test_an_unknown_field_is_told_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no field 'color'.* proc pid "):
        field_values("color", ["red"])
    with pytest.raises(ValueError, match="no field"):
        field_regex("", "x")
