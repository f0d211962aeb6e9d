"""Rules of a firewall as a person would write them, short."""

from __future__ import annotations

from typing import Any

from netmon.model.text import clean
from netmon.ports.firewall.ruleset import Chain, Rule

_LONGEST = 120
_DEPTH = 8
_SILENT = frozenset({"counter", "log"})
"""Statements that a rule's short text leaves out: they decide nothing."""


def rule_words(chain: Chain, rule: Rule) -> str:
    """Where a rule stands and what it says: `inet filter input rule 7: tcp dport 22 accept`."""
    number = "" if rule.handle is None else f" {rule.handle}"
    said = " ".join(statement_words(one) for one in rule.statements if not _is_silent(one))
    return clean(f"{chain.title} rule{number}: {said}", _LONGEST)


def policy_words(chain: Chain) -> str:
    """`policy drop of inet filter input`."""
    return clean(f"policy {chain.policy} of {chain.title}", _LONGEST)


def statement_words(statement: object) -> str:
    """One statement: `tcp dport 22`, `accept`, `jump allowed`."""
    if not isinstance(statement, dict) or len(statement) != 1:
        return clean(_plain(statement, 0), _LONGEST)
    ((name, body),) = statement.items()
    return clean(_statement(str(name), body), _LONGEST)


def _is_silent(statement: object) -> bool:
    return isinstance(statement, dict) and statement.keys() <= _SILENT


def _statement(name: str, body: Any) -> str:
    if body is None:
        return name
    if name == "match" and isinstance(body, dict):
        operator = {"==": "", "in": ""}.get(str(body.get("op")), f"{body.get('op')} ")
        return f"{_plain(body.get('left'), 0)} {operator}{_plain(body.get('right'), 0)}"
    if name == "vmap" and isinstance(body, dict):
        return f"{_plain(body.get('key'), 0)} vmap {_plain(body.get('data'), 0)}"
    if name == "reject":
        return "reject"
    if name == "limit" and isinstance(body, dict):
        over = "over " if body.get("inv") else ""
        return f"limit rate {over}{_plain(body.get('rate'), 0)}/{_plain(body.get('per'), 0)}"
    if name in ("jump", "goto") and isinstance(body, dict):
        return f"{name} {_plain(body.get('target'), 0)}"
    return f"{name} {_plain(body, 0)}".strip()


def _plain(value: Any, depth: int) -> str:
    """A value or expression in nft's own words, where it is one of the usual."""
    if depth > _DEPTH:
        return "…"
    if isinstance(value, list):
        return ",".join(_plain(part, depth + 1) for part in value)
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    if len(value) == 1:
        ((name, body),) = value.items()
        return _expression(str(name), body, depth + 1)
    return " ".join(f"{name} {_plain(body, depth + 1)}".strip() for name, body in value.items())


def _expression(name: str, body: Any, depth: int) -> str:
    fields = body if isinstance(body, dict) else {}
    parts = body if isinstance(body, list) else []
    if name == "payload" and "field" in fields:
        return f"{fields.get('protocol')} {fields['field']}"
    if name in ("meta", "ct") and "key" in fields:
        key = str(fields["key"])
        return key if key in ("iif", "iifname") else f"{name} {key}"
    if name == "fib" and isinstance(fields.get("flags"), list):
        return f"fib {' . '.join(map(str, fields['flags']))} {fields.get('result')}"
    if name == "prefix" and "addr" in fields:
        return f"{fields['addr']}/{fields.get('len')}"
    if name == "range" and len(parts) == 2:
        return f"{_plain(parts[0], depth)}-{_plain(parts[1], depth)}"
    if name == "set":
        return f"{{ {', '.join(_plain(part, depth) for part in parts) or _plain(body, depth)} }}"
    if name == "concat":
        return " . ".join(_plain(part, depth) for part in parts)
    if name in ("&", "|") and parts:
        return f" {name} ".join(_plain(part, depth) for part in parts)
    return f"{name} {_plain(body, depth)}".strip()
