"""Whether a condition of a rule holds for a packet."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from netmon.ports.firewall.fields import PROTOCOLS, Field, Unfixed, field_of
from netmon.ports.firewall.packet import Packet, Tracking
from netmon.ports.firewall.truth import Truth, all_of, any_of, truth

Elements: TypeAlias = Callable[[str], Sequence[Any] | None]
"""The elements of a set by its name, None if it is not there."""

_NAMED_FLAGS = frozenset({"ecn", "cwr"})
"""Flags of a SYN that depend on whether its sender asks for ECN (RFC 3168 section 6.1.1)."""
_HARMLESS = frozenset({"val", "timeout", "expires", "comment", "counter"})
"""What an element may carry that does not decide whether it matches."""
_EVERY = "*"
_FEW = 8


def matches(body: object, packet: Packet, elements: Elements, *, tracking: Tracking = Tracking.NEW) -> Truth:
    """Whether the condition `body` of a `match` statement holds.

    Args:
        body: Its operator and both sides.
        packet: What it is asked of.
        elements: Gives the elements of named sets.
        tracking: What connection tracking knows of it.
    """
    if not isinstance(body, dict) or not {"op", "left", "right"} <= body.keys():
        return Truth.STRANGE
    operator, left, right = str(body["op"]), body["left"], body["right"]
    if isinstance(left, dict) and "&" in left:
        return _masked(operator, left["&"], right, packet, tracking)
    if operator in ("==", "!="):
        fields = _fields(left, packet, tracking)
        if Unfixed.ABSENT in fields:
            return Truth.NO
        equal = _are(left, fields, right, elements)
        return equal if operator == "==" else ~equal
    field = field_of(left, packet, tracking=tracking)
    if field is Unfixed.ABSENT:
        return Truth.NO
    if isinstance(field, Unfixed):
        return Truth.STRANGE if field is Unfixed.STRANGE else Truth.DEPENDS
    if isinstance(field, frozenset):
        return _flags(operator, field, right)
    return _ordered(operator, field, right)


def equals(
    left: object, right: object, packet: Packet, elements: Elements, *, tracking: Tracking = Tracking.NEW
) -> Truth:
    """Whether what `left` names in a packet is `right`, or is in it where that is a set, range or prefix."""
    return _are(left, _fields(left, packet, tracking), right, elements)


def _are(left: object, fields: Sequence[Field], right: object, elements: Elements) -> Truth:
    is_joined = isinstance(left, dict) and "concat" in left
    return _joined(fields, right, elements) if is_joined else _is(fields[0], right, elements)


def _fields(left: object, packet: Packet, tracking: Tracking) -> list[Field]:
    """The fields that are compared: several where they are joined by dots."""
    parts = left.get("concat", left) if isinstance(left, dict) else left
    several = parts if isinstance(parts, list) and parts else [parts]
    return [field_of(part, packet, tracking=tracking) for part in several]


# -- one field


def _is(field: Field, right: object, elements: Elements) -> Truth:
    if field is Unfixed.ABSENT:
        return Truth.NO
    if (members := _members(right, elements)) is not None:
        if isinstance(field, Unfixed) and len(members) > _FEW:
            members = members[:_FEW]  # block lists have ten thousand, none of them everything
        return any_of(*(_is(field, member, elements) for member in members))
    if isinstance(right, dict) and "elem" in right:
        return _element(right["elem"], lambda value: _is(field, value, elements))
    if right == _EVERY:
        return Truth.YES
    if isinstance(field, Unfixed):
        return _is_unfixed(field, right)
    return _is_exactly(field, right) if isinstance(field, frozenset) else _is_value(field, right)


def _members(right: object, elements: Elements) -> Sequence[Any] | None:
    """The members of an anonymous or named set; None if `right` is no set that is known."""
    if isinstance(right, dict) and "set" in right:
        members = right["set"]
        return members if isinstance(members, list) else [members]
    return elements(right[1:]) if isinstance(right, str) and right.startswith("@") else None


def _element(body: object, test: Callable[[object], Truth]) -> Truth:
    """An element with more than its value; a limit or quota of its own makes it hold now and then."""
    if not isinstance(body, dict) or "val" not in body:
        return Truth.STRANGE
    found = test(body["val"])
    return found if body.keys() <= _HARMLESS else all_of(found, Truth.STRANGE)


def _is_unfixed(field: Unfixed, right: object) -> Truth:
    if field is Unfixed.STRANGE or (isinstance(right, str) and right.startswith("@")):
        return Truth.STRANGE
    is_all = (
        isinstance(right, dict) and isinstance(right.get("prefix"), dict) and right["prefix"].get("len") == 0
    )
    return Truth.YES if field is Unfixed.SOURCE and is_all else Truth.DEPENDS


def _is_exactly(field: frozenset[str], right: object) -> Truth:
    names = _names(right)
    if names is None:
        return Truth.STRANGE
    # A SYN whose sender asks for ECN has more flags than that one.
    return Truth.DEPENDS if "syn" in field and "syn" in names else truth(field == names)


def _is_value(field: str | int, right: object) -> Truth:
    if isinstance(field, bool) or isinstance(right, bool):
        return truth(field is right) if isinstance(field, bool) and isinstance(right, bool) else Truth.STRANGE
    if isinstance(right, dict):
        return _is_within(field, right)
    if isinstance(field, int):
        return truth(field == right) if isinstance(right, int) else Truth.STRANGE
    if isinstance(right, int):
        return truth(field == PROTOCOLS.get(right)) if field in ("tcp", "udp") else Truth.STRANGE
    return _is_text(field, right) if isinstance(right, str) else Truth.STRANGE


def _is_text(field: str, right: str) -> Truth:
    if (here := _address(field)) is not None:
        there = _address(right)
        return Truth.STRANGE if there is None else truth(here == there)
    if right.startswith("@"):
        return Truth.STRANGE
    if right.endswith(_EVERY) and not right.endswith("\\*"):
        return truth(field.startswith(right[:-1]))
    return truth(field == right)


def _is_within(field: str | int, right: dict[str, Any]) -> Truth:
    prefix, bounds = right.get("prefix"), right.get("range")
    if isinstance(prefix, dict) and isinstance(field, str):
        return _in_prefix(field, f"{prefix.get('addr')}/{prefix.get('len')}")
    if not isinstance(bounds, list) or len(bounds) != 2:
        return Truth.STRANGE
    return all_of(_ordered(">=", field, bounds[0]), _ordered("<=", field, bounds[1]))


def _in_prefix(address: str, prefix: str) -> Truth:
    try:
        return truth(ipaddress.ip_address(address) in ipaddress.ip_network(prefix))
    except ValueError:
        return Truth.STRANGE


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


# -- other operators


def _ordered(operator: str, field: str | int, right: object) -> Truth:
    here: Any = field
    there: Any = right
    if isinstance(field, str):
        here, there = _address(field), _address(right) if isinstance(right, str) else None
        if here is None or there is None or here.version != there.version:
            return Truth.STRANGE
    elif not isinstance(right, int) or isinstance(right, bool):
        return Truth.STRANGE
    results = {"<": here < there, ">": here > there, "<=": here <= there, ">=": here >= there}
    return truth(results[operator]) if operator in results else Truth.STRANGE


def _flags(operator: str, field: frozenset[str], right: object) -> Truth:
    """`in` holds if one of the flags is set, `!` if none is."""
    wanted = _names(right)
    if wanted is None or operator not in ("in", "!"):
        return Truth.STRANGE
    found = truth(bool(field & wanted))
    if found is Truth.NO and "syn" in field and wanted & _NAMED_FLAGS:
        found = Truth.DEPENDS
    return found if operator == "in" else ~found


def _masked(operator: str, sides: object, right: object, packet: Packet, tracking: Tracking) -> Truth:
    """`tcp flags & (fin | syn) == syn`, and the like."""
    if not isinstance(sides, list) or len(sides) != 2 or operator not in ("==", "!="):
        return Truth.STRANGE
    field = field_of(sides[0], packet, tracking=tracking)
    if field is Unfixed.ABSENT:
        return Truth.NO
    if isinstance(field, Unfixed):
        return Truth.STRANGE if field is Unfixed.STRANGE else Truth.DEPENDS
    mask, wanted = _names(sides[1]), _names(right)
    if mask is None or wanted is None or not isinstance(field, frozenset):
        return Truth.STRANGE
    found = Truth.DEPENDS if mask & _NAMED_FLAGS else truth(field & mask == wanted)
    return found if operator == "==" else ~found


def _names(value: object) -> frozenset[str] | None:
    """The flags that are named, in each of the ways in which versions of nft write them."""
    if isinstance(value, dict):
        return _names(value["|"]) if "|" in value else None
    if value == 0 and not isinstance(value, bool):
        return frozenset()
    parts = value if isinstance(value, list) else [value]
    found: set[str] = set()
    for part in parts:
        names = (
            frozenset({part}) if isinstance(part, str) else _names(part) if isinstance(part, dict) else None
        )
        if names is None:
            return None
        found |= names
    return frozenset(found)


# -- several fields at once


def _joined(fields: Sequence[Field], right: object, elements: Elements) -> Truth:
    if Unfixed.ABSENT in fields:
        return Truth.NO
    if (members := _members(right, elements)) is not None:
        return any_of(*(_joined(fields, member, elements) for member in members))
    if isinstance(right, dict) and "elem" in right:
        return _element(right["elem"], lambda value: _joined(fields, value, elements))
    if right == _EVERY:
        return Truth.YES
    parts = right.get("concat") if isinstance(right, dict) else None
    if not isinstance(parts, list) or len(parts) != len(fields):
        return Truth.STRANGE
    return all_of(*(_is(field, part, elements) for field, part in zip(fields, parts, strict=True)))
