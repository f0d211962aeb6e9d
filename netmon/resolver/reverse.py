"""Names of addresses, looked up in the background: asking never waits."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

from netmon.model.endpoint import Scope, scope_of
from netmon.model.text import clean

KNOWN = 4096
"""Addresses whose answers are remembered, those used last."""
WAITING = 256
"""Addresses that may wait for a thread; more are dropped and wait for being asked again."""
THREADS = 4
ANSWER_LIFE_S = 3600.0
FAILURE_LIFE_S = 300.0
NAME_LIMIT = 253
"""Characters of a domain name (RFC 1035 section 2.3.4)."""


class _Entry(NamedTuple):
    name: str | None
    """None where the address has no name, or nobody answered."""
    until: float


def resolve_by_system(address: str) -> str:
    """The name of an address as this machine's resolver gives it, /etc/hosts included.

    Raises:
        OSError: there is none, or nobody answered.
    """
    name, _ = socket.getnameinfo((address, 0), socket.NI_NAMEREQD)
    return name


class ReverseNames:
    """Remembers names of addresses and lets a few threads look up those it does not know.

    Every method may be called from any thread.
    """

    def __init__(
        self,
        *,
        resolve: Callable[[str], str] = resolve_by_system,
        clock: Callable[[], float] = time.monotonic,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        """Start nothing yet: the first unknown address does.

        Args:
            resolve: Gives the name of an address or raises OSError; called on a thread, and may hang.
            clock: Monotonic seconds.
            on_change: Called on a thread when a name has arrived; once for all that arrive before
                the next `lookup`. It must not raise.
        """
        self._resolve = resolve
        self._clock = clock
        self._on_change = on_change
        self._changed = threading.Condition()
        """Guards everything below."""
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        """The one used last stands last."""
        self._waiting: deque[str] = deque()
        self._asked: set[str] = set()
        """Waiting, or with a thread."""
        self._threads = 0
        self._announced = False
        """Whether nobody has looked since `on_change` was called."""
        self._closed = False

    def lookup(self, address: str) -> str | None:
        """The name of an address as far as it is known now; None while it is not, or has none.

        An unknown address is looked up in the background. An answer that has become old is given until
        a new one has come. Addresses that mean something on this link or machine alone are never sent
        anywhere.
        """
        scope = _scope(address)
        if scope in _NEVER_ASKED:
            return "localhost" if scope is Scope.LOOPBACK else None
        with self._changed:
            self._announced = False
            entry = self._entries.get(address)
            if entry is not None:
                self._entries.move_to_end(address)
            if entry is None or entry.until <= self._clock():
                self._ask(address)
            return None if entry is None else entry.name

    def known(self) -> tuple[str, ...]:
        """The names that are known by now; the address that was looked at last has the last one."""
        with self._changed:
            return tuple(entry.name for entry in self._entries.values() if entry.name is not None)

    def close(self) -> None:
        """Look nothing up any more; a lookup that hangs is left behind, never waited for."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _ask(self, address: str) -> None:
        if self._closed or address in self._asked or len(self._waiting) >= WAITING:
            return
        self._asked.add(address)
        self._waiting.append(address)
        if self._threads < THREADS:
            self._threads += 1
            # Daemons: the interpreter does not wait at its exit for one that hangs.
            threading.Thread(target=self._work, name=f"names-{self._threads}", daemon=True).start()
        self._changed.notify()

    # On a thread

    def _work(self) -> None:
        while (address := self._next()) is not None:
            name = self._name_of(address)
            if self._remember(address, name) and self._on_change is not None:
                self._on_change()

    def _next(self) -> str | None:
        """Wait for an address; None when closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            return None if self._closed else self._waiting.popleft()

    def _name_of(self, address: str) -> str | None:
        try:
            name = clean(self._resolve(address).rstrip("."), NAME_LIMIT)
        except (OSError, UnicodeError):  # UnicodeError: the name was not even text
            return None
        # Whoever holds the address chooses its name: one that reads as an address would only mislead.
        return name if name.strip() and not _is_address(name) else None

    def _remember(self, address: str, name: str | None) -> bool:
        """Keep an answer; whether it is to be announced."""
        with self._changed:
            self._asked.discard(address)
            before = self._entries.get(address)
            life = FAILURE_LIFE_S if name is None else ANSWER_LIFE_S
            self._entries[address] = _Entry(name, self._clock() + life)
            self._entries.move_to_end(address)
            if len(self._entries) > KNOWN:
                self._entries.popitem(last=False)
            if self._closed or self._announced or name == (before.name if before else None):
                return False
            self._announced = True
            return True


_NEVER_ASKED = (None, Scope.LOOPBACK, Scope.LINK_LOCAL, Scope.UNSPECIFIED, Scope.MULTICAST)


def _scope(address: str) -> Scope | None:
    """The scope of an address, or None for what is none."""
    try:
        return scope_of(address)
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
