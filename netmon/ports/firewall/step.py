"""One rule of nftables, statement by statement: what it does to a packet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from netmon.ports.firewall.ends import End, Fate, Passage
from netmon.ports.firewall.ruleset import Chain, Rule, RulesetError
from netmon.ports.firewall.truth import Truth, all_of
from netmon.ports.firewall.wording import rule_words, statement_words

_PASSING = frozenset(
    (
        "counter",
        "log",
        "ct helper",
        "ct timeout",
        "ct expectation",
        "secmark",
        "last",
        "flow",
        "dup",
        "comment",
    )
)
"""Statements after which the next one is read, whatever the packet."""
_NOW_AND_THEN = frozenset(("limit", "quota", "ct count", "meter"))
"""Statements after which the next one is read at some moments only."""
_ELSEWHERE = {
    "dnat": "is sent on to another address or port",
    "redirect": "is sent on to another port",
    "tproxy": "is handed to a transparent proxy",
    "queue": "is left to a program (queue)",
    "fwd": "is forwarded by another device",
    "synproxy": "is answered by synproxy",
}
"""Statements that end a packet's way somewhere that the rules do not tell."""

_UNASKED = ("dscp", "ecn", "ttl", "hoplimit", "tos")
"""Header fields of which no value is ever known, so that changing them changes no verdict."""


class Around(Protocol):
    """What a rule asks of the packet and of the ruleset around it."""

    def matches(self, chain: Chain, body: object) -> Truth:
        """Whether a condition of a rule in `chain` holds."""

    def equals(self, chain: Chain, left: object, right: object) -> Truth:
        """Whether a field of the packet is a value."""

    def rejects(self, body: Any) -> Truth:
        """Whether a `reject` is meant for the packet's family."""

    def elements(self, chain: Chain, name: str) -> Sequence[Any] | None:
        """The elements of a set or map of a chain's table."""

    def called(self, chain: Chain, name: str) -> Passage:
        """The way through another chain of the same table."""

    def untrack(self) -> None:
        """From here on connection tracking does not see the packet, or may not."""


class Step:
    """One rule, statement by statement."""

    def __init__(self, walk: Around, chain: Chain, rule: Rule) -> None:
        self._walk, self._chain, self._rule = walk, chain, rule
        self._known = Truth.YES
        self._strange: str | None = None
        self._ends: list[End] = []
        self._returns = False

    def passage(self) -> Passage:
        """What the rule does; no statement is read after one that does not hold, or that is a verdict."""
        for statement in self._rule.statements:
            if not isinstance(statement, dict) or len(statement) != 1:
                self._do_not_understand(statement)
                continue
            ((name, body),) = statement.items()
            if name == "vmap":
                return self._vmap(body, statement)
            if (decided := self._verdict(name, body, self._known)) is not None:
                return Passage(tuple(self._ends), goes_on=decided, returns=self._returns)
            self._condition(name, body, statement)
            if self._known is Truth.NO:
                break
        return Passage(tuple(self._ends), returns=self._returns)

    def _condition(self, name: str, body: Any, statement: object) -> None:
        if name == "match":
            self._also(self._walk.matches(self._chain, body), statement)
        elif name in _NOW_AND_THEN:
            self._also(Truth.DEPENDS, statement)
        elif name in ("set", "map"):
            # Adding to a set fails where the set is full or a limit of the element is spent.
            self._also(Truth.DEPENDS, statement)
        elif name == "notrack":
            self._walk.untrack()
        elif name == "mangle":
            self._mangle(body, statement)
        elif name == "xt" and isinstance(body, dict) and body.get("name") in ("comment", "LOG", "NFLOG"):
            pass
        elif name not in _PASSING:
            self._do_not_understand(statement)

    def _also(self, found: Truth, statement: object) -> None:
        self._known = all_of(self._known, found)
        if found is Truth.STRANGE:
            self._strange = self._strange or _not_understood(statement)

    def _mangle(self, body: Any, statement: object) -> None:
        """Marks may be set: none is ever known. A changed address or port changes what later rules see."""
        key = body.get("key") if isinstance(body, dict) else None
        if isinstance(key, dict) and (key.keys() & {"meta", "ct", "tcp option"} or _changes_little(key)):
            return
        self._do_not_understand(statement)

    def _do_not_understand(self, statement: object) -> None:
        """A statement that may do anything: end the packet's way, or let the next one be read."""
        self._also(Truth.STRANGE, statement)
        self._end(Fate.STRANGE)

    def _end(self, fate: Fate, said: str = "") -> None:
        words = self._words if not said else lambda: f"{said} by {self._words()}"
        self._ends.append(End(fate, words, self._strange))

    def _words(self) -> str:
        return rule_words(self._chain, self._rule)

    def _verdict(self, name: str, body: Any, known: Truth) -> bool | None:
        """Take a verdict that holds as far as `known`.

        Returns:
            Whether the next rule may be read after it; None if it is no verdict.
        """
        if name == "reject" and (known := self._rejects(body, known)) is Truth.NO:
            return True
        may_not_hold = known is not Truth.YES
        if name in ("accept", "drop", "reject"):
            fates = {"accept": Fate.ACCEPTED, "drop": Fate.DROPPED, "reject": Fate.REJECTED}
            self._end(fates[name])
            return may_not_hold
        if name in _ELSEWHERE:
            self._end(Fate.ELSEWHERE, _ELSEWHERE[name])
            return may_not_hold
        if name in ("snat", "masquerade"):
            self._end(Fate.ACCEPTED)
            return may_not_hold
        if name == "continue":
            return True
        if name == "return":
            self._returns = True
            return may_not_hold
        return self._call(name, body, may_not_hold) if name in ("jump", "goto") else None

    def _rejects(self, body: Any, known: Truth) -> Truth:
        """How far a `reject` holds: nft shows none of the conditions on the family that come before one."""
        is_reset = isinstance(body, dict) and body.get("type") == "tcp reset"
        if is_reset and self._chain.family == "inet" and not any(map(_names_family, self._rule.statements)):
            self._strange = (
                self._strange or f"nft does not show whether {self._words()} is for one family alone"
            )
            return all_of(known, Truth.STRANGE)
        return all_of(known, self._walk.rejects(body))

    def _call(self, name: str, body: Any, may_not_hold: bool) -> bool:
        target = body.get("target") if isinstance(body, dict) else None
        if not isinstance(target, str):
            raise RulesetError(f"a {name} without its target in {self._chain.title}")
        called = self._walk.called(self._chain, target)
        self._ends += [self._from_called(end) for end in called.ends]
        if name == "jump":
            return may_not_hold or called.returns
        self._returns |= called.returns
        return may_not_hold

    def _from_called(self, end: End) -> End:
        """An end in a chain that this rule calls; what decides whether it is called belongs to the basis."""
        if self._known is Truth.YES:
            return end
        return End(
            end.fate, lambda: f"{end.words()}, called by {self._words()}", end.strange or self._strange
        )

    def _vmap(self, body: Any, statement: object) -> Passage:
        """The verdict of the element that the packet is in; where it is in none, the rule ends."""
        elements = self._verdicts(body)
        if elements is None:
            self._do_not_understand(statement)
            return Passage(tuple(self._ends), returns=self._returns)
        goes_on = False
        before = self._known
        for key, verdict in elements:
            found = all_of(before, self._walk.equals(self._chain, body["key"], key))
            if found is Truth.NO:
                continue
            if found is Truth.STRANGE and before is not Truth.STRANGE:
                self._strange = _not_understood(statement)
            self._known = found
            goes_on |= self._of_element(verdict, found)
            if found is Truth.YES:
                return Passage(tuple(self._ends), goes_on=goes_on, returns=self._returns)
        return Passage(tuple(self._ends), returns=self._returns)

    def _of_element(self, verdict: Any, found: Truth) -> bool:
        if isinstance(verdict, str):
            verdict = {verdict: None}
        if isinstance(verdict, dict) and len(verdict) == 1:
            ((name, body),) = verdict.items()
            # Certain within its element: that the packet may be in another one is for the caller to see.
            if (decided := self._verdict(str(name), body, Truth.YES)) is not None:
                return decided or found is not Truth.YES
        self._do_not_understand(verdict)
        return True

    def _verdicts(self, body: Any) -> list[tuple[Any, Any]] | None:
        """Keys and verdicts of a map, what matches everything last; None if it is not understood."""
        if not isinstance(body, dict) or "key" not in body:
            return None
        data = body.get("data")
        if isinstance(data, str) and data.startswith("@"):
            pairs = self._walk.elements(self._chain, data[1:])
        else:
            pairs = data.get("set") if isinstance(data, dict) else None
        if not isinstance(pairs, list | tuple):
            return None
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            return None
        return sorted(((key, verdict) for key, verdict in pairs), key=lambda pair: pair[0] == "*")


def _changes_little(key: dict[str, Any]) -> bool:
    payload = key.get("payload")
    return isinstance(payload, dict) and payload.get("field") in _UNASKED


def _not_understood(statement: object) -> str:
    return f"{statement_words(statement)} is not understood"


def _names_family(statement: Any) -> bool:
    """Whether a condition shows the family that its rule is for."""
    body = statement.get("match") if isinstance(statement, dict) else None
    left = body.get("left") if isinstance(body, dict) else None
    field = left.get("payload", left.get("meta")) if isinstance(left, dict) else None
    return isinstance(field, dict) and (
        field.get("protocol") in ("ip", "ip6") or field.get("key") == "nfproto"
    )
