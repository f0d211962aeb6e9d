"""Port ranges, with the kernel's own ephemeral ports."""

from __future__ import annotations

import pytest

from netmon.model.port_range import port_range


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        (1, "well-known"),
        (1023, "well-known"),
        (1024, "registered"),
        (32767, "registered"),
        (32768, "ephemeral"),
        (60999, "ephemeral"),
        (61000, "registered"),
    ],
)
def test_the_edges(port: int, expected: str) -> None:
    assert port_range(port, ephemeral=(32768, 60999)) == expected


def test_an_ephemeral_range_from_the_bottom_leaves_the_well_known_ports() -> None:
    assert port_range(80, ephemeral=(1, 65535)) == "well-known"
    assert port_range(8080, ephemeral=(1, 65535)) == "ephemeral"
