"""Where names of hosts are looked up, and in which order (nsswitch.conf(5)): the check `nss-order`."""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

from netmon.loopback.files import FileText
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean

PATH = "/etc/nsswitch.conf"

_CHECK, _REFERENCE = "nss-order", "nsswitch.conf(5)"
_LINE = re.compile(r"\s*hosts\s*:(.*)", re.IGNORECASE)
_TOKEN = re.compile(r"\[([^\]]*)\]|([^\s\[\]]+)")
_LOCAL = ("files", "resolve", "myhostname", "db")
"""Sources that know localhost without asking another machine; `resolve` reads the hosts file itself."""
_MAX_SOURCES = 64


class Lookup(NamedTuple):
    """One source of names, and what is done with its answers."""

    service: str
    actions: tuple[str, ...] = ()
    """As written between the brackets behind it, such as `NOTFOUND=return`."""

    def __str__(self) -> str:
        return " ".join((self.service, *(f"[{action}]" for action in self.actions)))

    @property
    def ends(self) -> bool:
        """Whether it keeps the sources behind it from being asked for what it does not know."""
        words = " ".join(self.actions).upper().split()
        return "NOTFOUND=RETURN" in words or any(
            word.startswith("!") and word.endswith("=RETURN") and word != "!NOTFOUND=RETURN" for word in words
        )


def parse_nsswitch(text: str) -> tuple[Lookup, ...] | None:
    """The sources of the `hosts:` line in order, or None where there is no such line."""
    for line in text.split("\n"):
        if match := _LINE.match(line.partition("#")[0]):
            return _sources(match[1])
    return None


def _sources(line: str) -> tuple[Lookup, ...]:
    found: list[Lookup] = []
    for action, service in _TOKEN.findall(line):
        if service:
            found.append(Lookup(clean(service.lower(), 64)))
        elif found:  # an action in front of everything belongs to nothing
            found[-1] = found[-1]._replace(actions=(*found[-1].actions, clean(action.strip(), 64)))
    return tuple(found[:_MAX_SOURCES])


def nss_order(file: FileText) -> Finding:
    """The judgement on the order of sources: is localhost known before another machine is asked?"""
    if sys.platform != "linux":
        what = "this system does not look names up by nsswitch.conf"
        return Finding(_CHECK, FindingState.UNKNOWN, what, reference=_REFERENCE)
    if file.text is None and not file.missing:
        return Finding(_CHECK, FindingState.UNKNOWN, f"{file.path} could not be read: {file.error}")
    sources = parse_nsswitch(file.text or "")
    if not sources:
        evidence = f"{file.path}: " + ("no hosts line" if file.text is not None else "no such file")
        what = "the C library's own order applies: the hosts file, then DNS"
        return Finding(_CHECK, FindingState.OK, what, evidence, reference=_REFERENCE)
    state, summary, why = _judge(sources)
    evidence = f"{file.path}: hosts: {' '.join(map(str, sources))}"
    fix = "" if state is FindingState.OK else f"Let the line in {file.path} begin `hosts: files`."
    return Finding(_CHECK, state, summary, evidence, why, fix, _REFERENCE)


def _judge(sources: tuple[Lookup, ...]) -> tuple[FindingState, str, str]:
    """State, summary and why."""
    services = [source.service for source in sources]
    remote = "Names that should never leave the machine are asked of a resolver."
    if not set(services) & set(_LOCAL):
        return FindingState.FAIL, "the hosts file is never looked at", remote
    if "files" not in services:
        return FindingState.WARN, f"the hosts file is left to `{services[0]}`", remote
    before = sources[: services.index("files")]
    if strangers := [source.service for source in before if source.service not in _LOCAL]:
        return FindingState.WARN, f"`{strangers[0]}` is asked before the hosts file", remote
    if ending := [s for s in before if s.ends and s.service != "resolve"]:
        why = "What the hosts file says of a name may never be read."
        return FindingState.WARN, f"`{ending[0]}` keeps the hosts file from being read", why
    return FindingState.OK, f"names are looked up in this order: {', '.join(services)}", ""
