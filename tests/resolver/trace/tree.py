"""A DNS tree of real servers on port 53 of a network namespace: root, two top-level domains, zones below."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rrset

from netmon.resolver.trace.hints import load_hints
from netmon.resolver.trace.steps import Trace, TraceStep
from netmon.resolver.trace.tracing import trace_all
from netmon.resolver.transport.exchange import Deadline
from tests.kernel.hosts import Host
from tests.resolver.daemon import answers, find, running
from tests.sockets import CLONE_NEWNET, unshare

ROOT, TEST, ZONES, NET = "127.1.0.1", "127.1.0.2", "127.1.0.3", "127.1.0.4"
"""One nsd each."""
UPWARD, FORGER, SILENT, NOBODY, ODD = "127.1.0.5", "127.1.0.6", "127.1.0.7", "127.1.0.9", "127.1.0.8"
"""What nsd does not do, and an address at which nothing is."""
SIX = "::1"

HINTS = f". NS a.root.\na.root. A {ROOT}\n"
MANY = [f"ns{n}-whose-name-is-long-enough-for-a-big-referral.big.test." for n in range(30)]

_SOA = "$TTL 300\n@ SOA ns hostmaster 1 7200 3600 86400 60\n"

ZONE_FILES: Mapping[str, Mapping[str, str]] = {
    ROOT: {
        ".": f"""
            @ NS a.root.
            a.root. A {ROOT}
            test. 3600 NS ns.test.
            ns.test. A {TEST}
            net. 86400 NS ns.net.
            ns.net. A {NET}
        """,
    },
    TEST: {
        "test.": f"""
            @ NS ns.test.
            ns A {TEST}
            ex 900 NS ns.ex.test.
            ns.ex A {ZONES}
            part NS dead.part.test.
            part NS silent.part.test.
            part NS lame.part.test.
            part NS good.part.test.
            dead.part A {NOBODY}
            silent.part A {SILENT}
            lame.part A {NET}
            good.part A {ZONES}
            lame NS ns.lame.test.
            ns.lame A {NET}
            noglue NS ns.noglue.test.
            out NS ns.out.net.
            gone NS ns.gone.net.
            up NS ns.up.test.
            ns.up A {UPWARD}
            forged NS ns.forged.test.
            ns.forged A {FORGER}
            odd NS ns.odd.test.
            ns.odd A {ODD}
            dead NS ns.dead.test.
            ns.dead A {NOBODY}
            six NS ns.six.test.
            ns.six AAAA {SIX}
            ring1 NS ns.ring2.test.
            ring2 NS ns.ring1.test.
            differ NS a.differ.test.
            differ NS b.differ.test.
            a.differ A {ZONES}
            b.differ A {NET}
        """
        + "".join(f"big NS {name}\n{name} A {ZONES}\n" for name in MANY),
        "other.net.": f"@ NS ns.other.net.\nns A {TEST}\nwww A 192.0.2.7\nback CNAME away.ex.test.\n"
        + "".join(f"long{n} CNAME long{n + 1}.ex.test.\n" for n in range(1, 40, 2)),
    },
    ZONES: {
        "ex.test.": f"""
            @ NS ns.ex.test.
            ns A {ZONES}
            www A 192.0.2.1
            www A 192.0.2.2
            www AAAA 2001:db8::1
            alias CNAME www.other.net.
            one CNAME two
            two CNAME one
            away CNAME back.other.net.
            nowhere CNAME nothing.other.net.
            long0 CNAME long1.other.net.
        """
        + "".join(f"long{n} CNAME long{n + 1}.other.net.\n" for n in range(2, 40, 2)),
        "part.test.": f"@ NS good.part.test.\ngood A {ZONES}\nwww A 192.0.2.3\n",
        "big.test.": f"@ NS {MANY[0]}\n{MANY[0]} A {ZONES}\nwww A 192.0.2.4\n",
        "differ.test.": f"@ NS a.differ.test.\na A {ZONES}\nwww A 192.0.2.5\n",
    },
    NET: {
        "net.": f"""
            @ NS ns.net.
            ns A {NET}
            out NS ns.out.net.
            ns.out A {NET}
            other NS ns.other.net.
            ns.other A {TEST}
        """,
        "out.net.": f"@ NS ns.out.net.\nns A {NET}\n",
        "out.test.": "@ NS ns.out.net.\nwww A 192.0.2.6\n",
        "differ.test.": f"@ NS b.differ.test.\nb A {NET}\nwww A 192.0.2.99\n",
    },
    SIX: {"six.test.": f"@ NS ns.six.test.\nns AAAA {SIX}\nwww A 192.0.2.8\n"},
}


class Tree(NamedTuple):
    """The running tree."""

    host: Host
    hints: Path

    def traces(
        self,
        name: str,
        *types: str,
        every: bool = False,
        on_step: Callable[[TraceStep], None] | None = None,
        seconds: float = 10,
    ) -> tuple[Trace, ...]:
        """Trace within the tree."""
        deadline = Deadline.after(seconds)
        with self.host.entered():
            return trace_all(
                name, types or ("A",), load_hints(str(self.hints)), deadline,
                every=every, on_step=on_step,
            )  # fmt: skip

    def trace(self, name: str, kind: str = "A", *, every: bool = False) -> Trace:
        """Trace one type."""
        (trace,) = self.traces(name, kind, every=every)
        return trace


def nsd() -> str:
    """Where the daemon is."""
    return find("nsd", "nsd")


@contextmanager
def alone_on_a_host() -> Iterator[Host]:
    """A network namespace with nothing but its loopback interface; needs root."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    before = Host(own, {})
    try:
        with before.entered():
            unshare(CLONE_NEWNET)
            made = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    finally:
        os.close(own)
    try:
        yield Host(made, {})
    finally:
        os.close(made)


@contextmanager
def running_tree(directory: Path) -> Iterator[Tree]:
    """The whole tree, until the end of the block; needs root and nsd."""
    hints = directory / "hints"
    hints.write_text(HINTS)
    with alone_on_a_host() as host, ExitStack() as stack:
        with host.entered():
            for address, zones in ZONE_FILES.items():
                stack.enter_context(served(directory, address, zones))
            stack.enter_context(misbehaving(UPWARD, refer_upwards))
            stack.enter_context(misbehaving(FORGER, forge))
            stack.enter_context(misbehaving(ODD, answer_another_question))
            stack.enter_context(misbehaving(SILENT, lambda query: []))
        yield Tree(host, hints)


@contextmanager
def served(directory: Path, address: str, zones: Mapping[str, str]) -> Iterator[None]:
    """An nsd for these zones at port 53 of one address, here."""
    home = directory / address.replace(":", "_")
    home.mkdir()
    lines = [
        f'server:\n ip-address: {address}@53\n username: ""\n chroot: ""\n database: ""\n server-count: 1',
        f' zonesdir: "{home}"\n xfrdir: "{home}"\n pidfile: "{home}/pid"\n xfrdfile: "{home}/xfrd"',
        f' zonelistfile: "{home}/list"\nremote-control:\n control-enable: no',
    ]
    for number, (zone, text) in enumerate(zones.items()):
        body = "\n".join(line.strip() for line in text.splitlines())
        (home / f"{number}.zone").write_text(f"$ORIGIN {zone}\n{_SOA}{body}\n")
        lines.append(f'zone:\n name: "{zone}"\n zonefile: "{number}.zone"')
    settings = home / "nsd.conf"
    settings.write_text("\n".join(lines) + "\n")
    with running([nsd(), "-d", "-c", settings], lambda: answers(address), home / "log"):
        yield


@contextmanager
def misbehaving(address: str, behave: Callable[[bytes], Sequence[bytes]]) -> Iterator[None]:
    """A server over UDP that sends whatever `behave` makes of a question, at port 53 of one address, here."""
    udp = socket.AF_INET, socket.SOCK_DGRAM
    with socket.socket(*udp) as sock, socket.socket(*udp) as last:  # the last question ends it
        sock.bind((address, 53))
        last.connect((address, 53))

        def serve() -> None:
            while (packet := sock.recvfrom(65535))[0]:
                for reply in behave(packet[0]):
                    sock.sendto(reply, packet[1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            last.send(b"")
            thread.join()


def refer_upwards(query: bytes) -> Sequence[bytes]:
    """As old servers do for zones that they do not serve: back to the root."""
    reply = dns.message.make_response(dns.message.from_wire(query))
    reply.authority.append(dns.rrset.from_text(".", 3600, "IN", "NS", "a.root."))
    return [reply.to_wire()]


def forge(query: bytes) -> Sequence[bytes]:
    """An answer with another id, as from somebody who guesses."""
    return [bytes([query[0] ^ 0xFF, *_answered(query)[1:]])]


def answer_another_question(query: bytes) -> Sequence[bytes]:
    """The right id and the wrong question, and bytes that are no message."""
    other = dns.message.make_query("elsewhere.test.", "A", id=int.from_bytes(query[:2], "big"))
    return [b"\xff" * 9, _answered(other.to_wire())]


def _answered(query: bytes) -> bytes:
    message = dns.message.from_wire(query)
    reply = dns.message.make_response(message)
    reply.flags |= dns.flags.AA
    reply.answer.append(dns.rrset.from_text(message.question[0].name, 60, "IN", "A", "192.0.2.66"))
    return reply.to_wire()
