"""The filter that shows exactly the connections of a port, of one of its sockets, or of a process."""

from __future__ import annotations

from collections.abc import Sequence

from netmon.model.endpoint import Scope, scope_of
from netmon.model.process import Owner
from netmon.ports.by_process import ProcessPorts
from netmon.ports.listeners import Listening, binding
from netmon.ports.view import PortRow


def connections_filter(row: PortRow) -> str:
    """What came in to a port; of one of several sockets, what came to that one."""
    group = row.group
    text = f"lport:{group.port} proto:{group.protocol} dir:in"
    return text if row.socket is None else " ".join([text, *_of_socket(row.socket, group.sockets)])


def holder_filter(row: ProcessPorts) -> str | None:
    """The connections of a holder; None where no process can be named."""
    return _of_owner(row.owner)


def _of_owner(owner: Owner) -> str | None:
    pids = ",".join(str(process.pid) for process in owner.processes)
    return f"pid:{pids}" if pids else None


def _of_socket(one: Listening, sockets: Sequence[Listening]) -> list[str]:
    """What tells the connections of one socket from those of the others on its port."""
    terms = []
    socket = one.listener.socket
    others = [each for each in sockets if each is not one]
    if scope_of(socket.local.address) is not Scope.UNSPECIFIED:
        terms.append(f"laddr:{socket.local.address}")
    else:
        wide = [each for each in others if each.listener.socket.local.address in ("0.0.0.0", "::")]
        if any(each.listener.socket.family != socket.family for each in wide):
            terms.append("laddr:0.0.0.0/0" if socket.family == 4 else "laddr:::/0")
        terms += sorted({f"-laddr:{address}" for each in others if (address := _specific(each)) is not None})
    if any(binding(each.listener) == binding(one.listener) for each in others):
        pids = _of_owner(one.listener.owner)
        terms += [pids] if pids else []
    return terms


def _specific(one: Listening) -> str | None:
    address = one.listener.socket.local.address
    return None if scope_of(address) is Scope.UNSPECIFIED else address
