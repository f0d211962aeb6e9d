"""The tests' tree of name servers with unbound as the cache in front of it, in one network namespace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from netmon.resolver.enquiry import Enquiry, Outcome, enquire
from netmon.resolver.server import Server, parse_server
from netmon.resolver.trace.hints import load_hints
from tests.resolver.daemon import answers
from tests.resolver.trace.tree import ROOT, Tree, running_tree
from tests.resolver.unbound import unbound

CACHE = "127.0.0.1"
"""Where unbound is, at port 53."""


class CachedTree(NamedTuple):
    """The running servers."""

    tree: Tree

    def enquire(
        self, name: str, *types: str, servers: tuple[str, ...] = ("authoritative", CACHE), seconds: float = 5
    ) -> Outcome:
        """Ask within the namespace."""
        asked = tuple(map(parse_server, servers))
        with self.tree.host.entered():
            return enquire(Enquiry(name, types or ("A",), asked, timeout_s=seconds))

    def enquire_by_hints(self, name: str, *types: str) -> Outcome:
        """Ask the zone's own servers, found from the root."""
        own = (Server("authoritative"),)
        with self.tree.host.entered():
            hints = load_hints(str(self.tree.hints))
            return enquire(Enquiry(name, types or ("A",), own, timeout_s=8, hints=hints))


@contextmanager
def cached_tree(directory: Path) -> Iterator[CachedTree]:
    """All of it, until the end of the block; needs root, nsd and unbound."""
    roots = directory / "roots"
    roots.write_text(f". 3600 NS a.root.\na.root. 3600 A {ROOT}\n")
    with running_tree(directory) as tree, tree.host.entered(), cache(directory, f'root-hints: "{roots}"'):
        yield CachedTree(tree)


@contextmanager
def cache(directory: Path, server: str = "", rest: str = "") -> Iterator[None]:
    """An unbound at port 53 of CACHE, here.

    Args:
        directory: For its files.
        server: More of the `server:` part of its configuration.
        rest: Further parts.
    """
    lines = f"""interface: {CACHE}
  do-ip6: no
  local-zone: test. nodefault
  module-config: "iterator"
  {server}"""
    with unbound(directory, lines, lambda: answers(CACHE), rest):
        yield
