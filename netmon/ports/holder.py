"""Who holds a socket, in the words of a sentence."""

from __future__ import annotations

from netmon.model.process import Owner


def holder_of(owner: Owner) -> str:
    """`nginx (80)`, `nginx (80) and 3 more`, or as much as is known of a process that cannot be named."""
    if owner.process is not None:
        others = f" and {len(owner.processes) - 1} more" if len(owner.processes) > 1 else ""
        return f"{owner.process.name} ({owner.process.pid}){others}"
    if owner.unit:
        return f"a process of {owner.unit}"
    user = owner.user or (None if owner.uid is None else f"uid {owner.uid}")
    return f"a process of {user}" if user else "an unknown process"
