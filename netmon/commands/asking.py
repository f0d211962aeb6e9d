"""What the commands that read sockets have in common: the filter and the poller."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from netmon.commands.ending import CannotAskError

if TYPE_CHECKING:
    from netmon.engine.filter import Filter
    from netmon.engine.poller import Poller
    from netmon.engine.state import State


def read_filter(words: Sequence[str]) -> Filter | None:
    """The filter that these words are, or None without any.

    Raises:
        CannotAskError: it is not a valid one.
    """
    if not words:  # most often: then its language need not be loaded, which takes longer than a poll
        return None
    from netmon.engine.filter import FilterError, parse_filter

    try:
        return parse_filter(" ".join(words))
    except FilterError as error:
        raise CannotAskError(f"filter {error}") from error


def make_poller(
    options: argparse.Namespace,
    *,
    follow: bool = True,
    listeners_only: bool = False,
    ports: Collection[int] = (),
) -> Poller:
    """The poller that the options ask for.

    Args:
        options: those of the command line.
        follow: whether it will poll again and again.
        listeners_only: whether connections are only counted, if that is cheaper.
        ports: what a question is about, so that other sockets may be left out; all if it is empty.

    Raises:
        CannotAskError: nothing can read sockets here.
    """
    from netmon.collectors.base import CollectorError
    from netmon.collectors.select import create_collector
    from netmon.engine.poller import Poller

    try:
        return Poller(create_collector(options.portable, follow, listeners_only, ports), options.interval)
    except CollectorError as error:
        raise CannotAskError(str(error)) from error


def polled(poller: Poller) -> State:
    """The state after one poll, now.

    Raises:
        CannotAskError: the sockets could not be read.
    """
    state = poller.poll_once()
    if state.error is not None:
        raise CannotAskError(state.error)
    return state
