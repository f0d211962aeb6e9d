"""What a question carries beside its name (flags, the options of EDNS), and what its answer brings back."""

from __future__ import annotations

import ipaddress
import secrets
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean

if TYPE_CHECKING:
    import dns.edns
    import dns.message
    import dns.name
    import dns.rrset

PAYLOAD = 1232
"""The UDP answer we accept: what crosses every path unfragmented (DNS flag day 2020)."""
_OPT = 41
"""The type of the record that carries EDNS (RFC 6891 section 6.1.1)."""
_PADDED_TO = 128
"""Queries over encrypted transports are as long as a multiple of this (RFC 8467 section 4.1)."""


class BadSubnetError(ValueError):
    """The text is no network that could be sent as the client's."""


class Wishes(NamedTuple):
    """What to ask for; by default what a stub resolver does."""

    recursion: bool = True
    """RD: the server may ask others."""
    checking_disabled: bool = False
    """CD: answers that do not validate are wanted too (RFC 4035 section 3.2.2)."""
    dnssec_ok: bool = False
    """DO: signatures are wanted (RFC 3225)."""
    nsid: bool = False
    """Which of the machines behind the address it is (RFC 5001)."""
    cookie: bool = False
    """RFC 7873."""
    subnet: str | None = None
    """The network that the answer is for (RFC 7871); off by default, as it tells where the asker is."""


class Explanation(NamedTuple):
    """Why the server answers as it does (RFC 8914)."""

    code: int
    purpose: str
    """The code in words, as registered; empty where it is not known here."""
    text: str
    """What the server adds; often empty."""

    def __str__(self) -> str:
        """In one line for people."""
        said = f"{self.code} {self.purpose}".rstrip()
        return f"{said}: {self.text}" if self.text else said


class Extras(NamedTuple):
    """What came back by EDNS; None where the server did not send it."""

    ede: tuple[Explanation, ...] = ()
    nsid: str | None = None
    cookie: str | None = None
    """`ok` where the server gave one of its own (RFC 7873 section 5.3), else what is wrong."""
    subnet: str | None = None
    """The network that the answer is good for, with the length the server used."""
    payload: int | None = None
    """The UDP answer that it would take; None without EDNS."""


def parse_subnet(text: str) -> str:
    """An address or network as `address/length`, bits beyond the length cleared.

    Raises:
        BadSubnetError: it is neither.
    """
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        shown = clean(text, 60)
        raise BadSubnetError(f"bad subnet {shown!r}: say for example 192.0.2.0/24 or 2001:db8::/56") from None


def make_query(
    name: dns.name.Name, kind: str, wishes: Wishes, *, encrypted: bool, edns: bool = True
) -> dns.message.Message:
    """The message to send.

    Args:
        name: fully qualified.
        kind: the record type.
        wishes: what to ask for.
        encrypted: whether only the server can read it: its length is then hidden by padding.
        edns: False for servers that do not understand it.
    """
    import dns.flags
    import dns.message

    flags = (int(dns.flags.RD) if wishes.recursion else 0) | (
        int(dns.flags.CD) if wishes.checking_disabled else 0
    )
    query = dns.message.make_query(name, kind, flags=flags)
    if edns and not encrypted and not (wishes.nsid or wishes.cookie or wishes.subnet):
        query.opt = _opt(wishes.dnssec_ok)
    elif edns:
        query.use_edns(
            0, dns.flags.DO if wishes.dnssec_ok else 0, PAYLOAD,
            options=_options(wishes), pad=_PADDED_TO if encrypted else 0,
        )  # fmt: skip
    return query


@lru_cache(2)
def _opt(dnssec_ok: bool) -> dns.rrset.RRset | None:
    """EDNS without options: the same in nearly every query, and dnspython takes a while to make it."""
    import dns.flags
    import dns.message

    message = dns.message.QueryMessage()
    message.use_edns(0, dns.flags.DO if dnssec_ok else 0, PAYLOAD)
    return message.opt


def query_wire(query: dns.message.Message) -> bytes:
    """The bytes of a query, as `to_wire` gives them, which takes many times as long: it is made for answers.

    Args:
        query: with one question.
    """
    if query.pad or query.options:
        return query.to_wire()
    (asked,) = query.question
    # RFC 1035 section 4.1: id, flags and four counts, then name, type and class; RFC 6891 section 6.1.2.
    head = struct.pack("!6H", query.id, query.flags, 1, 0, 0, int(query.edns >= 0))
    opt = struct.pack("!BHHIH", 0, _OPT, query.payload, query.ednsflags, 0) if query.edns >= 0 else b""
    name = asked.name.to_wire() or b""  # None only where it was given a file to write to
    return b"".join((head, name, struct.pack("!HH", asked.rdtype, asked.rdclass), opt))


def _options(wishes: Wishes) -> list[dns.edns.Option]:
    import dns.edns

    options: list[dns.edns.Option] = []
    if wishes.nsid:
        options.append(dns.edns.NSIDOption(b""))
    if wishes.cookie:
        options.append(dns.edns.CookieOption(secrets.token_bytes(8), b""))
    if wishes.subnet is not None:
        address, _, length = wishes.subnet.partition("/")
        options.append(dns.edns.ECSOption(address, int(length)))
    return options


def read_extras(query: dns.message.Message, message: dns.message.Message) -> Extras:
    """What the EDNS of an answer says; every string is safe to print."""
    import dns.edns

    ede: list[Explanation] = []
    nsid = cookie = subnet = None
    for option in message.options:
        if isinstance(option, dns.edns.EDEOption):
            ede.append(_explanation(option))
        elif isinstance(option, dns.edns.NSIDOption):
            nsid = clean(option.to_text().removeprefix("NSID "), 200)
        elif isinstance(option, dns.edns.CookieOption):
            cookie = _cookie(query, option)
        elif isinstance(option, dns.edns.ECSOption):
            subnet = f"{option.address}/{option.scopelen}"
    return Extras(tuple(ede), nsid, cookie, subnet, message.payload if message.edns >= 0 else None)


def _explanation(option: dns.edns.EDEOption) -> Explanation:
    # dnspython knows the registered words, and writes them as `EDE 9 (DNSKEY Missing): text`.
    words = option.to_text().partition(":")[0].partition("(")[2].removesuffix(")")
    return Explanation(int(option.code), clean(words), clean(option.text or "", 500))


def _cookie(query: dns.message.Message, option: dns.edns.CookieOption) -> str:
    import dns.edns

    sent = next((o.client for o in query.options if isinstance(o, dns.edns.CookieOption)), None)
    if option.client != sent:
        return "wrong: not the one that was sent"
    return "ok" if option.server else "returned without the server's own"
