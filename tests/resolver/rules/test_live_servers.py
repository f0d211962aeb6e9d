"""The servers of a zone, asked one by one: serving, lame, silent, not there."""

from __future__ import annotations

import socket
from pathlib import Path

from netmon.model.endpoint import Endpoint
from netmon.resolver.rules.live_servers import ask_servers
from tests.resolver.rules.nsd import free_port, nsd
from tests.resolver.server import Fault, serve


def test_a_port_that_nobody_serves_is_lame() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    served = ask_servers("example.test.", "example.test.", {"ns1.example.test.": ["127.0.0.1"]}, port)
    assert [server.authoritative for server in served.servers] == [False]
    assert served.entries == ()


def test_silence_is_no_verdict() -> None:
    with serve({"example.test.": "@ A 192.0.2.1\n"}, {"example.test.": Fault(drop=True)}) as server:
        address, port = server.endpoint
        served = ask_servers("example.test.", "example.test.", {"ns1.example.test.": [address]}, port)
    assert [(server.authoritative, server.error) for server in served.servers] == [(None, "was silent")]
    assert len(server.asked) == 4, "each question is asked once more"


def test_an_answer_without_authority_is_lame() -> None:
    with serve({"example.test.": "@ A 192.0.2.1\n"}) as server:
        address, port = server.endpoint
        served = ask_servers("example.test.", "example.test.", {"ns1.example.test.": [address]}, port)
    assert [server.authoritative for server in served.servers] == [False]
    assert Endpoint(address, port) == server.endpoint


def test_the_records_are_those_of_the_newest_zone(tmp_path: Path) -> None:
    port = free_port()
    text = "$TTL 9\n@ SOA ns h {serial} 2 3 4 5\n@ NS ns\nns A 127.0.0.1\n"
    with (
        nsd(tmp_path, "127.0.0.1", port, {"example.test": text.format(serial=8)}),
        nsd(tmp_path, "127.0.0.2", port, {"example.test": text.format(serial=9)}),
    ):
        found = {"a.example.test.": ["127.0.0.1"], "b.example.test.": ["127.0.0.2"]}
        served = ask_servers("example.test.", "example.test.", found, port)
    assert [server.serial for server in served.servers] == [8, 9]
    assert {entry.source for entry in served.entries} == {"b.example.test. (127.0.0.2)"}
    assert [entry.data.split()[2] for entry in served.entries if entry.type == "SOA"] == ["9"]
