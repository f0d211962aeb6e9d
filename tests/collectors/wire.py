"""inet_diag messages from plain values, as the kernel would send them (linux/inet_diag.h, linux/tcp.h)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from netmon.collectors.netlink import HEADER, NLMSG_DONE, NLMSG_ERROR, NetlinkSocket
from netmon.collectors.sock_diag import (
    INET_DIAG_CGROUP_ID,
    INET_DIAG_INFO,
    INET_DIAG_SKMEMINFO,
    INET_DIAG_SKV6ONLY,
    NETLINK_SOCK_DIAG,
    PROTOCOL_NUMBERS,
    SOCK_DIAG_BY_FAMILY,
    request,
)
from netmon.model.socket import Protocol

NLM_F_MULTI = 2
NO_COOKIE = 0xFFFFFFFFFFFFFFFF
LISTEN, ESTABLISHED, CLOSE_WAIT, TIME_WAIT, CLOSE = 10, 1, 8, 6, 7
NOW = 1000.0

TCP_INFO_SIZES = (104, 136, 152, 192, 216, 232, 280)
"""`struct tcp_info` as it grew: 2.6 up to total_retrans, 4.1, 4.9, 4.10, 4.19 and later."""

TCP_INFO_FIELDS = {
    "options": (5, "B"),
    "unacked": (24, "I"),
    "last_data_sent": (44, "I"),
    "last_data_recv": (52, "I"),
    "rtt": (68, "I"),
    "rttvar": (72, "I"),
    "total_retrans": (100, "I"),
    "bytes_acked": (120, "Q"),
    "bytes_received": (128, "Q"),
    "min_rtt": (148, "I"),
    "delivery_rate": (160, "Q"),
    "busy_time": (168, "Q"),
    "rwnd_limited": (176, "Q"),
    "sndbuf_limited": (184, "Q"),
    "bytes_sent": (200, "Q"),
    "bytes_retrans": (208, "Q"),
}
"""Offset and type of what netmon reads."""

Attribute = tuple[int, bytes]


@dataclass(frozen=True)
class Sock:
    """One socket as a kernel would describe it."""

    family: int = socket.AF_INET
    state: int = ESTABLISHED
    local: tuple[bytes, int] = (bytes([127, 0, 0, 1]), 40000)
    remote: tuple[bytes, int] = (bytes([127, 0, 0, 2]), 443)
    interface: int = 0
    cookie: int = 1
    timer: int = 0
    retransmits: int = 0
    expires: int = 0
    receive_queue: int = 0
    send_queue: int = 0
    uid: int = 1000
    inode: int = 4242
    attributes: Sequence[Attribute] = field(default_factory=tuple)

    def message(self, *, flags: int = NLM_F_MULTI, kind: int = SOCK_DIAG_BY_FAMILY) -> bytes:
        """The whole netlink message."""
        fixed = struct.pack(
            "=BBBBHH16s16sIQIIIII",
            self.family,
            self.state,
            self.timer,
            self.retransmits,
            socket.htons(self.local[1]),
            socket.htons(self.remote[1]),
            self.local[0],
            self.remote[0],
            self.interface,
            self.cookie,
            self.expires,
            self.receive_queue,
            self.send_queue,
            self.uid,
            self.inode,
        )
        return message(kind, fixed + attributes(self.attributes), flags=flags)


def message(kind: int, payload: bytes, *, flags: int = 0, sequence: int = 1) -> bytes:
    """One netlink message, not padded."""
    return HEADER.pack(HEADER.size + len(payload), kind, flags, sequence, 0) + payload


def padded(data: bytes) -> bytes:
    """`data` filled up to four bytes, as everything in a netlink datagram but its last message is."""
    return data + bytes(-len(data) % 4)


def datagram(*parts: bytes, pad_last: bool = True) -> bytes:
    """Messages as one datagram."""
    whole = b"".join(map(padded, parts[:-1]))
    return whole + (padded(parts[-1]) if pad_last else parts[-1]) if parts else whole


def done(code: int | None = 0, *, sequence: int = 1) -> bytes:
    """NLMSG_DONE with its code, a negative errno if the dump failed."""
    return message(NLMSG_DONE, b"" if code is None else struct.pack("=i", code), sequence=sequence)


def error(number: int, *, sequence: int = 1) -> bytes:
    """NLMSG_ERROR for an errno, or the acknowledgement for 0."""
    return message(NLMSG_ERROR, struct.pack("=i", -number) + bytes(16), sequence=sequence)


def attributes(items: Sequence[Attribute]) -> bytes:
    """Attributes one after the other, the last one without padding."""
    packed = [struct.pack("=HH", 4 + len(payload), kind) + payload for kind, payload in items]
    return b"".join(map(padded, packed[:-1])) + packed[-1] if packed else b""


def tcp_info(size: int = 280, **fields: int) -> Attribute:
    """INET_DIAG_INFO; fields beyond `size` are left out, as an older kernel does."""
    raw = bytearray(max(size, 280))
    for name, value in fields.items():
        offset, kind = TCP_INFO_FIELDS[name]
        struct.pack_into(f"={kind}", raw, offset, value)
    return INET_DIAG_INFO, bytes(raw[:size])


def v6only(value: bool) -> Attribute:
    """INET_DIAG_SKV6ONLY."""
    return INET_DIAG_SKV6ONLY, bytes([value])


def cgroup(number: int) -> Attribute:
    """INET_DIAG_CGROUP_ID."""
    return INET_DIAG_CGROUP_ID, struct.pack("=Q", number)


def meminfo(drops: int) -> Attribute:
    """INET_DIAG_SKMEMINFO with nothing but a count of drops."""
    return INET_DIAG_SKMEMINFO, struct.pack("=9I", 0, 212992, 0, 212992, 0, 0, 0, 0, drops)


def mapped(address: bytes) -> bytes:
    """The IPv6 form of an IPv4 address (RFC 4291 section 2.5.5.2)."""
    return bytes(10) + b"\xff\xff" + address


def capture(family: int, protocol: Protocol) -> list[bytes]:
    """What the real kernel answers to a dump, datagram by datagram."""
    link = NetlinkSocket(NETLINK_SOCK_DIAG)
    try:
        payload = request(family, PROTOCOL_NUMBERS[protocol])
        return [bytes(view) for view in link.dump(SOCK_DIAG_BY_FAMILY, payload)]
    finally:
        link.close()
