"""Every tab is registered, can be loaded and can be made by the app."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import netmon.tui.tabs
from netmon.tui.app import NetmonApp
from netmon.tui.tabs.base import Tab
from netmon.tui.tabs.registry import TABS, TabEntry
from tests.staging import StagedCollector, StagedPoller


def tab_class(entry: TabEntry) -> type[Tab]:
    """The class that an entry names."""
    found: type[Tab] = getattr(importlib.import_module(entry.module), entry.class_name)
    assert issubclass(found, Tab)
    return found


@pytest.mark.parametrize("entry", TABS, ids=lambda entry: entry.slug)
def test_an_entry_says_what_its_class_says(entry: TabEntry) -> None:
    found = tab_class(entry)
    assert (found.slug, found.name_in_bar) == (entry.slug, entry.title)


@pytest.mark.parametrize("entry", TABS, ids=lambda entry: entry.slug)
def test_the_app_offers_what_a_tab_needs(entry: TabEntry) -> None:
    app = NetmonApp(StagedPoller(StagedCollector()))
    found = tab_class(entry)
    assert set(app._services(found)) == set(found.needs)


def test_every_tab_there_is_is_registered_once() -> None:
    found = set()
    for info in pkgutil.iter_modules(netmon.tui.tabs.__path__):
        module = importlib.import_module(f"netmon.tui.tabs.{info.name}")
        found |= {
            (module.__name__, name, thing.slug)
            for name, thing in vars(module).items()
            if isinstance(thing, type) and issubclass(thing, Tab) and "slug" in vars(thing)
            if thing.__module__ == module.__name__
        }
    assert found == {(entry.module, entry.class_name, entry.slug) for entry in TABS}
    assert len({entry.slug for entry in TABS}) == len(TABS)
    assert len(TABS) <= 9, "tabs are chosen by one digit"
