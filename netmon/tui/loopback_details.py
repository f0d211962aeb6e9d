"""What Enter tells of a check, and of a listener called as localhost."""

from __future__ import annotations

from collections.abc import Sequence

from netmon.engine.explain import Explanation, Fact
from netmon.loopback.listeners import PortVerdict
from netmon.model.endpoint import Endpoint
from netmon.model.finding import Finding
from netmon.model.text import clean
from netmon.tui.loopback_columns import holders, listens_on, state_word


def explain_finding(finding: Finding) -> Explanation:
    """A check: what it found, what that means, what to do; then what was seen and where it is written."""
    step = f"→ {finding.fix}" if finding.fix else ""
    sentences = (f"{state_word(finding)}: {finding.summary}", finding.why, step)
    facts = (
        Fact("seen", finding.evidence, "this check"),
        Fact("check", finding.check, "netmon"),
        Fact("reference", finding.reference, ""),
    )
    return Explanation(
        tuple(clean(sentence) for sentence in sentences if sentence),
        tuple(fact._replace(value=clean(fact.value)) for fact in facts if fact.value),
        ("check", finding.check),
    )


def explain_listener(row: PortVerdict, order: Sequence[str]) -> Explanation:
    """A listener: who it is, whether localhost leads to it, and by which addresses it is reached."""
    sentences = (
        f"{holders(row)} listens on port {row.port}",
        f"Called as localhost: {row.answers}.",
        f"R races to port {row.port}: who answers, how fast, and what falling back costs.",
    )
    reached = ", ".join(row.works) or "none that localhost can mean"
    facts = (
        Fact("listens on", listens_on(row), "its sockets"),
        Fact("answers", reached, "its sockets"),
        Fact("localhost", ", then ".join(order) or "no loopback address", "getaddrinfo(3)"),
    )
    return Explanation(sentences, facts, ("listener", row.port))


def race_target(row: PortVerdict, order: Sequence[str]) -> str:
    """Where to race to: localhost's addresses in order, then others by which the listener answers."""
    return " ".join(str(Endpoint(address, row.port)) for address in dict.fromkeys((*order, *row.works)))
