"""What changes how the programs of this environment take localhost: the check `env`."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from netmon.loopback.files import read_file
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean

_CHECK = "env"


class Setting(NamedTuple):
    """An environment variable that changes which family a runtime takes."""

    variable: str
    pattern: str
    """What of its value is looked for; the rest is never shown, as it may hold secrets."""
    effect: str


SETTINGS = (
    *(
        Setting(variable, pattern, effect)
        for variable in ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS")
        for pattern, effect in (
            (r"-Djava\.net\.preferIPv4Stack=true", "Java uses IPv4 alone: servers on ::1 are not found"),
            (r"-Djava\.net\.preferIPv6Addresses=(?:true|system)", "Java does not put IPv4 first"),
        )
    ),
    Setting(
        "NODE_OPTIONS", r"--dns-result-order[= ](?:ipv4first|ipv6first|verbatim)", "Node orders by itself"
    ),
    Setting(
        "NODE_OPTIONS",
        r"--no-network-family-autoselection|--no-autoselect-family",
        "Node tries one address",
    ),
    Setting("GODEBUG", r"netdns=[a-z0-9+]{1,12}", "Go chooses its resolver, which may ignore gai.conf"),
    Setting("RES_OPTIONS", r"no-aaaa|inet6|single-request(?:-reopen)?", "glibc asks resolvers otherwise"),
)
_PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


class Surroundings(NamedTuple):
    """Where netmon runs, as far as it matters for localhost."""

    container: bool
    """localhost is then the container's, not its host's."""
    wsl: bool
    musl: bool


def look_around() -> Surroundings:
    """Container, WSL and C library, by the files that tell."""
    container = os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")
    version = (read_file("/proc/version", 4096).text or "").lower()
    return Surroundings(container, "microsoft" in version, bool(glob.glob("/lib/ld-musl-*")))


def env(environment: Mapping[str, str], around: Surroundings) -> Finding:
    """The judgement: what here makes programs take localhost in another way than this machine's order?"""
    reference = "networking properties of Java, Node's CLI options, Go's net package"
    settings = [
        (setting, clean(match[0], 80))
        for setting in SETTINGS
        if (match := re.search(setting.pattern, environment.get(setting.variable, "")[:65536]))
    ]
    said = [f"{setting.effect} ({setting.variable}: {shown})" for setting, shown in settings]
    said += _places(around) + _proxied(environment)
    if not said:
        what = "nothing in this environment changes how programs take localhost"
        return Finding(_CHECK, FindingState.OK, what, reference=reference)
    more = f", and {len(said) - 1} more" if len(said) > 1 else ""
    why = "Programs started from here may choose differently from what the other checks say."
    return Finding(_CHECK, FindingState.INFO, said[0] + more, "; ".join(said), why, reference=reference)


def _places(around: Surroundings) -> list[str]:
    said = []
    if around.container:
        said.append("this is a container: its localhost is its own, not its host's")
    if around.wsl:
        said.append("this is WSL: Windows relays its localhost, not always for both families")
    if around.musl:
        said.append("musl is here: programs built with it ignore gai.conf and nsswitch.conf")
    return said


def _proxied(environment: Mapping[str, str]) -> list[str]:
    """A proxy that is not told to leave localhost alone; its address is not shown, it may hold a password."""
    set_here = [name for name in _PROXIES if environment.get(name)]
    spared = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    names = {word.strip().lstrip(".") for word in spared[:65536].split(",")}
    if not set_here or names & {"localhost", "*"}:
        return []
    return [f"{set_here[0]} is set and no_proxy does not name localhost: HTTP clients may send it there"]
