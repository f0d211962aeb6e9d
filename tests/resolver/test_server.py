"""What `--server` takes, and what is said of the rest."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.server import PORTS, STANDING_IN, BadServerError, Server, parse_server

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOSTS = st.one_of(
    st.ip_addresses().map(str),
    st.lists(LABELS, min_size=1, max_size=4).map(".".join),
    st.just("fe80::1%eth0"),
)


@st.composite
def servers(draw: st.DrawFn) -> Server:
    """Any server that can be asked."""
    scheme = draw(st.sampled_from([each for each in PORTS if each not in STANDING_IN]))
    path = draw(st.from_regex(r"/[a-z0-9/.?=-]{0,20}", fullmatch=True)) if scheme == "https" else ""
    host = draw(HOSTS.filter(lambda host: host not in STANDING_IN or scheme != "udp"))
    return Server(scheme, host, draw(st.integers(1, 65535) | st.just(PORTS[scheme])), path)


@given(servers())
def test_what_is_written_is_read_again(server: Server) -> None:
    assert parse_server(str(server)) == server


@given(st.text(max_size=80) | st.from_regex(r"\A(udp|tls|https|quic)://[\[\]:.%a-z0-9/-]{0,40}\Z"))
def test_any_text_is_a_server_or_one_line(text: str) -> None:
    try:
        server = parse_server(text)
    except BadServerError as error:
        said = str(error)
    else:
        assert parse_server(str(server)) == server
        return
    assert said.startswith("bad server ")
    assert said.isprintable()


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("system", Server("system")),
        ("authoritative", Server("authoritative")),
        ("1.1.1.1", Server("udp", "1.1.1.1", 53)),
        ("udp://1.1.1.1:5353", Server("udp", "1.1.1.1", 5353)),
        ("::1", Server("udp", "::1", 53)),
        ("[::1]:5353", Server("udp", "::1", 5353)),
        ("2001:DB8:0::1", Server("udp", "2001:db8::1", 53)),
        ("fe80::1%eth0", Server("udp", "fe80::1%eth0", 53)),
        ("ns1.example.com.", Server("udp", "ns1.example.com", 53)),
        ("tcp://192.0.2.1", Server("tcp", "192.0.2.1", 53)),
        ("TLS://DNS.example:8853", Server("tls", "dns.example", 8853)),
        ("https://dns.example", Server("https", "dns.example", 443, "/dns-query")),
        ("https://[::1]:8443/q{?dns}", Server("https", "::1", 8443, "/q")),
        ("quic://dns.example", Server("quic", "dns.example", 853)),
    ],
)
def test_every_form(text: str, server: Server) -> None:
    assert parse_server(text) == server
    assert ipaddress.ip_address(server.host) if server.is_address else not server.host[:1].isdigit()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("dns.exämple", "not plain ASCII"),
        ("ftp://1.1.1.1", "ftp:// is not one of udp://"),
        ("system://", "system:// is not one of"),
        ("1.1.1.300", "ends like one"),
        ("1.1.1", "ends like one"),
        ("1.1.1.1:0", "not a number from 1 to 65535"),
        ("1.1.1.1:99999", "not a number from 1 to 65535"),
        ("1.1.1.1:", "not a number from 1 to 65535"),
        ("[::1", "brackets"),
        ("[1.1.1.1]:53", "brackets"),
        ("tls://host/path", "takes no path"),
        ("https://host/a#b", "no path of a URL"),
        ("a..b", "neither an address nor a host name"),
        ("user@host", "no user name and no password"),
        ("fe80::1%e t", "neither an address nor a host name"),
    ],
)
def test_what_is_no_server_is_named(text: str, why: str) -> None:
    with pytest.raises(BadServerError, match="bad server") as raised:
        parse_server(text)
    assert why in str(raised.value)


def test_one_of_a_zones_own_is_shown_by_its_name() -> None:
    server = Server("udp", "192.0.2.1", 53, name="ns1.example.com.")
    assert str(server) == "ns1.example.com (192.0.2.1)"
    assert str(server._replace(host="::1", port=5353)) == "ns1.example.com ([::1]:5353)"
