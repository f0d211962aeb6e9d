"""Every way in which a hosts file can name localhost, and what is said of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.files import FileText
from netmon.loopback.hosts import NAMES, HostsLine, hosts_localhost, parse_hosts
from netmon.model.finding import Finding, FindingState
from tests.loopback.staged import BOTH, seen


def judged(text: str, dead: tuple[str, ...] = ()) -> Finding:
    return hosts_localhost(FileText("/etc/hosts", text), seen(BOTH, dead=dead))


def test_lines_that_name_localhost_are_read() -> None:
    text = """
# 10.0.0.1 localhost
127.0.0.1\tLOCALHOST localhost.localdomain # and so on
::1 ip6-localhost localhost
fe80::1%lo0 localhost
10.0.0.1 mylocalhost localhost.example
nonsense localhost
"""
    assert parse_hosts(text) == (
        HostsLine(3, "127.0.0.1", "", ("localhost", "localhost.localdomain")),
        HostsLine(4, "::1", "", ("localhost", "ip6-localhost")),
        HostsLine(5, "fe80::1", "lo0", ("localhost",)),
    )


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for line in parse_hosts(text):
        assert set(line.names) <= set(NAMES)
        assert line.is_loopback in (True, False)


@given(st.lists(st.tuples(st.ip_addresses(), st.lists(st.sampled_from(NAMES), min_size=1, unique=True))))
def test_what_is_written_is_read(lines: list[tuple[object, list[str]]]) -> None:
    text = "".join(f"{address}  {' '.join(names)} other#x\n" for address, names in lines)
    found = parse_hosts(text)
    assert [line.address for line in found] == [str(address) for address, _ in lines]
    assert [set(line.names) for line in found] == [set(names) for _, names in lines]


@pytest.mark.parametrize(
    ("text", "dead", "state", "summary"),
    [
        ("127.0.0.1 localhost\n::1 localhost", (), "ok", "the hosts file gives localhost 127.0.0.1 and ::1"),
        ("127.0.0.1 localhost\n", ("::1",), "ok", "the hosts file gives localhost 127.0.0.1"),
        (
            "127.0.0.1 localhost\n::1 ip6-localhost\n", (), "warn",
            "the hosts file does not give localhost the address ::1, which works here",
        ),
        ("", (), "warn", "the hosts file does not give localhost the address 127.0.0.1, which works here"),
        (
            "127.0.0.1 localhost\n::1 localhost\n", ("::1",), "fail",
            "the hosts file gives localhost the address ::1, which carries no connection here",
        ),
        (
            "127.0.0.1 localhost\n::1 localhost\n192.0.2.1 localhost\n", (), "fail",
            "the hosts file gives localhost the address 192.0.2.1, which is no loopback address",
        ),
        (
            "127.0.0.1 localhost\n::1 localhost\n10.0.0.1 ip6-localhost\n", (), "fail",
            "the hosts file gives ip6-localhost the address 10.0.0.1, which is no loopback address",
        ),
    ],
)  # fmt: skip
def test_the_judgement(text: str, dead: tuple[str, ...], state: str, summary: str) -> None:
    finding = judged(text, dead)
    assert (finding.state, finding.summary) == (state, summary)
    assert bool(finding.fix) == bool(finding.why) == (state != "ok")


def test_the_fix_names_the_line() -> None:
    finding = judged("127.0.0.1 localhost\n2001:db8::1 localhost\n")
    assert finding.fix == "Change line 2 of /etc/hosts to `::1 localhost`."


def test_loopback_of_macos_is_loopback() -> None:
    assert judged("127.0.0.1 localhost\n::1 localhost\nfe80::1%lo0 localhost\n").state is FindingState.OK


def test_a_file_that_is_missing_or_cannot_be_read() -> None:
    missing = hosts_localhost(FileText("/etc/hosts", None, "No such file", True), seen(BOTH))
    assert (missing.state, missing.summary[:26]) == (FindingState.WARN, "there is no /etc/hosts, so")
    secret = hosts_localhost(FileText("/etc/hosts", None, "Permission denied"), seen(BOTH))
    assert (secret.state, secret.summary) == (
        FindingState.UNKNOWN,
        "/etc/hosts could not be read: Permission denied",
    )
