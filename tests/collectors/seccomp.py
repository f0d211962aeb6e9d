"""System calls that really fail, by a seccomp filter on this process: for child processes of tests.

It needs no privilege (PR_SET_NO_NEW_PRIVS), cannot be undone, and holds for the children too.
"""

from __future__ import annotations

import ctypes
import platform
import socket
import struct
from typing import Final

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_RET_ALLOW = 0x7FFF0000
_RET_ERRNO = 0x00050000

# struct seccomp_data: the call's number at 0, its first argument at 16 (low half first: little endian).
_LOAD_NUMBER = (0x20, 0, 0, 0)
_LOAD_ARGUMENT = (0x20, 0, 0, 16)
_JUMP_IF_EQUAL = 0x15
_RETURN = 0x06

NUMBERS: Final = {
    "x86_64": {"socket": 41, "sendto": 44},
    "aarch64": {"socket": 198, "sendto": 206},
}[platform.machine()]


def refuse(call: str, error: int, first_argument: int | None = None) -> None:
    """Let a system call fail with `error` from now on; with one first argument only, if it is given."""
    jumps = [(_LOAD_NUMBER, NUMBERS[call])]
    if first_argument is not None:
        jumps.append((_LOAD_ARGUMENT, first_argument))
    program: list[tuple[int, int, int, int]] = []
    for place, (load, value) in enumerate(jumps):
        to_allow = 2 * (len(jumps) - place) - 1  # over the later pairs and the refusal
        program += [load, (_JUMP_IF_EQUAL, 0, to_allow, value)]
    program += [(_RETURN, 0, 0, _RET_ERRNO | error), (_RETURN, 0, 0, _RET_ALLOW)]
    _install(b"".join(struct.pack("=HBBI", *instruction) for instruction in program), len(program))


def refuse_netlink(error: int) -> None:
    """Let `socket(AF_NETLINK, …)` fail with `error` from now on."""
    refuse("socket", error, socket.AF_NETLINK)


def _install(code: bytes, length: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    instructions = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", length, ctypes.addressof(instructions))
    for call in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0)):
        arguments = [a if isinstance(a, bytes) else ctypes.c_ulong(a) for a in call]
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl refused the filter")
