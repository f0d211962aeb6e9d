"""The kernel's switches, as they are here and in trees that are set up otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.files import FileText
from netmon.loopback.sysctls import Switches, Sysctls, parse_number, read_sysctls, sysctl
from netmon.model.finding import FindingState
from tests.loopback.staged import BOTH, seen

HOSTS = FileText("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")
NO_V6 = FileText("/etc/hosts", "127.0.0.1 localhost\n")
ON, OFF = Switches(0, 1, 0), Switches(1, 1, 0)


@given(st.text() | st.integers().map(str))
def test_any_text_is_a_number_or_none(text: str) -> None:
    value = parse_number(text)
    assert value is None or int(text) == value
    assert parse_number(None) is None


def test_a_tree_is_read(tmp_path: Path) -> None:
    for name, value in (("all", "0\n"), ("lo", "1\n")):
        (tmp_path / "conf" / name).mkdir(parents=True)
        (tmp_path / "conf" / name / "disable_ipv6").write_text(value)
    (tmp_path / "conf" / "lo" / "accept_ra").write_text("-1\n")
    (tmp_path / "bindv6only").write_text("1\n")
    found = read_sysctls(str(tmp_path))
    assert found == Sysctls(1, {"all": Switches(0), "lo": Switches(1, -1)})
    assert found.disabled == ("lo",)


def test_a_kernel_without_them_is_unknown() -> None:
    assert read_sysctls("/nonexistent") is None
    assert sysctl(None, HOSTS, seen(BOTH)).state is FindingState.UNKNOWN


def test_this_kernel_has_them() -> None:
    found = read_sysctls()
    assert found is not None
    assert found.bindv6only in (0, 1)
    assert {"all", "default", "lo"} <= set(found.interfaces)
    assert found.interfaces["lo"].use_tempaddr is not None


@pytest.mark.parametrize(
    ("found", "hosts", "order", "state", "words"),
    [
        (Sysctls(0, {"all": ON, "lo": ON, "eth0": ON}), HOSTS, BOTH, "ok", "switched on everywhere"),
        (Sysctls(1, {"all": ON, "lo": ON}), HOSTS, BOTH, "warn", "bindv6only is 1"),
        (Sysctls(0, {"all": ON, "eth0": OFF, "lo": ON}), HOSTS, BOTH, "warn", "in part: eth0"),
        (Sysctls(0, {"all": OFF, "lo": OFF}), HOSTS, BOTH, "fail", "still leads to ::1"),
        (Sysctls(0, {"all": OFF, "lo": OFF}), NO_V6, ("127.0.0.1",), "info", "does not lead to it"),
        (Sysctls(0, {"all": OFF, "lo": OFF}), NO_V6, BOTH, "fail", "still leads to ::1"),
    ],
)
def test_the_judgement(
    found: Sysctls, hosts: FileText, order: tuple[str, ...], state: str, words: str
) -> None:
    finding = sysctl(found, hosts, seen(order))
    assert (finding.state, words in finding.summary) == (state, True), finding
    assert bool(finding.fix) == (state != "ok")


def test_the_evidence_names_what_an_interface_has_for_itself() -> None:
    found = Sysctls(0, {"all": ON, "lo": ON, "eth0": Switches(0, 0, 2)})
    evidence = sysctl(found, HOSTS, seen(BOTH)).evidence
    assert evidence == (
        "bindv6only 0, disable_ipv6 0, accept_ra 1, use_tempaddr 0; eth0: accept_ra 0, use_tempaddr 2"
    )
