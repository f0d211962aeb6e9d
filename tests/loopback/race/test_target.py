"""What may be typed as the target of a race, and which addresses it is."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.race.attempt import Destination
from netmon.loopback.race.target import Place, Target, TargetError, destinations, parse_target
from netmon.model.endpoint import Endpoint


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("5173", [Place("localhost", 5173)]),
        ("localhost:5173", [Place("localhost", 5173)]),
        ("[::1]:80 127.0.0.1:80", [Place("::1", 80), Place("127.0.0.1", 80)]),
        ("[0:0::1]:80,127.0.0.1:81", [Place("::1", 80), Place("127.0.0.1", 81)]),
        ("[fe80::1%lo]:22", [Place("fe80::1", 22, "lo")]),
        ("  example.com:65535 ", [Place("example.com", 65535)]),
    ],
)
def test_a_target(text: str, places: list[Place]) -> None:
    assert list(parse_target(text).places) == places


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no target: write NAME:PORT, [IPv6 ADDRESS]:PORT or the port of a listener here"),
        ("localhost", "target 'localhost' is not understood: write"),
        ("::1:80", "target '::1:80' is not understood: write"),
        ("localhost:", "target 'localhost:': the port must be a number from 1 to 65535"),
        ("localhost:http", "the port must be a number"),
        ("localhost:0", "the port must be a number from 1 to 65535"),
        ("99999999999999999", "the port must be a number from 1 to 65535"),
        ("0070000", "the port must be a number from 1 to 65535"),
        ("9" * 5000, "the port must be a number from 1 to 65535"),
        ("localhost:٣", "the port must be a number"),
        (":80", "target ':80' names no host"),
        ("[localhost]:80", "target '[localhost]:80': what stands in brackets is no IPv6 address"),
        ("a" * 254 + ":80", "holds no host name"),
        ("a\x1bb:80", "holds no host name"),
        ("1 2 3 4 5 6 7", "7 addresses are too many: at most 6 take part"),
    ],
)
def test_what_is_none_is_named_in_one_line(text: str, message: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse_target(text)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


@given(st.text(max_size=60) | st.from_regex(r"(\[?[0-9a-f:.%]{0,9}\]?:?\d{0,6}[ ,]?){0,3}", fullmatch=True))
def test_anything_is_a_target_or_an_error_for_a_person(text: str) -> None:
    try:
        target = parse_target(text)
    except TargetError as error:
        said = str(error)
    else:
        said = str(target)
        assert parse_target(said) == target
    assert said.isprintable()


def test_each_address_takes_part_once_in_the_order_given() -> None:
    target = parse_target("[::1]:80 127.0.0.1:80 [::1]:80")
    assert [str(place) for place in destinations(target)] == ["[::1]:80", "127.0.0.1:80"]


def test_a_zone_is_kept() -> None:
    assert destinations(Target((Place("fe80::1", 22, "lo"),))) == (
        Destination(Endpoint("fe80::1", 22), "lo"),
    )


def test_a_name_that_does_not_resolve_says_why() -> None:
    with pytest.raises(TargetError, match=r"no-such-host\.invalid does not resolve: ."):
        destinations(Target((Place("no-such-host.invalid", 80),)))


_BOTH = """
from netmon.loopback.race.target import destinations, parse_target
print(*destinations(parse_target("both.test:80")))
"""


@pytest.mark.root
def test_a_name_of_both_families_by_the_hosts_file() -> None:
    script = f"""set -e
        mount -t tmpfs none /mnt
        printf '127.0.0.1 both.test\\n::1 both.test\\n' > /mnt/hosts
        mount --bind /mnt/hosts /etc/hosts
        ip link set lo up
        exec "{sys.executable}" -c "$0"
    """
    command = ["unshare", "-mn", "sh", "-c", script, _BOTH]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert sorted(done.stdout.split()) == ["127.0.0.1:80", "[::1]:80"], done.stderr
