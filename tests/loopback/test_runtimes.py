"""What of an environment changes how programs take localhost, without giving its secrets away."""

from __future__ import annotations

import os

import pytest

from netmon.loopback.runtimes import Surroundings, env, look_around
from netmon.model.finding import FindingState

PLAIN = Surroundings(container=False, wsl=False, musl=False)


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("JAVA_TOOL_OPTIONS", "-Xmx1g -Djava.net.preferIPv4Stack=true", "-Djava.net.preferIPv4Stack=true"),
        ("_JAVA_OPTIONS", "-Djava.net.preferIPv6Addresses=system", "preferIPv6Addresses=system"),
        ("NODE_OPTIONS", "--dns-result-order=ipv4first", "--dns-result-order=ipv4first"),
        ("NODE_OPTIONS", "--no-network-family-autoselection", "Node tries one address"),
        ("GODEBUG", "http2client=0,netdns=go+1", "netdns=go+1"),
        ("RES_OPTIONS", "timeout:1 no-aaaa", "no-aaaa"),
    ],
)
def test_settings_of_runtimes(variable: str, value: str, shown: str) -> None:
    finding = env({variable: value}, PLAIN)
    assert finding.state is FindingState.INFO
    assert shown in finding.summary
    assert "-Xmx1g" not in finding.evidence


def test_a_proxy_for_localhost_is_said_without_its_password() -> None:
    finding = env({"http_proxy": "http://user:secret@proxy:3128"}, PLAIN)
    assert finding.summary.startswith("http_proxy is set and no_proxy does not name localhost")
    assert "secret" not in str(finding)
    spared = {"http_proxy": "http://proxy", "no_proxy": "example.org, localhost"}
    assert env(spared, PLAIN).state is FindingState.OK


def test_places_are_named_and_counted() -> None:
    finding = env({}, Surroundings(container=True, wsl=True, musl=True))
    assert finding.summary.endswith("its host's, and 2 more")
    assert finding.evidence.count(";") == 2


def test_nothing_in_particular() -> None:
    unrelated = {"JAVA_TOOL_OPTIONS": "-Xmx1g", "NODE_OPTIONS": "", "GODEBUG": "x=1", "PATH": "/bin"}
    assert env(unrelated, PLAIN).state is FindingState.OK


def test_this_machine_is_looked_at() -> None:
    around = look_around()
    assert around.container == any(map(os.path.exists, ("/.dockerenv", "/run/.containerenv")))
    assert isinstance(env(os.environ, around).summary, str)
