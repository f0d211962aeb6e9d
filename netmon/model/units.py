"""Quantities as short text, the same in the app and in tables."""

from __future__ import annotations

UNKNOWN = "–"

_PREFIXES = ("B", "kB", "MB", "GB", "TB", "PB")


def format_bytes(count: float | None) -> str:
    """`count` bytes in decimal units with two or three significant digits: `40 B`, `1.5 kB`, `880 kB`."""
    if count is None:
        return UNKNOWN
    value, power = float(count), 0
    while value >= 999.5 and power < len(_PREFIXES) - 1:
        value /= 1000
        power += 1
    digits = 1 if value < 9.95 and power else 0
    return f"{value:.{digits}f} {_PREFIXES[power]}"


def format_rate(rate: float | None) -> str:
    """A rate in bytes per second: `0 B/s`, `2.9 MB/s`."""
    return UNKNOWN if rate is None else f"{format_bytes(rate)}/s"


def format_age(seconds: float | None) -> str:
    """A duration in its largest unit: `90 ms`, `8s`, `14m`, `3h`, `12d`."""
    if seconds is None:
        return UNKNOWN
    if seconds < 0.9995:
        return f"{max(0, round(seconds * 1000))} ms"
    seconds = max(1.0, seconds)
    for limit, size, unit in ((60, 1, "s"), (3600, 60, "m"), (86400, 3600, "h")):
        if seconds < limit:
            return f"{int(seconds / size)}{unit}"
    return f"{int(seconds / 86400)}d"


def format_rtt(microseconds: int | None) -> str:
    """A round-trip time: `60 µs`, `11.8 ms`, `1.2 s`."""
    if microseconds is None:
        return UNKNOWN
    if microseconds < 1000:
        return f"{microseconds} µs"
    if microseconds < 999_500:
        milliseconds = microseconds / 1000
        return f"{milliseconds:.{1 if milliseconds < 99.95 else 0}f} ms"
    return f"{microseconds / 1e6:.1f} s"
