"""Strangers' text (process names, command lines, DNS data) made safe to print, once."""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def clean(text: str, limit: int = 4096) -> str:
    """`text` with control and bidirectional characters replaced, at most `limit` characters long.

    White space other than the space becomes a space; every other character that a terminal could act
    on (C0, C1, bidirectional overrides, lone surrogates) becomes U+FFFD. The result is plain text: it
    must still never be handed to anything that parses markup.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(_safe(character) for character in text)


def _safe(character: str) -> str:
    if character.isspace():
        return " "
    return character if character.isprintable() and character not in _BIDI else REPLACEMENT
