"""Which address each family leaves from, classified, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.loopback.sources import Kind, Source, kind_of, look_at_sources, src_select

FOUR = Source(4, "192.168.1.2", routes=("eth0",), interface="eth0", mtu=1500)


def six(address: str | None, routes: tuple[str, ...] | None = ("eth0",), **more: Any) -> Source:
    return Source(6, address, "" if address else "Network is unreachable", routes, "eth0", **more)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("2001:4860::1", Kind.GLOBAL), ("8.8.8.8", Kind.GLOBAL), ("10.0.0.1", Kind.PRIVATE),
        ("fd00::1", Kind.ULA), ("fe80::1", Kind.LINK_LOCAL), ("169.254.1.1", Kind.LINK_LOCAL),
        ("::1", Kind.LOOPBACK), ("127.0.0.1", Kind.LOOPBACK), ("2002:c000:201::1", Kind.SIX_TO_FOUR),
        ("2001:0:1::1", Kind.TEREDO), ("::", Kind.NONE), ("0.0.0.0", Kind.NONE),
    ],
)  # fmt: skip
def test_kinds_of_addresses(address: str, kind: Kind) -> None:
    assert kind_of(address) is kind


@pytest.mark.parametrize(
    ("source", "state", "words"),
    [
        (six("2001:4860::1"), "ok", "a global address"),
        (six("2001:4860::1", temporary=True), "ok", "a global address"),
        (six("2001:4860::1", deprecated=True), "warn", "a deprecated address"),
        (six("2001:4860::1", mtu=1200), "warn", "an MTU of 1200, too small"),
        (six("fd00::1"), "warn", "a unique local address"),
        (six("2002:c000:201::1"), "warn", "a 6to4 tunnel"),
        (six("2001:0:1::1"), "warn", "a Teredo tunnel"),
        (six("::1"), "fail", "packets would leave from ::1, a loopback address"),
        (six("fe80::1"), "fail", "packets would leave from fe80::1, a link-local address"),
        (six(None), "fail", "packets would leave from no address"),
        (six(None, ()), "info", "a way out only over IPv4"),
        (six("::1", ()), "info", "a way out only over IPv4"),
        (six(None, None), "info", "a way out only over IPv4"),
        (six("2001:4860::1", None), "ok", "a global address"),
    ],
)
def test_the_judgement(source: Source, state: str, words: str) -> None:
    finding = src_select(FOUR, source)
    assert (finding.state, words in finding.summary) == (state, True), finding
    assert "IPv4: 192.168.1.2 (private) on eth0, default route over eth0, MTU 1500" in finding.evidence


def test_ipv4_without_an_address_is_said_first() -> None:
    finding = src_select(Source(4, None, "Network is unreachable", ("eth0",)), six(None))
    assert finding.summary.startswith("a default route for IPv4 leads over eth0, but")


def test_a_machine_with_no_way_out_at_all() -> None:
    nowhere = Source(4, None, "Network is unreachable", ())
    assert src_select(nowhere, six(None, ())).summary == "this machine has a way out over neither family"


def test_marks_stand_in_the_evidence() -> None:
    marked = six("2001:4860::1", temporary=True, deprecated=True, mtu=1500)
    assert str(marked) == (
        "IPv6: 2001:4860::1 (global, temporary, deprecated) on eth0, default route over eth0, MTU 1500"
    )


def test_this_machine_is_looked_at() -> None:
    four, sixth = look_at_sources()
    assert (four.family, sixth.family) == (4, 6)
    for source in (four, sixth):
        assert (source.address is None) == bool(source.error)
        assert source.routes is not None
