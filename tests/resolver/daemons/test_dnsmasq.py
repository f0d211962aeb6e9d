"""What home routers run: dnsmasq's made-up answers, its filters, and what it keeps from whom it asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon.resolver.enquiry import Enquiry, enquire
from netmon.resolver.server import parse_server
from tests.resolver.asking import ask, data
from tests.resolver.daemon import answers, find, free_ports, running
from tests.resolver.server import Fault, Server, serve

_UPSTREAM = """
public  A 192.0.2.7
private A 10.1.2.3
six     A 192.0.2.8
six     AAAA 2001:db8::8
""" + "".join(f"big TXT {'x' * 200}{n}\n" for n in range(40))


@pytest.fixture(scope="module")
def upstream() -> Iterator[Server]:
    cut = {"big.up.wide.test.": Fault(truncate=True)}
    with serve({"up.wide.test.": _UPSTREAM}, cut) as running_server:
        yield running_server


@pytest.fixture(scope="module")
def dnsmasq(upstream: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = find("dnsmasq", "dnsmasq-base")
    directory: Path = tmp_path_factory.mktemp("dnsmasq")
    (port,) = free_ports(1)
    command = [
        program, "--keep-in-foreground", "--conf-file=/dev/null", f"--port={port}", "--log-facility=-",
        "--listen-address=127.0.0.1", "--bind-interfaces", "--user=", "--pid-file=", "--no-hosts",
        "--no-resolv", "--rebind-domain-ok=/public.up.wide.test/six.up.wide.test/",
        "--address=/ads.wide.test/0.0.0.0", "--address=/every.wide.test/192.0.2.1", "--local=/wide.test/",
        "--host-record=nas.wide.test,192.0.2.9,2001:db8::9", "--cname=alias.wide.test,nas.wide.test",
        "--txt-record=note.wide.test,hi there", "--local-ttl=300", "--filter-AAAA", "--stop-dns-rebind",
        f"--server=/up.wide.test/127.0.0.1#{upstream.endpoint.port}",
    ]  # fmt: skip
    with running(command, lambda: answers("127.0.0.1", port), directory / "log"):
        yield f"127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tracker.ads", ["0.0.0.0"]),
        ("whatever.every", ["192.0.2.1"]),
        ("nas", ["192.0.2.9"]),
        ("alias", ["nas.wide.test.", "192.0.2.9"]),
        ("public.up", ["192.0.2.7"]),
    ],
)
def test_what_it_makes_up_and_what_it_passes_on(dnsmasq: str, name: str, expected: list[str]) -> None:
    assert data(ask(dnsmasq, name, "A")) == expected


def test_a_name_that_it_alone_knows_not_to_exist(dnsmasq: str) -> None:
    (said,) = ask(dnsmasq, "nobody", "A").said
    assert (said.answer.rcode, said.answer.error) == (
        "NXDOMAIN", "nobody.wide.test. does not exist (NXDOMAIN)"
    )  # fmt: skip


def test_a_filter_leaves_a_name_without_addresses_and_with_others(dnsmasq: str) -> None:
    four, six = ask(dnsmasq, "six.up", "A", "AAAA").said
    assert (four.answer.rcode, [each.data for each in four.answer.records]) == ("NOERROR", ["192.0.2.8"])
    assert (six.answer.rcode, six.answer.error) == (
        "NOERROR",
        "six.up.wide.test. has no AAAA record: EDE 17 (Filtered)",
    )


def test_a_private_address_from_outside_is_kept_back(dnsmasq: str, upstream: Server) -> None:
    (said,) = ask(dnsmasq, "private.up", "A").said
    assert (said.answer.rcode, said.answer.records) == ("NOERROR", ())
    assert said.answer.error == "private.up.wide.test. has no A record: EDE 15 (Blocked)"
    assert data(ask(str(upstream.endpoint), "private.up", "A")) == ["10.1.2.3"]


def test_whom_it_has_nobody_to_ask_about_it_refuses(dnsmasq: str) -> None:
    outcome = enquire(Enquiry("www.elsewhere.test", ("A",), (parse_server(dnsmasq),), timeout_s=3))
    assert [said.answer.rcode for said in outcome.replies[0].said] == ["REFUSED"]
    assert not outcome.answered


def test_more_than_a_datagram_holds_comes_over_tcp(dnsmasq: str) -> None:
    replies = ask(dnsmasq, "big.up", "TXT")
    assert len(data(replies)) == 40
    assert replies.said[0].answer.transport == "tcp"


def test_its_ttl_is_that_of_its_settings(dnsmasq: str) -> None:
    (said,) = ask(dnsmasq, "nas", "A").said
    assert [record.ttl for record in said.answer.records] == [300]
