"""Proxies by their names and command lines, and what engines and systemd say of their ports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model.socket import Protocol
from netmon.ports.question import PROTOCOLS
from netmon.ports.stopping.forwarders import Forwarder, container_for, forwarder_of, socket_unit_for
from tests.builders import HOSTILE, process

DOCKER_PROXY = (
    "/usr/bin/docker-proxy", "-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port", "8080",
    "-container-ip", "172.17.0.2", "-container-port", "80", "-use-listen-fd",
)  # fmt: skip


def test_the_proxy_of_docker_says_what_it_forwards_to() -> None:
    proxy = process("docker-proxy", command=DOCKER_PROXY)
    assert forwarder_of(proxy) == Forwarder("docker", "172.17.0.2:80")
    six = ("docker-proxy", "--container-ip=fd00::2", "--container-port=80")
    assert forwarder_of(process("docker-proxy", command=six)) == Forwarder("docker", "[fd00::2]:80")
    assert forwarder_of(process("docker-proxy", command=())) == Forwarder("docker", None)


@pytest.mark.parametrize(
    ("name", "command", "engine"),
    [
        ("rootlessport", ("rootlessport",), "podman"),
        ("exe", ("/proc/self/containers-rootlessport",), "podman"),
        ("conmon", ("/usr/bin/conmon", "--api-version", "1"), "podman"),
        ("rootlesskit", ("rootlesskit", "--net=slirp4netns"), "docker"),
    ],
)
def test_others_are_known_by_their_names(name: str, command: tuple[str, ...], engine: str) -> None:
    assert forwarder_of(process(name, command=command)) == Forwarder(engine, None)


def test_no_other_program_forwards() -> None:
    assert forwarder_of(process("nginx")) is None
    assert (
        forwarder_of(process("python3", command=("python3", "docker-proxy.py", "-container-ip", "x"))) is None
    )


LISTING = (
    "db\t5432/tcp\n"
    "web\t0.0.0.0:8080->80/tcp, [::]:8080->80/tcp\n"
    "range\t0.0.0.0:9000-9010->9000-9010/tcp, :::9000-9010->9000-9010/tcp\n"
    "dns\t127.0.0.1:8053->53/udp\n"
    f"{HOSTILE.replace(chr(10), '')}\t0.0.0.0:7000->7000/tcp\n"
)


@pytest.mark.parametrize(
    ("port", "name"),
    [(8080, "web"), (9000, "range"), (9010, "range"), (9011, None), (80, None), (5432, None), (8053, None)],
)
def test_a_container_is_found_by_the_port_that_it_publishes(port: int, name: str | None) -> None:
    assert container_for(LISTING, "tcp", port) == name


def test_protocols_are_told_apart_and_names_are_cleaned() -> None:
    assert container_for(LISTING, "udp", 8053) == "dns"
    assert "\x1b" not in str(container_for(LISTING, "tcp", 7000))


SOCKETS = (
    "/run/dbus/system_bus_socket dbus.socket dbus.service\n"
    "0.0.0.0:2222 ssh.socket ssh.service\n"
    "[::]:8080 web@1.socket web@1.service\n"
    "nonsense\n"
)


def test_a_socket_unit_is_found_by_what_it_listens_on() -> None:
    assert socket_unit_for(SOCKETS, 2222) == "ssh.socket"
    assert socket_unit_for(SOCKETS, 8080) == "web@1.socket"
    assert socket_unit_for(SOCKETS, 222) is None
    assert socket_unit_for("", 80) is None


@given(st.text(), st.integers(1, 65535))
def test_any_text_is_read(text: str, port: int) -> None:
    container_for(text, "tcp", port)
    socket_unit_for(text, port)


@given(st.lists(st.text()))
def test_any_command_line_is_read(arguments: list[str]) -> None:
    assert forwarder_of(process("docker-proxy", command=tuple(arguments))) is not None


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20),
    st.integers(1, 65000), st.integers(0, 500), st.sampled_from(PROTOCOLS),
)  # fmt: skip
def test_every_port_of_a_published_range_leads_to_its_container(
    name: str, first: int, more: int, protocol: Protocol
) -> None:
    last = first + more
    listing = f"{name}\t[::]:{first}-{last}->{first}-{last}/{protocol}\n"
    assert {container_for(listing, protocol, port) for port in {first, last, (first + last) // 2}} == {name}
    assert container_for(listing, protocol, last + 1) is None
