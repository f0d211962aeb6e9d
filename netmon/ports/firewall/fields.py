"""What is known of a packet's fields by the names that nftables gives them (libnftables-json(5))."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeAlias

from netmon.ports.firewall.packet import Packet, Tracking


class Unfixed(Enum):
    """A field without one value."""

    ABSENT = "such a packet has no such field, so that no condition on it holds"
    SOURCE = "an address that each sender has its own of"
    VARIES = "a value that differs from packet to packet, or with time"
    STRANGE = "not understood"


Field: TypeAlias = str | int | frozenset[str] | Unfixed
"""The one value of a field, the set flags of a bit field, or why there is none."""

PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", 132: "sctp"}
_OTHER_PROTOCOLS = frozenset(
    ("icmp", "icmpv6", "igmp", "sctp", "dccp", "udplite", "ah", "esp", "comp", "gre", "vxlan", "arp")
)
_META_VARIES = frozenset(
    (
        "mark",
        "priority",
        "length",
        "random",
        "cpu",
        "hour",
        "day",
        "time",
        "skuid",
        "skgid",
        "cgroup",
        "rtclassid",
        "iifgroup",
        "iifkind",
    )
)
_CT_VARIES = frozenset(
    (
        "mark",
        "label",
        "count",
        "bytes",
        "packets",
        "avgpkt",
        "expiration",
        "helper",
        "zone",
        "id",
        "secmark",
        "saddr",
    )
)


def field_of(left: object, packet: Packet, *, tracking: Tracking = Tracking.NEW) -> Field:
    """The value of a field of a packet.

    Args:
        left: The left side of a condition, such as `{"payload": {"protocol": "tcp", "field": "dport"}}`.
        packet: Whose field.
        tracking: What connection tracking knows of the packet.
    """
    if not isinstance(left, dict) or len(left) != 1:
        return Unfixed.STRANGE
    ((kind, body),) = left.items()
    if not isinstance(body, dict):
        return Unfixed.STRANGE
    if kind == "payload":
        return _payload(str(body.get("protocol")), str(body.get("field")), packet)
    if kind == "meta":
        return _meta(str(body.get("key")), packet)
    if kind == "ct":
        return _tracked(body, packet, tracking)
    if kind == "fib":
        return _routing(body, packet)
    return Unfixed.VARIES if kind in ("numgen", "socket", "osf", "jhash", "symhash") else Unfixed.STRANGE


def _payload(protocol: str, field: str, packet: Packet) -> Field:
    # A condition on a header stands for "there is such a header" too: nft puts that check before it.
    if protocol in ("ip", "ip6"):
        return _header(field, packet) if (protocol == "ip6") == (packet.family == 6) else Unfixed.ABSENT
    if protocol in ("tcp", "udp", "th"):
        return _transport(field, packet) if protocol in (packet.protocol, "th") else Unfixed.ABSENT
    if protocol == "ether":
        return Unfixed.VARIES
    return Unfixed.ABSENT if protocol in _OTHER_PROTOCOLS else Unfixed.STRANGE


def _header(field: str, packet: Packet) -> Field:
    if field == "saddr":
        return Unfixed.SOURCE
    if field == "daddr":
        return Unfixed.VARIES if packet.address is None else packet.address
    if field in ("protocol", "nexthdr"):
        return packet.protocol
    if field == "version":
        return packet.family
    known = ("ttl", "hoplimit", "length", "id", "dscp", "ecn", "tos", "frag-off", "checksum", "flowlabel")
    return Unfixed.VARIES if field in known else Unfixed.STRANGE


def _transport(field: str, packet: Packet) -> Field:
    if field == "dport":
        return packet.port
    if field == "flags" and packet.protocol == "tcp":
        return frozenset({"syn"})
    return Unfixed.VARIES if field in ("sport", "sequence", "window", "length") else Unfixed.STRANGE


def _meta(key: str, packet: Packet) -> Field:
    known: dict[str, Field] = {
        "iif": packet.interface,
        "iifname": packet.interface,
        "l4proto": packet.protocol,
        "nfproto": f"ipv{packet.family}",
        "protocol": "ip6" if packet.family == 6 else "ip",
        "pkttype": "host",
        "iiftype": "loopback" if packet.is_local else Unfixed.VARIES,
    }
    return known.get(key, Unfixed.VARIES if key in _META_VARIES else Unfixed.STRANGE)


def _tracked(body: dict[str, Any], packet: Packet, tracking: Tracking) -> Field:
    key = str(body.get("key"))
    if tracking is Tracking.UNKNOWN:
        return Unfixed.STRANGE
    if tracking is Tracking.BEFORE:  # nft_ct_get_eval, net/netfilter/nft_ct.c
        return frozenset({"invalid"}) if key == "state" else Unfixed.ABSENT
    if key == "state":
        return frozenset({"new"})
    if key == "direction":
        return "original"
    if key == "l3proto":
        return f"ipv{packet.family}"
    if key == "status":
        # Neither answered nor assured yet, and where `dnat` could have been set the verdict says so itself.
        return frozenset()
    return Unfixed.VARIES if key in _CT_VARIES else Unfixed.STRANGE


def _routing(body: dict[str, Any], packet: Packet) -> Field:
    """A look-up in the routing tables, for a source that is not forged."""
    flags, result = body.get("flags"), body.get("result")
    if not isinstance(flags, list):
        return Unfixed.STRANGE
    if result == "type" and "daddr" in flags:
        return "local"
    if result == "type" and "saddr" in flags:
        return "local" if packet.is_local else "unicast"
    if result in ("oif", "oifname") and "saddr" in flags and "iif" in flags:
        return True  # `exists`, the opposite of `missing`
    return Unfixed.STRANGE
