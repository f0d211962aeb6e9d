"""The hash of NSEC3 (RFC 5155 section 5), bounded: strangers choose its iterations (CVE-2023-50868).

A name has at most 127 labels, each ancestor is hashed once a proof, and what was hashed is remembered: the
dearest proof is some 128 × 151 rounds of SHA-1, some 25 ms.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

SHA1 = 1
"""The only algorithm that there is."""

SHA1_LENGTH = 20
"""In bytes."""

MAX_ITERATIONS = 150
"""As unbound; systemd-resolved takes 100 and BIND 50. The recommended number is 0 (RFC 9276 section 3.1)."""


@lru_cache(maxsize=1024)
def hashed(name: bytes, salt: bytes, iterations: int) -> bytes:
    """The hash of a name.

    Args:
        name: In wire format, lower case.
        salt: At most 255 bytes.
        iterations: Rounds after the first.

    Raises:
        ValueError: More iterations than `MAX_ITERATIONS`.
    """
    if iterations > MAX_ITERATIONS:
        raise ValueError(f"{iterations} iterations")
    digest = name
    for _ in range(iterations + 1):
        digest = hashlib.sha1(digest + salt, usedforsecurity=False).digest()
    return digest
