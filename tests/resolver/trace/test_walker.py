"""The walk is bounded whatever servers say, and asks no more of them than it must."""

from __future__ import annotations

from collections.abc import Callable

import dns.message
import dns.name
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.resolver.trace.asking import Heard
from netmon.resolver.trace.hints import Hints, parse_hints
from netmon.resolver.trace.steps import Outcome, TraceStep
from netmon.resolver.trace.walker import Ask, Limits, Walker
from tests.resolver.trace.messages import NAME, response
from tests.resolver.trace.test_referral import LINES

START = "192.0.2.1"
Respond = Callable[[dns.name.Name, str], dns.message.Message | None]


def hints(servers: int = 1) -> Hints:
    lines = [f". NS s{n}.\ns{n}. A 192.0.2.{n + 1}" for n in range(servers)]
    return parse_hints("\n".join(lines), "file")


def asking(respond: Respond, log: list[tuple[str, str]]) -> Ask:
    """A world in which every server says the same; what is asked is logged."""

    def ask(address: str, name: dns.name.Name, kind: str) -> Heard:
        log.append((address, f"{name} {kind}"))
        message = respond(name, kind)
        return Heard(None) if message is None else Heard(message, 1.0, "udp")

    return ask


def answer(name: dns.name.Name, kind: str) -> dns.message.Message:
    return response(f"{name} 60 IN A 192.0.2.9", aa=True, name=name, kind=kind)


def test_one_server_that_helps_is_enough() -> None:
    log: list[tuple[str, str]] = []
    trace = Walker(hints(5), asking(answer, log)).trace(NAME, "A")
    assert trace.outcome is Outcome.ANSWER
    assert log == [(START, "www.ex.test. A")]
    assert trace.steps[0].delegated == 5


def test_on_request_every_server_is_asked() -> None:
    log: list[tuple[str, str]] = []
    trace = Walker(hints(5), asking(answer, log), every=True).trace(NAME, "A")
    assert len(log) == len(trace.steps[0].servers) == 5
    assert trace.steps[0].used == 0


def test_dead_servers_are_asked_more_and_more_at_once_and_only_once() -> None:
    log: list[tuple[str, str]] = []
    trace = Walker(hints(9), asking(lambda name, kind: None, log)).trace(NAME, "A")
    assert trace.outcome is Outcome.DEAD_END
    assert trace.detail == "no server of . could be used"
    assert sorted(address for address, _ in log) == sorted({address for address, _ in log})
    assert not trace.is_reached


def test_a_name_above_the_start_is_not_asked_for() -> None:
    log: list[tuple[str, str]] = []
    start = parse_hints("net. NS ns.net.\nns.net. A 192.0.2.1", "file")
    trace = Walker(start, asking(answer, log)).trace(NAME, "A")
    assert (trace.outcome, log, trace.steps) == (Outcome.OUTSIDE, [], ())


def test_servers_deep_below_other_servers_are_given_up() -> None:
    """Each name server needs one in yet another zone, and none of them ever ends."""

    def respond(name: dns.name.Name, kind: str) -> dns.message.Message:
        top = name.labels[-2].decode()
        return response(authority=f"{top}. 60 IN NS ns.{top}x.", name=name, kind=kind)

    log: list[tuple[str, str]] = []
    trace = Walker(hints(), asking(respond, log)).trace(NAME, "A")
    assert trace.outcome is Outcome.DEAD_END
    assert max(step.depth for step in trace.steps) == Limits().depth
    assert any(server.outcome is Outcome.TOO_LONG for step in trace.steps for server in step.servers)


def test_many_name_servers_that_do_not_exist_are_not_an_amplifier() -> None:
    """One referral to hundreds of names elsewhere costs the limit of questions, not hundreds of traces."""
    crowd = "\n".join(f"test. 60 IN NS ns.z{n}." for n in range(300))

    def respond(name: dns.name.Name, kind: str) -> dns.message.Message:
        if name.is_subdomain(dns.name.from_text("test.")):
            return response(authority=crowd, name=name, kind=kind)
        return response(
            authority=". 60 IN SOA a. b. 1 2 3 4 5", aa=True, rcode="NXDOMAIN", name=name, kind=kind
        )

    log: list[tuple[str, str]] = []
    limits = Limits(queries=40)
    trace = Walker(hints(), asking(respond, log), limits=limits).trace(NAME, "A")
    assert len(log) == 40
    assert trace.outcome in (Outcome.DEAD_END, Outcome.GIVEN_UP)


def test_a_user_who_gives_up_is_heeded() -> None:
    log: list[tuple[str, str]] = []
    trace = Walker(hints(), asking(answer, log), going=lambda: False).trace(NAME, "A")
    assert (trace.outcome, log) == (Outcome.GIVEN_UP, [])
    assert "the time was up" in trace.detail


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LINES, LINES, LINES, st.booleans()), min_size=1, max_size=6), st.booleans())
def test_any_world_comes_to_an_end_within_the_limits(
    world: list[tuple[str, str, str, bool]], every: bool
) -> None:
    log: list[tuple[str, str]] = []
    seen: list[TraceStep] = []
    limits = Limits(steps=20, queries=30, aliases=4, depth=2)

    def respond(name: dns.name.Name, kind: str) -> dns.message.Message:
        said, authority, additional, aa = world[len(log) % len(world)]
        return response(said, authority, additional, aa=aa, name=name, kind=kind)

    walker = Walker(hints(2), asking(respond, log), every=every, on_step=seen.append, limits=limits)
    trace = walker.trace(NAME, "A")
    assert len(log) <= limits.queries
    assert len(trace.steps) <= limits.steps + limits.depth + 1  # those under way are still told
    assert tuple(seen) == trace.steps
    assert (trace.outcome is Outcome.ANSWER) <= bool(trace.records)
