"""`netmon ports`, `port` and `dns` as whole processes, against their like and a bare interpreter."""

from __future__ import annotations

import socket
import sys
import sysconfig
from collections.abc import Mapping

from tests.benchmarks.contest import Contender, Costs, command, compete, installed, ratio
from tests.benchmarks.held import ROOT, Load
from tests.benchmarks.polls import LSOF
from tests.benchmarks.table import Row, Target
from tests.resolver.server import serve

SS = ("ss", "-tulpn")
_PORTS, _PORT, _BARE = "netmon ports", "netmon port PORT", "python -c pass"
_DNS = "netmon dns NAME"
_SCRIPT = "from netmon.__main__ import main; main()"


def interpreter() -> tuple[str, ...]:
    """The interpreter below the virtual environment, with its packages and netmon on the path.

    Not the environment's own: an editable installation makes each of its starts import a finder, so that
    a bare start would take twice as long and netmon would look twice as good beside it.
    """
    base = str(getattr(sys, "_base_executable", sys.executable))
    path = ":".join([str(ROOT), sysconfig.get_path("purelib")])
    return "env", f"PYTHONPATH={path}", base


def netmon() -> tuple[str, ...]:
    """How netmon is started: as its script does it."""
    return *interpreter(), "-c", _SCRIPT


def crowded_rows(load: Load, rounds: int) -> list[Row]:
    """The listeners among many connections."""
    contenders: dict[str, Contender] = {_PORTS: command([*netmon(), "ports"])}
    for argv in (LSOF, SS):
        if installed(argv):
            contenders[" ".join(argv)] = command(argv)
    costs = compete(contenders, rounds)
    rows = []
    for argv in (LSOF, SS):
        name = " ".join(argv)
        figure = ratio(costs, name, _PORTS)
        raw = f"{costs[name].text()} against {costs[_PORTS].text()}" if figure else "not installed"
        target = Target(1, at_least=True) if argv is LSOF else None
        rows.append(Row(f"{name} / {_PORTS}, {load.sockets:,} sockets", figure, target=target, raw=raw))
    return rows


def idle_row(rounds: int) -> Row:
    """The price of the interpreter and netmon's own share of it, on a machine with hardly a socket."""
    contenders = {_PORTS: command([*netmon(), "ports"]), _BARE: command([*interpreter(), "-c", "pass"])}
    costs = compete(contenders, rounds)
    raw = f"{costs[_PORTS].text()} against {costs[_BARE].text()}"
    return Row(f"{_PORTS} / {_BARE}, idle", ratio(costs, _PORTS, _BARE), target=Target(5), raw=raw)


def port_rows(load: Load, rounds: int, *, judged_by: str) -> list[Row]:
    """One port that this process holds, among the sockets of the load.

    Args:
        load: the other sockets.
        rounds: turns of each.
        judged_by: which ratio has its target at this load: `lsof`, or `python` for a bare interpreter.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        rivals = {"lsof -nPi :PORT": ("lsof", "-nPi", f":{port}"), " ".join(SS): SS}
        rivals["fuser PORT/tcp"] = ("fuser", f"{port}/tcp")
        contenders: dict[str, Contender] = {_PORT: command([*netmon(), "port", port])}
        contenders[_BARE] = command([*interpreter(), "-c", "pass"])
        contenders |= {name: command(argv) for name, argv in rivals.items() if installed(argv)}
        costs = compete(contenders, rounds)
    sockets = f"{load.sockets:,} sockets"
    return [
        *(_rival_row(costs, name, sockets, judged=name.startswith(judged_by)) for name in rivals),
        _bare_row(costs, sockets, judged=_BARE.startswith(judged_by)),
    ]


def dns_rows(rounds: int) -> list[Row]:
    """One name of a server here, against importing dnspython's resolver, and `dig` for the record."""
    with serve({"example.test.": "www A 192.0.2.1\n"}) as server:
        address, port = server.endpoint
        bare = "python -c 'import dns.resolver'"
        dig = ("dig", f"@{address}", "-p", str(port), "www.example.test")
        argv = [*netmon(), "dns", "www.example.test", "--server", str(server.endpoint)]
        contenders: dict[str, Contender] = {_DNS: command(argv)}
        contenders[bare] = command([*interpreter(), "-c", "import dns.resolver"])
        if installed(dig):
            contenders["dig"] = command(dig)
        costs = compete(contenders, rounds)
    rows = []
    for name, target in ((bare, Target(1.5)), ("dig", None)):
        figure = ratio(costs, _DNS, name)
        raw = f"{costs[_DNS].text()} against {costs[name].text()}" if figure else "not installed"
        rows.append(Row(f"{_DNS} / {name}", figure, target=target, raw=raw))
    return rows


def _rival_row(costs: Mapping[str, Costs], name: str, sockets: str, *, judged: bool) -> Row:
    figure = ratio(costs, name, _PORT)
    raw = f"{costs[name].text()} against {costs[_PORT].text()}" if figure else "not installed"
    target = Target(1, at_least=True) if judged else None
    return Row(f"{name} / {_PORT}, {sockets}", figure, target=target, raw=raw)


def _bare_row(costs: Mapping[str, Costs], sockets: str, *, judged: bool) -> Row:
    raw = f"{costs[_PORT].text()} against {costs[_BARE].text()}"
    target = Target(5) if judged else None
    return Row(f"{_PORT} / {_BARE}, {sockets}", ratio(costs, _PORT, _BARE), target=target, raw=raw)
