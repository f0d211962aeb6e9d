"""What `resolvectl status` says of systemd-resolved's links: their servers, domains and settings.

Its text is read rather than `--json`, which version 252 ignores for this, or the varlink socket, whose
interface for this (io.systemd.Resolve.Monitor) is root's alone. It goes over D-Bus, as anybody may.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from netmon.model.text import clean
from netmon.resolver.system.scopes import Scope

COMMAND = ("resolvectl", "--no-pager", "status")
_HEAD = re.compile(r"(?P<all>Global)|Link \d+ \((?P<link>.+)\)|Delegate (?P<delegate>\S+)")
_KEYS = (
    "Protocols", "resolv.conf mode", "Current Scopes", "Current DNS Server", "DNS Servers", "DNS Domain",
    "Fallback DNS Servers", "Default Route", "DNSSEC NTA", "DefaultRoute setting", "LLMNR setting",
    "MulticastDNS setting", "DNSOverTLS setting", "DNSSEC setting", "DNSSEC supported",
    "Negative Trust Anchors",
)  # fmt: skip
# Version 252 forgets the colon behind `DNS Servers` in the global part.
_LINE = re.compile(rf"\s*(?P<key>{'|'.join(map(re.escape, _KEYS))})(?::|\s)(?P<value>.*)")
_SCOPES_LIMIT = 256
_WORDS_LIMIT = 256


class _Section(NamedTuple):
    name: str
    values: dict[str, list[str]]
    """The words behind each key, those of the lines that go on with it included."""


def parse_status(text: str) -> tuple[Scope, ...]:
    """The scopes that have servers, in the order of the text; never raises."""
    scopes = [_scope(section) for section in _sections(text)]
    return tuple(scope for scope in scopes if scope.servers)


def _sections(text: str) -> list[_Section]:
    sections: list[_Section] = []
    words: list[str] = []
    for line in text.splitlines():
        head = _HEAD.fullmatch(line.rstrip())
        if head is not None:
            name = "global" if head["all"] else head["link"] or head["delegate"]
            sections.append(_Section(clean(name, 64), {}))
            words = []
        elif sections:
            found = _LINE.fullmatch(line.rstrip())
            if found is not None:
                words = sections[-1].values.setdefault(found["key"], [])
            words += [clean(word, 300) for word in (found["value"] if found else line).split()]
    return sections[:_SCOPES_LIMIT]


def _scope(section: _Section) -> Scope:
    domains = [_Domain.read(word) for word in section.values.get("DNS Domain", ())][:_WORDS_LIMIT]
    current = section.values.get("Current DNS Server", ())
    return Scope(
        section.name,
        tuple(_zoned(word, section.name) for word in section.values.get("DNS Servers", ())[:_WORDS_LIMIT]),
        tuple(domain.name for domain in domains),
        tuple(domain.name for domain in domains if not domain.only_routes),
        # The global servers are always asked for what belongs to nobody (resolved-dns-scope.c).
        True if section.name == "global" else _yes(_setting(section, "DefaultRoute")),
        _zoned(current[0], section.name) if current else None,
        _setting(section, "DNSSEC"),
        _setting(section, "DNSOverTLS"),
    )


class _Domain(NamedTuple):
    name: str
    only_routes: bool
    """Whether no short name is completed with it."""

    @classmethod
    def read(cls, word: str) -> _Domain:
        return cls(word.removeprefix("~").lower().rstrip(".") or ".", word.startswith("~"))


def _setting(section: _Section, name: str) -> str | None:
    """A setting as `+NAME`, `-NAME` or `NAME=WORD` among the protocols, or in a line of its own."""
    for word in section.values.get("Protocols", ()):
        key, equals, value = word.partition("=")
        if key == name and equals:
            return value
        if word[1:] == name and word[0] in "+-":
            return "yes" if word[0] == "+" else "no"
    alone = section.values.get(f"{name} setting") or section.values.get("Default Route")
    return alone[0] if alone and (name == "DefaultRoute" or f"{name} setting" in section.values) else None


def _yes(word: str | None) -> bool | None:
    return None if word is None else word == "yes"


def _zoned(word: str, link: str) -> str:
    """A link-local address with its link, without which nobody else could ask there."""
    try:
        address = ipaddress.IPv6Address(word)
    except ValueError:
        return word
    return f"{word}%{link}" if address.is_link_local and address.scope_id is None else word
