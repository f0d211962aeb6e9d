"""What comes of a proof of absence."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class DenialKind(StrEnum):
    """What was proven."""

    NXDOMAIN = "nxdomain"
    """No such name, nor a wildcard for it."""
    NODATA = "nodata"
    """The name is there without such a record."""
    WILDCARD_NODATA = "wildcard-nodata"
    """The name is not there; its wildcard is, without such a record."""
    EMPTY_NON_TERMINAL = "empty-non-terminal"
    """The name has names below it and no records of its own."""
    NO_DS = "no-ds"
    """A delegation without DS: what is below is insecure."""
    NO_CUT = "no-cut"
    """No delegation at this name: it belongs to the zone itself, or is not there at all."""
    WILDCARD_EXPANSION = "wildcard-expansion"
    """Nothing closer than the wildcard matches: it was right to answer."""
    OPT_OUT = "opt-out"
    """Nothing signed is there, but unsigned delegations may be (RFC 5155 section 6): what follows from it is
    insecure, not secure (section 9.2)."""
    TOO_COSTLY = "too-many-iterations"
    """Not proven: the hashes cost more than a validator should pay. The zone is to be taken as insecure
    (RFC 9276 section 3.2)."""
    UNPROVEN = "unproven"
    """Not proven: `reason` says why."""


class Denial(NamedTuple):
    """Whether something is proven to be absent, by what, or why not."""

    proven: bool
    kind: DenialKind
    basis: tuple[str, ...] = ()
    """Sentences that name the records and what they match or cover; safe to print."""
    reason: str = ""
    """Why it is not proven; empty if it is."""
    is_cut: bool | None = None
    """Whether there is a delegation at the name, for `no_ds`; None where that is not known (opt-out)."""


def unproven(reason: str, kind: DenialKind = DenialKind.UNPROVEN) -> Denial:
    """Not proven, for this reason."""
    return Denial(False, kind, reason=reason)
