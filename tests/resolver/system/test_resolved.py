"""What resolvectl says of the links, from version 245 to 257."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.system.resolved import parse_status
from netmon.resolver.system.scopes import Scope
from tests.resolver.recorded import said


def test_a_vpn_beside_a_network_in_version_252() -> None:
    assert parse_status(said("resolvectl-252")) == (
        Scope("global", ("127.0.0.9",), default=True, dnssec="no/unsupported", over_tls="no"),
        Scope(
            "vpn0", ("10.8.0.1", "10.8.0.9#ns.corp.example"), ("corp.example", "vpn.corp.example"),
            ("vpn.corp.example",), False, None, "no/unsupported", "no",
        ),
        Scope(
            "wlp", ("10.9.0.1", "fe80::1%wlp"), ("lan",), ("lan",), True, None, "no/unsupported",
            "opportunistic",
        ),
    )  # fmt: skip


def test_settings_in_lines_of_their_own_in_version_245() -> None:
    vpn, other = parse_status(said("resolvectl-245"))
    assert (vpn.name, vpn.servers) == ("tun0", ("10.20.0.1", "10.20.0.2"))
    assert (vpn.domains, vpn.search) == (("internal.example", "20.10.in-addr.arpa"), ())
    assert (vpn.default, vpn.current, vpn.dnssec, vpn.over_tls) == (False, "10.20.0.1", "no", "no")
    assert (other.name, other.default, other.dnssec) == ("enp0s3", True, "allow-downgrade")


def test_servers_that_take_every_name_in_version_257() -> None:
    everywhere, link = parse_status(said("resolvectl-257"))
    assert (everywhere.domains, everywhere.search) == ((".",), ())
    assert everywhere.servers == ("9.9.9.9#dns.quad9.net", "[2620:fe::fe]:853#dns.quad9.net")
    assert (everywhere.over_tls, everywhere.dnssec) == ("yes", "yes/supported")
    assert link.current == "fe80::861e:a3ff:feb1:f8e7%enp34s0"
    assert (link.domains, link.default) == (("fritz.box",), True)


def test_a_link_without_servers_is_no_scope() -> None:
    assert parse_status("Link 2 (eth0)\nCurrent Scopes: none\n  DNS Domain: a.test\n") == ()


_NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
_DOMAINS = st.lists(
    st.tuples(st.booleans(), st.from_regex(r"[a-z]{1,5}\.[a-z]{1,5}", fullmatch=True)),
    max_size=4, unique_by=lambda each: each[1],
)  # fmt: skip


@given(_NAMES, st.lists(st.ip_addresses(v=4).map(str), min_size=1, max_size=5), _DOMAINS, st.booleans())
def test_what_a_link_has_is_read_whether_its_lines_are_wrapped_or_not(
    link: str, servers: list[str], domains: list[tuple[bool, str]], wrapped: bool
) -> None:
    between = "\n             " if wrapped else " "
    words = [f"{'~' if only else ''}{name}" for only, name in domains]
    text = f"Link 7 ({link})\n  DNS Servers: {between.join(servers)}\n"
    text += f"   DNS Domain: {between.join(words)}\n" if words else ""
    (scope,) = parse_status(text)
    assert (scope.name, scope.servers) == (link, tuple(servers))
    assert scope.domains == tuple(name for _, name in domains)
    assert scope.search == tuple(name for only, name in domains if not only)


_PARTS = st.sampled_from(
    [
        "Global\n",
        "Link 2 (a)\n",
        "DNS Servers",
        ":",
        " ",
        "\n",
        "Protocols: +",
        "DNS Domain: ~",
        "fe80::1",
        "=",
    ]
)


@given(st.lists(_PARTS | st.text(max_size=5)).map("".join))
def test_whatever_it_says_is_printable_and_bounded(text: str) -> None:
    for scope in parse_status(text):
        words = (scope.name, *scope.servers, *scope.domains, scope.dnssec or "", scope.current or "")
        assert all(word.isprintable() for word in words)
        assert len(scope.servers) <= 256
