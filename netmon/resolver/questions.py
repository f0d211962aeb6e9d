"""What the user typed, as the names and types to ask for, in order."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from netmon.model.text import clean

if TYPE_CHECKING:
    import dns.name

_TEXT_LIMIT = 1024
"""A name of 255 octets, each escaped as `\\DDD`, is shorter than this."""


class BadNameError(ValueError):
    """The text is no name that could be asked for."""


def questions(
    text: str, types: Sequence[str], search: Sequence[str], ndots: int
) -> tuple[tuple[str, ...], list[dns.name.Name]]:
    """The types to ask for and the fully qualified names to try, in order.

    Raises:
        BadNameError: nothing can be asked.
    """
    import dns.name
    import dns.reversename

    if (address := address_of(text)) is not None:
        return ("PTR",), [dns.reversename.from_address(address)]
    name = _parse(text)
    suffixes = [dns.name.from_text(suffix) for suffix in search]
    return tuple(map(_known_type, types)), _candidates(name, suffixes, ndots)


def address_of(text: str) -> str | None:
    """`text` as an address; None if it is a name."""
    # Brackets as in a URL; a zone says which link, which no PTR depends on.
    text = text.strip().strip("[]").partition("%")[0]
    if ":" not in text and not text[-1:].isdigit():
        return None
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


@lru_cache(128)
def _known_type(kind: str) -> str:
    """The type in its usual spelling (`TYPE65` is HTTPS).

    Raises:
        BadNameError: there is none, or it is no type that a lookup can ask for (a transfer, an option).
    """
    import dns.exception
    import dns.rdatatype

    try:
        number = dns.rdatatype.from_text(kind)
    except (dns.exception.DNSException, ValueError):
        raise BadNameError(f"bad type: there is no record type called {clean(kind, 20)}") from None
    if number == 0 or (dns.rdatatype.is_metatype(number) and number != dns.rdatatype.ANY):
        raise BadNameError(f"bad type: {clean(kind, 20)} is not a type that names have records of")
    return dns.rdatatype.to_text(number)


def _parse(text: str) -> dns.name.Name:
    """`text` as a name; relative unless it ends in a dot. Names in other scripts become IDNA 2008.

    Raises:
        BadNameError: it is none.
    """
    import dns.exception
    import dns.name

    text = text.strip()
    if not text:
        raise BadNameError("bad name: it is empty")
    if "://" in text:
        raise BadNameError("bad name: this is a URL; only its host can be looked up")
    if len(text) > _TEXT_LIMIT:
        raise BadNameError("bad name: it is longer than the 255 octets of a DNS name")
    if " " in text or not text.isprintable():
        raise BadNameError("bad name: it contains white space or control characters")
    try:
        name = dns.name.from_text(text, origin=None, idna_codec=_idna())
        # Says at once whether it is too long once the root is behind it.
        return name if name.is_absolute() else name.concatenate(dns.name.root).relativize(dns.name.root)
    except (dns.exception.DNSException, ValueError) as error:
        reason = clean(str(error)).rstrip(".")
        raise BadNameError(f"bad name: {reason[:1].lower()}{reason[1:]}") from None


@lru_cache(1)
def _idna() -> dns.name.IDNACodec:
    """As browsers do it (UTS 46); labels of ASCII stay as they are, `_dmarc` and the like among them."""
    import dns.name

    return dns.name.IDNA2008Codec(uts_46=True, allow_pure_ascii=True)


def _candidates(name: dns.name.Name, suffixes: Sequence[dns.name.Name], ndots: int) -> list[dns.name.Name]:
    """The names that resolv.conf(5) says to try for `name`, in order."""
    import dns.name

    if name.is_absolute():
        return [name]
    plain = name.concatenate(dns.name.root)
    longer = []
    for suffix in suffixes:
        try:
            longer.append(name.concatenate(suffix))
        except dns.name.NameTooLong:
            continue
    return [plain, *longer] if len(name) - 1 >= ndots else [*longer, plain]
