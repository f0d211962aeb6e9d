"""Rulesets in nft's JSON from few words, for the pure parts of the firewall's word."""

from __future__ import annotations

from typing import Any

from netmon.ports.firewall.packet import Packet
from netmon.ports.firewall.ruleset import Ruleset, parse_ruleset

META: dict[str, Any] = {"metainfo": {"version": "1.0.6", "json_schema_version": 1}}
PACKET = Packet(4, "tcp", 8080, "eth0", "10.0.0.5")
PACKET6 = Packet(6, "tcp", 8080, "eth0", "2001:db8::5")
ACCEPT: dict[str, Any] = {"accept": None}
DROP: dict[str, Any] = {"drop": None}
RETURN: dict[str, Any] = {"return": None}


def payload(protocol: str, field: str) -> dict[str, Any]:
    """A field of a header."""
    return {"payload": {"protocol": protocol, "field": field}}


def meta(key: str) -> dict[str, Any]:
    """What the kernel knows of a packet beside its headers."""
    return {"meta": {"key": key}}


def ct(key: str) -> dict[str, Any]:
    """What connection tracking knows of a packet."""
    return {"ct": {"key": key}}


def match(left: object, right: object, op: str = "==") -> dict[str, Any]:
    """A condition."""
    return {"match": {"op": op, "left": left, "right": right}}


def dport(right: object, op: str = "==") -> dict[str, Any]:
    """A condition on the port that a TCP packet is sent to."""
    return match(payload("tcp", "dport"), right, op)


def saddr(right: object, op: str = "==") -> dict[str, Any]:
    """A condition on the IPv4 source."""
    return match(payload("ip", "saddr"), right, op)


def jump(target: str, kind: str = "jump") -> dict[str, Any]:
    """A call of another chain."""
    return {kind: {"target": target}}


def base(name: str = "in", hook: str = "input", prio: int = 0, policy: str = "accept", **more: Any) -> Any:
    """A base chain of the table `inet f`."""
    kind = {"type": "filter", "hook": hook, "prio": prio, "policy": policy}
    return {"chain": {"family": "inet", "table": "f", "name": name, "handle": 1, **kind, **more}}


def chain(name: str, **more: Any) -> Any:
    """A chain that is called."""
    return {"chain": {"family": "inet", "table": "f", "name": name, "handle": 2, **more}}


def rule(where: str, *statements: Any, handle: int = 7, **more: Any) -> Any:
    """A rule."""
    body = {"family": "inet", "table": "f", "chain": where, "handle": handle, "expr": list(statements)}
    return {"rule": {**body, **more}}


def named(name: str, *elements: Any, kind: str = "set", **more: Any) -> Any:
    """A named set or map."""
    return {kind: {"family": "inet", "table": "f", "name": name, "elem": list(elements), **more}}


def document(*items: Any) -> dict[str, Any]:
    """What nft writes."""
    return {"nftables": [META, *items]}


def ruleset(*items: Any) -> Ruleset:
    """The same, parsed."""
    return parse_ruleset(document(*items))
