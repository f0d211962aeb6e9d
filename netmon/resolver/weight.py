"""Whether reading a message would take too long: names so long and so many that no honest server sends them.

dnspython goes through every suffix of every name in a record's data, so that 64 kB of records that all point
at one name of 120 labels keep it, and with it every thread of the program, busy for twenty seconds.
"""

from __future__ import annotations

import struct
from itertools import pairwise

_LIGHT = 4096
"""Bytes: what is no longer than this cannot take long, whatever it holds."""
_MOST_LABELS = 127
"""In 255 octets (RFC 1035 section 2.3.4)."""
_LIMIT = 5_000_000
"""Records times the square of the labels: about a second. 4,000 names below ip6.arpa are less."""


def too_heavy(wire: bytes) -> bool:
    """Whether `wire` holds more long names than could be read in a second or so."""
    if len(wire) <= _LIGHT:
        return False
    records: int = sum(struct.unpack_from("!HHH", wire, 6))
    deepest = _deepest(wire)
    return records * deepest * deepest > _LIMIT


def _deepest(wire: bytes) -> int:
    """The labels of the longest name that any pair of bytes could point at."""
    pairs = pairwise(wire)
    targets = sorted({(high & 0x3F) << 8 | low for high, low in pairs if high >= 0xC0})
    depths: dict[int, int] = {}
    for target in targets:  # a pointer leads backward, so what it leads to is known by then
        depths[target] = _labels(wire, target, depths)
    return max(depths.values(), default=0)


def _labels(wire: bytes, start: int, depths: dict[int, int]) -> int:
    """The labels of the name at `start`; 0 where there is none, as in most places."""
    at, labels = start, 0
    while at < len(wire) - 1 and labels <= _MOST_LABELS:
        size = wire[at]
        if size >= 0xC0:
            labels += depths.get((size & 0x3F) << 8 | wire[at + 1], 0)
            return labels if labels <= _MOST_LABELS else 0
        if size > 63:
            return 0
        if size == 0:
            return labels
        labels, at = labels + 1, at + size + 1
    return 0
