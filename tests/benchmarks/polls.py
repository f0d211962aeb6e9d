"""A full poll against the tools that read the same sockets, and against the kernel alone."""

from __future__ import annotations

import gc
import socket
import struct

import psutil

from netmon.collectors.linux import LinuxCollector
from netmon.collectors.netlink import HEADER, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, RECEIVE_BUFFER
from netmon.collectors.sock_diag import NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, request
from netmon.engine.poller import Poller
from tests.benchmarks.contest import Contender, Costs, command, compete, in_process, installed, ratio
from tests.benchmarks.held import Load
from tests.benchmarks.table import Row, Target

SS = ("ss", "-tanpi")
LSOF = ("lsof", "-nPi")
_POLL, _KERNEL, _PSUTIL = "netmon", "kernel", "psutil.net_connections"
_RIVALS = (" ".join(SS), " ".join(LSOF), _PSUTIL)
_WARM_POLLS = 8
_KINDS = tuple(
    request(family, protocol)
    for protocol in (socket.IPPROTO_TCP, socket.IPPROTO_UDP)
    for family in (socket.AF_INET, socket.AF_INET6)
)


def poll_rows(load: Load, rounds: int, *, judged: bool) -> list[Row]:
    """Compare polls of the sockets that `load` holds, 5 % of them busy since the poll before.

    Args:
        load: what to read, told to be busy before each poll.
        rounds: turns of each contender.
        judged: whether the targets are meant for this number of sockets.
    """
    costs = compete_polls(load, rounds)
    title = f"poll of {load.sockets:,}"
    rows = [_row(f"{title} / kernel dump alone", costs, _POLL, _KERNEL, Target(4) if judged else None)]
    for rival in _RIVALS:
        target = Target(5, at_least=True) if judged and rival == _RIVALS[0] else None
        rows.append(_row(f"{rival} / {title}", costs, rival, _POLL, target))
    return rows


def _row(what: str, costs: dict[str, Costs], over: str, under: str, target: Target | None) -> Row:
    figure = ratio(costs, over, under)
    raw = f"{costs[over].text()} against {costs[under].text()}" if figure is not None else "not installed"
    return Row(what, figure, target=target, raw=raw)


def compete_polls(load: Load, rounds: int) -> dict[str, Costs]:
    """The costs of netmon's poll, the kernel's dump and every rival that is installed."""
    poller, kernel = Poller(LinuxCollector()), KernelDump()
    try:
        for _ in range(_WARM_POLLS):
            load.round()
            poller.poll_once()
        # As in the app after its first paint: what lives as long as the program is not searched for garbage.
        gc.collect()
        gc.freeze()
        contenders: dict[str, Contender] = {
            _POLL: in_process(poller.poll_once, before=load.round),
            _KERNEL: in_process(kernel.run),
            _PSUTIL: in_process(lambda: psutil.net_connections("inet")),
        }
        for argv in (SS, LSOF):
            if installed(argv):
                contenders[" ".join(argv)] = command(argv)
        return compete(contenders, rounds)
    finally:
        gc.unfreeze()
        poller.stop()
        kernel.close()


class KernelDump:
    """netmon's requests, and its reads of the answers, with nothing made of them."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
        self._socket.settimeout(10)
        self._buffer = bytearray(RECEIVE_BUFFER)

    def run(self) -> int:
        """Dump all four kinds of sockets; how many bytes came."""
        return sum(self._dump(payload) for payload in _KINDS)

    def _dump(self, payload: bytes) -> int:
        header = HEADER.pack(
            HEADER.size + len(payload), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0
        )
        self._socket.send(header + payload)
        total = 0
        while True:
            length = self._socket.recv_into(self._buffer)
            total += length
            if self._is_last(length):
                return total

    def _is_last(self, length: int) -> bool:
        """Whether a datagram is, or ends with, NLMSG_DONE and its four-byte code."""
        start = length - HEADER.size - 4
        return start >= 0 and struct.unpack_from("=IH", self._buffer, start) == (
            HEADER.size + 4,
            NLMSG_DONE,
        )

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
