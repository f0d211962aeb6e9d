"""gai.conf as glibc reads it: what counts, what is replaced, what is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.order.gai_conf import SIZE_LIMIT, GaiConf, parse, read_gai_conf
from netmon.loopback.order.policy import GLIBC

DEBIAN = """
# label  ::1/128       0
#precedence ::ffff:0:0/96  100
"""


@pytest.mark.parametrize("text", ["", DEBIAN, "\n\n", "#", "   \t\n"])
def test_what_says_nothing(text: str) -> None:
    assert parse(text) == GaiConf()
    assert parse(text).policy == GLIBC


def test_a_lone_line_replaces_the_table_of_its_kind() -> None:
    conf = parse("# IPv4 first\nprecedence ::ffff:0:0/96  100 # at last")
    (line,) = conf.overrides
    assert str(line) == "line 2, `precedence ::ffff:0:0/96 100`"
    assert conf.lone == (line,)
    policy = conf.policy
    assert policy.precedence("192.0.2.1") == 100
    assert policy.precedence("::1") == policy.precedence("2002::1") == 40  # no longer 50 and 30
    assert policy.labels == GLIBC.labels
    assert policy.scopes == GLIBC.scopes


def test_two_lines_of_a_kind_are_not_alone() -> None:
    conf = parse("label ::1/128 0\nlabel ::/0 1\nscopev4 ::ffff:10.0.0.0/104 5")
    assert [line.kind for line in conf.lone] == ["scopev4"]
    assert conf.policy.scope("10.1.1.1") == 5
    assert conf.policy.scope("127.0.0.1") == 14


@pytest.mark.parametrize("prefix", ["::ffff:169.254.0.0/112", "169.254.0.0/16"])
def test_scopev4_takes_both_notations(prefix: str) -> None:
    policy = parse(f"scopev4 {prefix} 3").policy
    assert (policy.scope("169.254.7.7"), policy.scope("169.253.7.7")) == (3, 14)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Label ::1/128 0", "keyword"),
        ("sortv4 yes", "keyword"),
        ("label", "not an IPv6 prefix"),
        ("label 1.2.3.4/8 1", "not an IPv6 prefix"),
        ("label fe80::%lo/10 1", "not an IPv6 prefix"),
        ("precedence ::/129 1", "prefix longer than 128"),
        ("precedence ::/x 1", "not a number"),
        ("precedence ::/0 ten", "not a number"),
        ("precedence ::/0 -1", "value out of range"),
        ("precedence ::/0 2147483648", "value out of range"),
        ("precedence ::/0 99999999999999999999999", "number out of range"),
        ("precedence ::1 50", "no prefix length"),
        ("scopev4 ::1/128 2", "not an IPv4 prefix"),
        ("scopev4 ::ffff:0:0/95 2", "prefix shorter"),
        ("scopev4 10.0.0.0/33 2", "prefix longer than 32"),
        ("scopev4 1.2.3/8 2", "not an IPv4 prefix"),
    ],
)
def test_what_glibc_passes_over(text: str, why: str) -> None:
    conf = parse(text)
    (line,) = conf.ignored
    assert why in line.why
    assert conf.policy == GLIBC


def test_oddities_that_count() -> None:
    conf = parse("label ::/ +7\nprecedence fd00::/8\nscopev4 0.0.0.0/0 -18446744073709551611")
    assert conf.policy.label("2001:db8::1") == 7
    assert conf.policy.precedence("fd00::1") == 0
    assert conf.policy.scope("192.0.2.1") == 5
    assert not conf.ignored


@pytest.mark.parametrize(
    ("text", "reload"),
    [
        ("", False),
        ("reload yes", True),
        ("reload no", False),
        ("reload yes\nreload", False),
        ("reload  yes x", True),
    ],
)
def test_reload(text: str, reload: bool) -> None:
    assert parse(text).reload is reload


def test_a_scope_without_a_length_is_deadly() -> None:
    assert [line.number for line in parse("\nscopev4 10.0.0.1 2").deadly] == [2]
    assert not parse("label ::1 2\nscopev4 10.0.0.1/32 2").deadly


def test_strangers_text_is_cleaned() -> None:
    (line,) = parse("bad \x1b[31m\u202e").ignored
    assert line.text == "bad �[31m�"


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    conf = parse(text)
    assert set(conf.lone) <= set(conf.overrides)
    assert conf.policy.precedence("::1") >= 0


_KINDS = st.sampled_from(["label", "precedence", "scopev4", "reload", "x"])
_PREFIXES = st.one_of(st.ip_addresses().map(str), st.ip_addresses(network="::ffff:0:0/96").map(str))


@given(st.lists(st.tuples(_KINDS, _PREFIXES, st.integers(-1, 130), st.integers(-2, 2**32)), max_size=6))
def test_lines_of_the_right_form(lines: list[tuple[str, str, int, int]]) -> None:
    conf = parse("\n".join(f"{kind} {prefix}/{length} {value}" for kind, prefix, length, value in lines))
    assert len(conf.lines) == len(lines)
    for line, (kind, _, _, value) in zip(conf.lines, lines, strict=True):
        if line.row is not None:
            assert (line.kind, line.row.value) == (kind, value)
            assert 0 <= line.row.length <= 128
    policy = conf.policy
    for table in policy:
        assert [row.length for row in table] == sorted((row.length for row in table), reverse=True)
        assert table[-1].length == 0


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "gai.conf"
    assert read_gai_conf(path) == GaiConf()
    path.write_bytes(b"label ::1/128 9\n# \xff\xfe")
    assert read_gai_conf(path).policy.label("::1") == 9
    path.write_bytes(b"#" * (SIZE_LIMIT + 1))
    with pytest.raises(ValueError, match="larger than 1 MiB"):
        read_gai_conf(path)
    with pytest.raises(IsADirectoryError):
        read_gai_conf(tmp_path)
