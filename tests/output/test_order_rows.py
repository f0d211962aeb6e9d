"""The rows of the orders of destinations."""

from __future__ import annotations

import json

from netmon.loopback.order.predict import examine_order
from netmon.loopback.order.view import Choice, OrderView
from netmon.output.order_rows import order_rows


def test_a_row() -> None:
    choice = Choice("Go", ("::1", "127.0.0.1"), "modelled", "RFC 6724")
    view = OrderView(
        "n", ("127.0.0.1", "::1"), ("::1", "127.0.0.1"), ("::1", "127.0.0.1"), (choice,), "rule 6", "", False
    )
    assert order_rows([view]) == [
        {
            "name": "n",
            "observed": ["127.0.0.1", "::1"],
            "glibc": ["::1", "127.0.0.1"],
            "rfc6724": ["::1", "127.0.0.1"],
            "decided": "rule 6",
            "agrees": False,
            "parts": "",
            "runtimes": [
                {"runtime": "Go", "order": ["::1", "127.0.0.1"], "rule": "RFC 6724", "known_by": "modelled"}
            ],
        }
    ]


def test_what_is_computed_has_no_observed_order() -> None:
    rows = {row["name"]: row for row in json.loads(json.dumps(order_rows(examine_order().views)))}
    pair = rows["any dual-stack name"]
    assert pair["observed"] is pair["agrees"] is None
    assert sorted(pair["glibc"]) == ["192.0.2.1", "2001:db8::1"]
    assert rows["localhost"]["observed"]
