"""The signed tree, served once for all tests of this directory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.resolver.dnssec.signing import Served, served


@pytest.fixture(scope="session")
def signed_tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("signed")) as running:
        yield running
