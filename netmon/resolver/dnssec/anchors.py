"""Trust anchors: the keys that are believed without proof, built in for the root or read from a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean

if TYPE_CHECKING:
    import dns.name
    import dns.rdata
    import dns.rrset
    from dns.rdtypes.ANY.DNSKEY import DNSKEY
    from dns.rdtypes.ANY.DS import DS

SIZE_LIMIT = 65536
"""Characters of an anchor file; that of the root has 1,500."""

ROOT_DS = (
    "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
)
"""The root's keys of 2017 and 2024 (https://data.iana.org/root-anchors/root-anchors.xml), the same as in
Debian's dns-root-data and in systemd-resolved."""


class AnchorError(ValueError):
    """A file that no chain can begin with; the message is one line that names it."""


class Anchor(NamedTuple):
    """What is believed of one zone: its keys, or their digests."""

    zone: dns.name.Name
    digests: tuple[DS, ...] = ()
    keys: tuple[DNSKEY, ...] = ()
    source: str = "built in"

    @property
    def tags(self) -> tuple[int, ...]:
        """The tags of the keys, in order."""
        import dns.dnssec

        tags = [ds.key_tag for ds in self.digests] + [dns.dnssec.key_id(key) for key in self.keys]
        return tuple(sorted(set(tags)))


def root_anchor() -> Anchor:
    """The root's keys as they are built in."""
    import dns.name

    (anchor,) = parse_anchors("\n".join(f". IN DS {ds}" for ds in ROOT_DS), "built in")
    return anchor._replace(zone=dns.name.root)


def load_anchors(path: str) -> tuple[Anchor, ...]:
    """The anchors in a file of DS and DNSKEY records, as unbound's `trust-anchor-file` takes it.

    Raises:
        AnchorError: it cannot be read, or holds anything else.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AnchorError(f"{clean(path)} cannot be read: {clean(reason)}") from None
    if len(text) > SIZE_LIMIT:
        raise AnchorError(f"{clean(path)} is no anchor file: it has more than {SIZE_LIMIT} characters")
    return parse_anchors(text, clean(path))


def parse_anchors(text: str, source: str) -> tuple[Anchor, ...]:
    """The anchors in a text, one for each zone.

    Args:
        text: lines of a zone file with DS and DNSKEY records; names without a last dot are the root's.
        source: what a message calls it.

    Raises:
        AnchorError: it is anything else.
    """
    anchors: dict[dns.name.Name, Anchor] = {}
    for rrset in _rrsets(text, source):
        anchor = anchors.get(rrset.name, Anchor(rrset.name, source=source))
        anchors[rrset.name] = _with(anchor, rrset)
    if not anchors:
        raise AnchorError(f"{source} is no anchor file: it has no DS and no DNSKEY record")
    for anchor in anchors.values():
        if not anchor.digests and not anchor.keys:
            zone = clean(anchor.zone.to_text(), 80)
            raise AnchorError(f"{source} is no anchor file: no key of {zone} is one that signs other keys")
    return tuple(anchors.values())


def closest(anchors: Sequence[Anchor], name: dns.name.Name) -> Anchor | None:
    """The anchor whose zone is the deepest that `name` is in."""
    above = [anchor for anchor in anchors if name.is_subdomain(anchor.zone)]
    return max(above, key=lambda anchor: len(anchor.zone), default=None)


def _with(anchor: Anchor, rrset: dns.rrset.RRset) -> Anchor:
    """With the records of `rrset` also; zone keys and revoked ones are passed over, as unbound does."""
    import dns.rdatatype
    from dns.rdtypes.dnskeybase import Flag

    if rrset.rdtype == dns.rdatatype.DS:
        return anchor._replace(digests=anchor.digests + tuple(rrset))
    if rrset.rdtype != dns.rdatatype.DNSKEY:
        kind = dns.rdatatype.to_text(rrset.rdtype)
        raise AnchorError(
            f"{anchor.source} is no anchor file: it has a {kind} record, not only DS and DNSKEY"
        )
    keys = [key for key in rrset if key.flags & Flag.SEP and not key.flags & Flag.REVOKE]
    return anchor._replace(keys=anchor.keys + tuple(keys))


def _rrsets(text: str, source: str) -> Iterable[dns.rrset.RRset]:
    import dns.exception
    import dns.zonefile

    try:
        # No class is to be written but IN; directives ($INCLUDE, $GENERATE) are errors.
        return dns.zonefile.read_rrsets(text, rdclass=None, default_ttl=3600)
    except (dns.exception.DNSException, ValueError, KeyError) as error:
        reason = clean(str(error), 200) or type(error).__name__
        raise AnchorError(f"{source} is no anchor file: {reason}") from None
