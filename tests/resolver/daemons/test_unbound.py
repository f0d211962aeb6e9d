"""The transports with a resolver that others wrote: unbound over UDP, TCP, TLS and HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from netmon.resolver.edns import Wishes
from tests.resolver.asking import ask, data
from tests.resolver.authority import Authority
from tests.resolver.daemon import free_ports, listens
from tests.resolver.unbound import unbound as run_unbound


class Unbound(NamedTuple):
    """A running one."""

    port: int
    tls: int
    https: int
    ca_file: str

    def servers(self) -> dict[str, str]:
        """Each transport and how it is asked over it."""
        return {
            "udp": f"127.0.0.1:{self.port}", "tcp": f"tcp://127.0.0.1:{self.port}",
            "tls": f"tls://localhost:{self.tls}", "https": f"https://localhost:{self.https}/dns-query",
        }  # fmt: skip


@pytest.fixture(scope="module")
def unbound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unbound]:
    directory = tmp_path_factory.mktemp("unbound")
    authority = Authority(directory)
    port, tls, https = free_ports(3)
    started = Unbound(port, tls, https, str(authority.path))
    with run_unbound(directory, _server(started, authority), lambda: listens(started.https)):
        yield started


def _server(unbound: Unbound, authority: Authority) -> str:
    certificate = authority.certificate("localhost", "127.0.0.1")
    big = "\n".join(f"""local-data: 'big.wide.test. 60 TXT "{"x" * 200}{n}"'""" for n in range(250))
    ports = (unbound.port, unbound.tls, unbound.https)
    interfaces = "\n  ".join(f"interface: 127.0.0.1@{port}" for port in ports)
    return f"""{interfaces}
  tls-port: {unbound.tls}
  https-port: {unbound.https}
  tls-service-key: "{certificate.key}"
  tls-service-pem: "{certificate.path}"
  nsid: "ascii_here"
  ede: yes
  rrset-roundrobin: no
  local-zone: wide.test. static
  local-data: "host.wide.test. 60 A 192.0.2.1"
  local-data: "host.wide.test. 60 AAAA 2001:db8::1"
  local-zone: locked.wide.test. refuse
  {big}"""


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "https"])
def test_it_answers_over_each_transport(unbound: Unbound, transport: str) -> None:
    for get in (False, True):
        replies = ask(
            unbound.servers()[transport], "host", "A", "AAAA", "MX", ca_file=unbound.ca_file, get=get,
            wishes=Wishes(nsid=True),
        )  # fmt: skip
        assert data(replies) == ["192.0.2.1", "2001:db8::1"]
        assert [said.answer.transport for said in replies.said] == [transport] * 3
        assert {said.extras.nsid for said in replies.said} == {"here"}
        assert replies.said[2].answer.error == "host.wide.test. has no MX record"


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "https"])
def test_it_gives_50_kb_over_each_transport(unbound: Unbound, transport: str) -> None:
    replies = ask(unbound.servers()[transport], "big", "TXT", ca_file=unbound.ca_file)
    assert len(data(replies)) == 250
    assert replies.said[0].answer.transport == ("tcp" if transport == "udp" else transport)


def test_what_it_refuses_is_no_silence(unbound: Unbound) -> None:
    (said,) = ask(unbound.servers()["udp"], "locked").said
    assert said.answer.rcode == "REFUSED"
    assert said.answer.error == "the server refuses to answer (REFUSED)"
