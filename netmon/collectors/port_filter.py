"""A filter that the kernel itself runs over its sockets, so that only those of some ports are handed over.

It is a program in the byte code of inet_diag (struct inet_diag_bc_op in linux/inet_diag.h). Only the port
comparisons of its first version are used, which every kernel with inet_diag knows.
"""

from __future__ import annotations

import struct
from collections.abc import Collection

from netmon.collectors.netlink import ATTRIBUTE

INET_DIAG_REQ_BYTECODE = 1
_JUMP = 1
_COMPARISONS = (2, 3), (4, 5)
"""INET_DIAG_BC_S_GE and _S_LE for the local port, _D_GE and _D_LE for the remote one."""

# Each instruction says how many bytes to go on if it holds, and how many if not. A program that stops
# exactly at its end takes the socket; one that steps four bytes past it refuses.
_INSTRUCTION = struct.Struct("=BBH")
_COMPARISON = struct.Struct("=BBHBBH")  # with a second instruction, whose last field is the port
_TEST_BYTES = 2 * _COMPARISON.size + _INSTRUCTION.size
MOST_PORTS = 512
"""More would make a program that costs the kernel more for each socket than handing it over does."""


def port_filter(ports: Collection[int]) -> bytes:
    """The attribute of a dump request that lets pass only sockets with one of these ports, at either end.

    Empty, so that every socket passes, without ports and with more than MOST_PORTS.
    """
    if not 0 < len(ports) <= MOST_PORTS:
        return b""
    tests = [(pair, port) for port in sorted(ports) for pair in _COMPARISONS]
    size = len(tests) * _TEST_BYTES
    program = b"".join(
        _test(*pair, port, size - at * _TEST_BYTES, is_last=at == len(tests) - 1)
        for at, (pair, port) in enumerate(tests)
    )
    return ATTRIBUTE.pack(ATTRIBUTE.size + size, INET_DIAG_REQ_BYTECODE) + program


def _test(at_least: int, at_most: int, port: int, left: int, *, is_last: bool) -> bytes:
    """Go to the end of the program if a port is this one, else on to the next test.

    Args:
        at_least: the comparison that holds from a port on.
        at_most: the comparison that holds up to a port.
        port: the port number.
        left: bytes from the beginning of this test to the end of the program.
        is_last: whether there is no other test to go on to.
    """
    otherwise = _TEST_BYTES + (_INSTRUCTION.size if is_last else 0)
    step = _COMPARISON.size
    return (
        _COMPARISON.pack(at_least, step, otherwise, 0, 0, port)
        + _COMPARISON.pack(at_most, step, otherwise - step, 0, 0, port)
        + _INSTRUCTION.pack(_JUMP, _INSTRUCTION.size, left - 2 * step)
    )
