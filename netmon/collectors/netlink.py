"""Netlink message framing (RFC 3549; linux/netlink.h): bytes to messages and attributes, and back."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

NLMSG_ERROR = 2
NLMSG_DONE = 3

NLM_F_REQUEST = 0x01
NLM_F_DUMP = 0x300

HEADER = struct.Struct("=IHHII")  # nlmsg_len, nlmsg_type, nlmsg_flags, nlmsg_seq, nlmsg_pid
ATTRIBUTE = struct.Struct("=HH")  # nla_len, nla_type
ATTRIBUTE_TYPE_MASK = 0x3FFF  # without NLA_F_NESTED and NLA_F_NET_BYTEORDER

Buffer = bytes | bytearray | memoryview

RECEIVE_BUFFER = 1 << 18
"""Bytes read at once; the kernel fills at most 32 KiB of them for a dump."""
TIMEOUT_S = 5.0


class NetlinkError(OSError):
    """The kernel refused a request, or what it sent is not netlink."""


class Message(NamedTuple):
    """Where one message's payload lies in a buffer."""

    type: int
    flags: int
    start: int
    end: int


def messages(buffer: Buffer, length: int) -> Iterator[Message]:
    """The messages in the first `length` bytes.

    Raises:
        NetlinkError: a header is cut short, or claims a length that does not fit.
    """
    offset = 0
    while offset < length:
        if length - offset < HEADER.size:
            raise NetlinkError(f"netlink header cut short at byte {offset} of {length}")
        size, kind, flags, _, _ = HEADER.unpack_from(buffer, offset)
        if size < HEADER.size or size > length - offset:
            raise NetlinkError(f"netlink message of {size} bytes at byte {offset} of {length}")
        yield Message(kind, flags, offset + HEADER.size, offset + size)
        offset += (size + 3) & ~3


def attributes(buffer: Buffer, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The attributes between two offsets as (type, payload start, payload end).

    A cut or impossible attribute ends the sequence: what came before it is still sound.
    """
    while end - start >= ATTRIBUTE.size:
        size, kind = ATTRIBUTE.unpack_from(buffer, start)
        if size < ATTRIBUTE.size or size > end - start:
            return
        yield kind & ATTRIBUTE_TYPE_MASK, start + ATTRIBUTE.size, start + size
        start += (size + 3) & ~3


def error_of(buffer: Buffer, message: Message) -> NetlinkError | None:
    """The error that an NLMSG_ERROR or NLMSG_DONE message carries, or None if it says all is well."""
    if message.end - message.start < 4:
        return None if message.type == NLMSG_DONE else NetlinkError("netlink error message cut short")
    (code,) = struct.unpack_from("=i", buffer, message.start)
    return NetlinkError(-code, os.strerror(-code)) if code < 0 else None


class NetlinkSocket:
    """A netlink socket that dumps tables. Used from one thread at a time."""

    def __init__(self, protocol: int) -> None:
        self._protocol = protocol
        self._socket = self._open()
        self._buffer = bytearray(RECEIVE_BUFFER)
        self._sequence = 0
        self._unfinished = False

    def _open(self) -> socket.socket:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        opened = socket.socket(socket.AF_NETLINK, kind, self._protocol)
        opened.settimeout(TIMEOUT_S)
        return opened

    def dump(self, kind: int, payload: bytes) -> Iterator[memoryview]:
        """Ask for a dump and yield each datagram as it arrives; a view is good until the next one.

        Raises:
            NetlinkError: the kernel refused.
            TimeoutError: it did not answer.
        """
        if self._unfinished:  # the kernel answers EBUSY until a dump that was given up is read to its end
            self._socket.close()
            self._socket = self._open()
        self._sequence += 1
        size = HEADER.size + len(payload)
        header = HEADER.pack(size, kind, NLM_F_REQUEST | NLM_F_DUMP, self._sequence, 0)
        self._socket.send(header + payload)
        self._unfinished = True
        view = memoryview(self._buffer)
        while True:
            length = self._socket.recv_into(self._buffer)
            if length < HEADER.size:
                raise NetlinkError(f"netlink datagram of {length} bytes")
            _, first, _, sequence, _ = HEADER.unpack_from(self._buffer)
            if sequence != self._sequence:
                continue  # the rest of a dump that was given up
            if first in (NLMSG_DONE, NLMSG_ERROR):
                self._finish(view[:length])
                return
            yield view[:length]
            if self._ends_with_done(length):
                self._finish(view[length - HEADER.size - 4 : length])
                return

    def _finish(self, last: memoryview) -> None:
        self._unfinished = False
        for message in messages(last, len(last)):
            if error := error_of(last, message):
                raise error

    def _ends_with_done(self, length: int) -> bool:
        # NLMSG_DONE with its four-byte code is 20 bytes: where the kernel appends it to the last data.
        tail = length - HEADER.size - 4
        if tail < 0:
            return False
        size, kind, _, sequence, _ = HEADER.unpack_from(self._buffer, tail)
        return (size, kind, sequence) == (HEADER.size + 4, NLMSG_DONE, self._sequence)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
