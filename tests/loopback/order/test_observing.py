"""getaddrinfo in this process and in a new one."""

from __future__ import annotations

import os
import socket

import pytest

from netmon.loopback.order.observing import observe, observe_afresh, runs_on_glibc


def test_localhost_is_the_same_in_both() -> None:
    infos = socket.getaddrinfo("localhost", 0, socket.AF_UNSPEC, socket.SOCK_STREAM)
    expected = tuple(str(info[4][0]) for info in infos)
    assert observe("localhost") == observe_afresh("localhost") == expected


@pytest.mark.parametrize("name", ["", "a" * 300, "\x00"])
def test_what_is_no_name_has_no_addresses(name: str) -> None:
    assert observe("a" * 300) == ()
    assert observe_afresh(name) == ()


def test_which_library_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert runs_on_glibc() == ("CS_GNU_LIBC_VERSION" in os.confstr_names)
    monkeypatch.delattr(os, "confstr")
    assert not runs_on_glibc()


def test_a_zone_is_kept_in_a_new_process_too() -> None:
    assert observe_afresh("fe80::1%1") == ("fe80::1%1",)
    assert observe_afresh("::1") == ("::1",)
