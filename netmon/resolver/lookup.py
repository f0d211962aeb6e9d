"""Asks the resolvers of this machine (or others) for a name, all types at once, within one deadline.

dnspython costs 100 ms to import, so each function of this package imports what it needs of it: call them
off the UI thread.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Answer, Configuration, Lookup
from netmon.resolver.plain.exchange import Budget, NoAnswerError, exchange
from netmon.resolver.questions import BadNameError, questions
from netmon.resolver.system.configuration import configuration

if TYPE_CHECKING:
    import dns.name

TYPES = ("A", "AAAA", "CNAME", "NS")
TIMEOUT_S = 5.0


def lookup(
    name: str,
    types: Sequence[str] = TYPES,
    timeout_s: float = TIMEOUT_S,
    servers: Sequence[Endpoint] | None = None,
    *,
    search: Sequence[str] | None = None,
    stop: Event | None = None,
) -> Lookup:
    """Everything that `servers` say of `name`; blocks for at most about `timeout_s` seconds.

    Args:
        name: a name (IDN too), or an address, which asks for its PTR whatever `types` are.
        types: asked at the same time; the first name of the search list that exists answers all.
        timeout_s: for everything together.
        servers: asked in order until one answers; None for those of this machine.
        search: suffixes for short names; None for those of this machine, or none beside `servers`.
        stop: set it to give up early.
    """
    asked = clean(name.strip(), 255)
    system = Configuration(tuple(servers)) if servers is not None else configuration()
    if system.error is not None:
        return Lookup(asked, None, error=system.error)
    try:
        kinds, names = questions(name, types, system.search if search is None else search, system.ndots)
    except BadNameError as error:
        return Lookup(asked, None, servers=system.servers, error=str(error))
    if not system.servers:
        return Lookup(asked, None, error="no nameservers: there is nobody to ask")
    budget = Budget(time.monotonic() + timeout_s, stop or Event())
    final, results = _search(names, kinds, system.servers, budget)
    tried = tuple(other for other in results if other != final)
    return Lookup(asked, final, results[final], system.servers, tried)


def _search(
    names: Sequence[dns.name.Name], kinds: Sequence[str], servers: Sequence[Endpoint], budget: Budget
) -> tuple[str, dict[str, tuple[Answer, ...]]]:
    """The first of `names` that exists for any type, and the answers for each that was asked."""
    results: dict[str, tuple[Answer, ...]] = {}
    with ThreadPoolExecutor(max_workers=max(1, len(kinds)), thread_name_prefix="lookup") as pool:
        for name in names:
            jobs = [pool.submit(_ask, name, kind, servers, budget) for kind in kinds]
            answers = results[clean(name.to_text())] = tuple(job.result() for job in jobs)
            if any(answer.rcode != "NXDOMAIN" for answer in answers):
                return clean(name.to_text()), results
    # None exists: speak of the name as it was typed, the one without a suffix.
    return clean(min(names, key=len).to_text()), results


def _ask(name: dns.name.Name, kind: str, servers: Sequence[Endpoint], budget: Budget) -> Answer:
    """Ask each server in turn, silent ones again, until one knows or the time is up."""
    waiting = list(servers)
    failures: dict[Endpoint, str] = {}
    worse: Answer | None = None
    while waiting and budget.left():
        server = waiting.pop(0)
        try:
            answer = exchange(name, kind, server, budget)
        except NoAnswerError as error:
            failures[server] = str(error)
            if error.again:
                waiting.append(server)
            continue
        if answer.rcode in ("NOERROR", "NXDOMAIN"):
            return answer
        worse = worse or answer
    if worse is not None:
        return worse
    if not failures:
        return Answer(kind, error="not asked: the time was up before a server could be")
    return Answer(kind, error="no answer: " + ", ".join(f"{who} {what}" for who, what in failures.items()))
