"""The rules are read from a real nft in a namespace of the test's own; what goes wrong has its reason."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from netmon.collectors.nftables import (
    LIMIT,
    RulesetAnswer,
    RulesetReader,
    _asked,
    legacy_tables,
    read_ruleset,
)  # fmt: skip
from tests.kernel.hosts import on_a_host_alone
from tests.sockets import NOBODY, in_child

RULES = "table inet f { chain in { type filter hook input priority 0; policy drop; \n } \n}"


def script(path: Path, text: str) -> Path:
    """A program that stands where nft may stand."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def load() -> None:
    subprocess.run(["nft", "-f", "-"], input=RULES, text=True, check=True)


@pytest.mark.root
def test_the_rules_of_this_namespace_are_read() -> None:
    def loaded() -> tuple[RulesetAnswer, RulesetAnswer]:
        before = read_ruleset()
        load()
        return before, read_ruleset()

    before, after = on_a_host_alone(loaded)
    assert (before.reason, after.reason) == (None, None)
    chains = [item["chain"]["policy"] for item in after.document["nftables"] if "chain" in item]
    assert chains == ["drop"]
    assert not any("chain" in item for item in before.document["nftables"])


@pytest.mark.root
def test_without_root_they_cannot_be_read() -> None:
    answer = in_child(read_ruleset, uid=NOBODY)
    assert (answer.document, answer.reason) == (None, "needs root")
    assert answer.remedy == "run netmon as root"


@pytest.mark.root
def test_without_nft_they_cannot_be_read(tmp_path: Path) -> None:
    answer = read_ruleset([str(tmp_path / "nft")])
    assert (answer.reason, answer.remedy) == ("nft is not installed", "install nftables")


@pytest.mark.root
def test_an_answer_is_good_for_some_seconds() -> None:
    def read_thrice() -> list[int]:
        now = 100.0
        reader = RulesetReader(lambda: now, life_s=3)
        answers = [reader.read()]
        load()
        answers.append(reader.read())
        now += 3.1
        answers.append(reader.read())
        return [len(answer.document["nftables"]) for answer in answers]

    first, cached, fresh = on_a_host_alone(read_thrice)
    assert first == cached < fresh


@pytest.mark.root
def test_tables_of_the_old_iptables_are_not_passed_over() -> None:
    def with_legacy() -> tuple[list[str], list[str], RulesetAnswer]:
        before = legacy_tables()
        ask_for_legacy_table("filter")
        return before, legacy_tables(), read_ruleset()

    before, after, answer = on_a_host_alone(with_legacy)
    assert before == []
    if os.path.exists("/proc/net/ip_tables_names"):
        assert after == ["filter"]
        assert answer.reason == "legacy iptables rules may be in force too (tables: filter)"
    else:  # a kernel without the old iptables
        assert (after, answer.reason) == ([], None)


def ask_for_legacy_table(name: str) -> None:
    """What the old iptables does first: asked for, a table is made (IPT_SO_GET_INFO, x_tables)."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        info = ctypes.create_string_buffer(name.encode(), 84)
        size = ctypes.c_uint32(84)
        ctypes.CDLL(None).getsockopt(raw.fileno(), socket.SOL_IP, 64, info, ctypes.byref(size))


def test_the_names_of_legacy_tables(tmp_path: Path) -> None:
    four, six = tmp_path / "four", tmp_path / "six"
    four.write_text("nat\nfilter\n")
    six.write_text("filter\n")
    assert legacy_tables([str(four), str(six), str(tmp_path / "none")]) == ["nat", "filter"]


def test_a_silent_nft_is_given_up(tmp_path: Path) -> None:
    silent = script(tmp_path / "nft", "exec sleep 60")
    assert _asked([str(silent)], 0.1).reason == "nft answered nothing whole within 0.1 s"


def test_an_nft_that_never_ends_is_given_up(tmp_path: Path) -> None:
    endless = script(tmp_path / "nft", "exec yes")
    assert _asked([str(endless)], 20.0).reason == f"nft has more than {LIMIT >> 20} MB to say"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("echo 'Error: syntax' >&2; echo more >&2; exit 1", "nft says: Error: syntax"),
        ("printf '\\033[31mred' >&2", "nft says: \N{REPLACEMENT CHARACTER}[31mred"),
        ("echo '{'", "nft answered no JSON"),
        ("exit 3", "nft answered no JSON"),
        ("printf '[%.0s' $(seq 100000)", "nft answered no JSON"),
    ],
)
def test_an_nft_that_answers_something_else(tmp_path: Path, text: str, reason: str) -> None:
    assert _asked([str(script(tmp_path / "nft", text))], 20.0) == RulesetAnswer(reason=reason)


def test_an_nft_that_cannot_be_run(tmp_path: Path) -> None:
    broken = tmp_path / "nft"
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    assert _asked([str(broken)], 20.0).reason == "nft cannot be run: Exec format error"


def test_json_is_handed_on_as_it_is(tmp_path: Path) -> None:
    said = {"nftables": [{"metainfo": {"version": "1"}}]}
    program = script(tmp_path / "nft", f"echo '{json.dumps(said)}'")
    assert _asked([str(program)], 20.0) == RulesetAnswer(said)
