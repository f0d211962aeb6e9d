"""What scutil says of the resolvers of macOS."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.system.scopes import choose
from netmon.resolver.system.scutil import parse_scutil
from tests.resolver.recorded import said


def asked(sample: str, name: str) -> list[tuple[str, ...]]:
    """The servers that a name goes to."""
    return [scope.servers for scope in choose(name, parse_scutil(said(sample))).scopes]


def test_the_resolvers_and_what_they_are_for() -> None:
    home, corp, local, neighbours, *bound = parse_scutil(said("scutil-vpn"))
    assert (home.name, home.default, home.domains) == ("resolver #1 (en0)", True, ())
    assert (home.servers, home.search) == (("10.0.2.1", "fe80::1%en0"), ("home.example",))
    assert (corp.name, corp.default, corp.domains) == ("resolver #2 (utun3)", False, ("corp.example",))
    assert (local.name, local.servers, local.domains) == (
        "resolver #3",
        ("127.0.0.1:5353",),
        ("example.test",),
    )
    assert (neighbours.multicast, neighbours.servers, neighbours.domains) == (True, (), ("local",))
    assert [(each.name, each.bound, each.default) for each in bound] == [
        ("scoped resolver #1 (en0)", True, False), ("scoped resolver #2 (utun3)", True, False)
    ]  # fmt: skip


def test_where_names_go_with_a_vpn_for_one_domain() -> None:
    assert asked("scutil-vpn", "db.corp.example.") == [("10.8.0.1", "10.8.0.2")]
    assert asked("scutil-vpn", "www.example.com.") == [("10.0.2.1", "fe80::1%en0")]
    assert asked("scutil-vpn", "printer.local.") == [()]
    # What completes names decides nothing here, other than with systemd-resolved.
    assert asked("scutil-vpn", "nas.home.example.") == [("10.0.2.1", "fe80::1%en0")]


def test_a_vpn_that_takes_every_name_goes_before_the_network() -> None:
    assert asked("scutil-takeover", "www.example.com.") == [("172.16.0.10", "172.16.0.11")]


def test_without_a_network_there_are_only_the_neighbours() -> None:
    (only,) = parse_scutil(said("scutil-offline"))
    assert (only.name, only.multicast, only.domains) == ("resolver #2", True, ("local",))
    assert asked("scutil-offline", "www.example.com.") == []


@given(
    st.lists(st.ip_addresses().map(str), min_size=1, max_size=4),
    st.lists(st.from_regex(r"[a-z]{1,6}\.[a-z]{1,6}", fullmatch=True), max_size=4),
    st.integers(1, 65535),
)
def test_what_a_resolver_has_is_read(servers: list[str], search: list[str], port: int) -> None:
    lines = ["resolver #1"]
    lines += [f"  search domain[{at}] : {name}" for at, name in enumerate(search)]
    lines += [f"  nameserver[{at}] : {address}" for at, address in enumerate(servers)]
    lines += [f"  port     : {port}"] if port != 53 else []
    (scope,) = parse_scutil("\n".join(lines))
    assert scope.search == tuple(search)
    assert [
        each.replace("[", "").replace("]", "").removesuffix(f":{port}") for each in scope.servers
    ] == servers


_PARTS = st.sampled_from(
    [
        "resolver #1\n",
        "  nameserver[0] : ",
        "::1",
        "\n",
        "domain : ",
        "order : ",
        "9",
        "flags : Scoped",
        "(",
        ")",
    ]
)


@given(st.lists(_PARTS | st.text(max_size=5)).map("".join))
def test_whatever_it_says_is_printable_and_bounded(text: str) -> None:
    for scope in parse_scutil(text):
        assert all(word.isprintable() for word in (scope.name, *scope.servers, *scope.domains, *scope.search))
        assert scope.order is not None
