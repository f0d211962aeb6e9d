"""How glibc, musl, Go and the RFC itself compare destinations: their tables, rules and reading of rule 9."""

from __future__ import annotations

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.policy import GLIBC, MUSL, RFC_6724, Policy
from netmon.loopback.order.rules import Method, Rule

_ALL = frozenset(Rule)


def glibc_prefix(candidate: Candidate) -> int:
    """Rule 9 in glibc (getaddrinfo.c): in IPv4 only what is in the source's own network counts at all."""
    bits = candidate.common_bits
    if not candidate.is_v4:
        return bits
    # An unknown length is 0 there, and C's shift by 32 bits leaves the whole mask: only itself is near.
    return bits if bits >= (candidate.prefix_length or 32) else 0


def rfc_prefix(candidate: Candidate) -> int:
    """Rule 9 as written: no more than the prefix of the source counts (RFC 6724 section 2.2)."""
    limit = candidate.prefix_length
    return candidate.common_bits if limit is None else min(candidate.common_bits, limit)


def go_prefix(candidate: Candidate) -> int:
    """Rule 9 in Go (net/addrselect.go): IPv6 only, and no more than 64 bits."""
    return 0 if candidate.is_v4 else min(candidate.common_bits, 64)


def glibc_method(policy: Policy = GLIBC) -> Method:
    """glibc's, with its own table or that of a gai.conf."""
    return Method(policy, _ALL, glibc_prefix)


RFC_METHOD = Method(RFC_6724, _ALL, rfc_prefix)
"""RFC 6724 section 6, every rule, with the default table."""

GO_METHOD = Method(
    RFC_6724, _ALL - {Rule.DEPRECATED, Rule.HOME, Rule.NATIVE}, go_prefix, sorts_unusable=False
)
"""Go's resolver (net/addrselect.go): rules 3, 4 and 7 are not implemented."""

MUSL_METHOD = Method(MUSL, _ALL - {Rule.DEPRECATED, Rule.HOME, Rule.NATIVE})
"""musl's (network/lookup_name.c): rules 3, 4 and 7 are left out on purpose."""
