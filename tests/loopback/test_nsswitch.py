"""The order in which names are looked up, as distributions ship it and as people break it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.files import FileText
from netmon.loopback.nsswitch import PATH, Lookup, nss_order, parse_nsswitch
from netmon.model.finding import FindingState


def test_sources_with_their_actions() -> None:
    text = "passwd: files\n # hosts: no\n hosts:\tfiles mdns4_minimal [NOTFOUND=return]  dns # hosts: x\n"
    assert parse_nsswitch(text) == (
        Lookup("files"),
        Lookup("mdns4_minimal", ("NOTFOUND=return",)),
        Lookup("dns"),
    )
    assert parse_nsswitch("passwd: files\n") is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    found = parse_nsswitch(f"hosts: {text}") or ()
    assert len(found) <= 64
    for lookup in found:
        assert lookup.service.isprintable()


@pytest.mark.parametrize(
    ("line", "state", "words"),
    [
        ("files dns", "ok", "files, dns"),
        ("files mdns4_minimal [NOTFOUND=return] dns", "ok", "files, mdns4_minimal, dns"),  # Debian
        ("mymachines resolve [!UNAVAIL=return] files myhostname dns", "warn", "`mymachines` is asked before"),
        ("resolve [!UNAVAIL=return] files myhostname dns", "ok", "resolve, files"),  # Fedora
        ("myhostname [NOTFOUND=return] files dns", "warn", "`myhostname [NOTFOUND=return]` keeps"),
        ("myhostname files dns", "ok", "myhostname, files"),
        ("dns files", "warn", "`dns` is asked before the hosts file"),
        ("resolve dns", "warn", "left to `resolve`"),
        ("dns", "fail", "never looked at"),
    ],
)
def test_the_judgement(line: str, state: str, words: str) -> None:
    finding = nss_order(FileText(PATH, f"hosts: {line}\n"))
    assert (finding.state, words in finding.summary) == (state, True), finding
    assert bool(finding.fix) == (state != "ok")
    assert f"hosts: {line}" in finding.evidence


def test_no_line_and_no_file_mean_the_default() -> None:
    for file in (FileText(PATH, "passwd: files\n"), FileText(PATH, None, "No such file", True)):
        assert nss_order(file).summary == "the C library's own order applies: the hosts file, then DNS"
    secret = nss_order(FileText(PATH, None, "Permission denied"))
    assert secret.state is FindingState.UNKNOWN
