"""A chain of trust for people, at 80 columns: the verdict, each step as a line, the records, the findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from netmon.model.units import format_rtt
from netmon.output.finding_text import WIDTH, finding_lines, wrapped
from netmon.output.layout import terminal_width, write_line
from netmon.resolver.dnssec.verdict import SYMBOLS, SignatureSeen, StepKind, Trust, TrustStatus, TrustStep

_HEAD = 16
"""Columns of a symbol and the longest word."""
_INDENT = " " * _HEAD


def write_text(stream: TextIO, trust: Trust) -> None:
    """Write the verdict, then what it rests on."""
    width = min(terminal_width(stream) or WIDTH, 100)
    for line in _lines(trust, width):
        write_line(stream, line)


def _lines(trust: Trust, width: int) -> Iterator[str]:
    yield from wrapped(
        f"{SYMBOLS[trust.status]} {trust.name} {trust.type} is {trust.status}: {trust.reason}",
        width,
        "",
        "  ",
    )
    yield ""
    for step in trust.steps:
        yield from step_lines(step, width)
    if trust.records:
        yield ""
    for record in trust.records:
        yield from wrapped(f"{record.name}  {record.ttl}  {record.type}  {record.data}", width, "", "    ")
    told = [finding for finding in trust.findings if finding.summary != trust.reason or finding.fix]
    if told:
        yield ""
    yield from finding_lines(told, width)


def step_lines(step: TrustStep, width: int) -> Iterator[str]:
    """A step: symbol, word and sentence; below, what it rests on or fails by."""
    took = "" if step.ms is None else f" ({format_rtt(round(step.ms * 1000))})"
    head = f"{SYMBOLS[step.status]} {step.status:<{_HEAD - 3}} "
    yield from wrapped(f"{step.summary}{took}", width, head, _INDENT)
    for text in _details(step):
        yield from wrapped(text, width, f"{_INDENT}· ", f"{_INDENT}  ")


def _details(step: TrustStep) -> Iterator[str]:
    if step.status is TrustStatus.BOGUS:
        yield from (f"DS {each.tag} {each.note}" for each in step.digests if each.note)
        yield from map(signature_text, step.signatures)
    if step.kind is not StepKind.SAME_ZONE:  # most names are no zone: that needs no more than a line
        yield from step.basis


def signature_text(seen: SignatureSeen) -> str:
    """A signature in one line: of what, by which key, from when to when, and what is wrong with it."""
    times = f"{seen.inception:%Y-%m-%d %H:%M} to {seen.expiration:%Y-%m-%d %H:%M} UTC"
    key = f"key {seen.tag} of {seen.signer} ({seen.algorithm})"
    text = f"signature of {seen.covers} of {seen.owner} by {key}, {times}"
    return f"{text}: {seen.note}" if seen.note else text
