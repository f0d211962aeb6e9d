"""Trust anchors: the root's own, and files of them."""

from __future__ import annotations

from pathlib import Path

import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.dnssec.anchors import (
    SIZE_LIMIT,
    AnchorError,
    closest,
    load_anchors,
    parse_anchors,
    root_anchor,
)

# The root's key of 2024 as Debian's dns-root-data ships it.
KEY_38696 = (
    ". IN DNSKEY 257 3 8 "
    "AwEAAa96jeuknZlaeSrvyAJj6ZHv28hhOKkx3rLGXVaC6rXTsDc449/cidltpkyGwCJNnOAlFNKF2jBosZBU5eeHspaQWOmO"
    "ElZsjICMQMC3aeHbGiShvZsx4wMYSjH8e7Vrhbu6irwCzVBApESjbUdpWWmEnhathWu1jo+siFUiRAAxm9qyJNg/wOZqqzL/"
    "dL/q8PkcRU5oUKEpUge71M3ej2/7CPqpdVwuMoTvoB+ZOT4YeGyxMvHmbrxlFzGOHOijtzN+u1TQNatX2XBuzZNQ1K+s2CXk"
    "PIZo7s6JgZyvaBevYtxPvYLw4z9mR7K2vaF18UYH9Z9GNUUeayffKC73PYc="
)


def test_the_roots_own() -> None:
    anchor = root_anchor()
    assert (anchor.zone, anchor.tags, anchor.source) == (dns.name.root, (20326, 38696), "built in")


def test_the_digest_is_that_of_the_key() -> None:
    import dns.dnssec

    (anchor,) = parse_anchors(KEY_38696, "root.key")
    assert anchor.tags == (38696,)
    digest = dns.dnssec.make_ds(".", anchor.keys[0], "SHA256")
    assert digest in root_anchor().digests


def test_a_file_as_unbound_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    path.write_text(
        f"; autotrust trust anchor file\n{KEY_38696} ;{{id = 38696 (ksk)}} ;;state=2 [  VALID  ]\n"
    )
    (anchor,) = load_anchors(str(path))
    assert (anchor.tags, anchor.source) == ((38696,), str(path))


def test_the_closest_counts() -> None:
    ds = f"DS 1 13 2 {'00' * 32}"
    anchors = parse_anchors(f". {ds}\ntest. {ds}\n", "file")
    for name, zone in (("www.test.", "test."), ("test.", "test."), ("example.", ".")):
        found = closest(anchors, dns.name.from_text(name))
        assert found is not None
        assert found.zone == dns.name.from_text(zone)
    assert closest(anchors[1:], dns.name.from_text("example.")) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it has no DS and no DNSKEY record"),
        ("test. A 192.0.2.1\n", "it has a A record, not only DS and DNSKEY"),
        ("test. DS one two three\n", "is no anchor file"),
        ("$INCLUDE /etc/passwd\n", "is no anchor file"),
        (KEY_38696.replace("257", "256"), "no key of . is one that signs other keys"),
        (KEY_38696.replace("257", "385"), "no key of . is one that signs other keys"),
    ],
)
def test_what_is_no_anchor_file(text: str, says: str) -> None:
    with pytest.raises(AnchorError, match=says):
        parse_anchors(text, "file")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AnchorError, match="cannot be read: No such file"):
        load_anchors(str(tmp_path / "none"))
    (tmp_path / "long").write_text("; " * SIZE_LIMIT)
    with pytest.raises(AnchorError, match="more than 65536 characters"):
        load_anchors(str(tmp_path / "long"))


@given(st.text(alphabet='. DSNKEY0123456789abc;()"\\\n\t$@IN', max_size=80))
def test_any_text_is_anchors_or_an_error(text: str) -> None:
    said = ""
    try:
        found = parse_anchors(text, "file")
    except AnchorError as error:
        found, said = (), str(error)
    assert bool(found) != bool(said)
    assert said.isprintable()
