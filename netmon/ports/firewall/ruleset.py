"""What `nft --json list ruleset` says, brought to chains with their rules and sets with their elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

Key: TypeAlias = tuple[str, str, str]
"""Family, table and name of a chain or set."""


_TABLE_FLAGS = frozenset({"dormant", "owner", "persist"})


class RulesetError(ValueError):
    """The text is no ruleset of nftables, or not one that can be followed; the message says where."""


class Rule(NamedTuple):
    """One rule: statements from left to right (libnftables-json(5))."""

    handle: int | None
    statements: tuple[Any, ...]


class Chain(NamedTuple):
    """A chain; a base chain has a hook."""

    family: str
    table: str
    name: str
    rules: tuple[Rule, ...] = ()
    hook: str | None = None
    priority: int = 0
    policy: str = "accept"
    devices: tuple[str, ...] = ()
    """The devices of an ingress chain; empty where nft does not say (1.0.6 does not)."""
    doubt: str | None = None
    """Why it may be that the kernel never asks this base chain."""

    @property
    def key(self) -> Key:
        """What rules refer to it by."""
        return self.family, self.table, self.name

    @property
    def title(self) -> str:
        """As a person writes it: `inet filter input`."""
        return " ".join(self.key)


class Ruleset(NamedTuple):
    """Everything that decides about packets."""

    chains: Mapping[Key, Chain]
    sets: Mapping[Key, tuple[Any, ...]]
    """Elements of named sets and maps."""

    def base_chains(self, hook: str) -> list[Chain]:
        """The base chains of a hook in the order in which the kernel asks them."""
        return sorted((c for c in self.chains.values() if c.hook == hook), key=lambda c: c.priority)


def parse_ruleset(document: object) -> Ruleset:
    """The ruleset in the parsed JSON of nft.

    Args:
        document: What `json.loads` made of it.

    Raises:
        RulesetError: it is not what nft writes.
    """
    if not isinstance(document, dict) or not isinstance(document.get("nftables"), list):
        raise RulesetError("there is no list `nftables`")
    items = [_item(item) for item in document["nftables"]]
    if not any(kind == "metainfo" for kind, _ in items):
        raise RulesetError("there is no `metainfo`, with which nft begins")
    asleep = {
        (_text(body, "family"), _text(body, "name")): _sleeps(body) for kind, body in items if kind == "table"
    }
    chains = {}
    for chain in _chains(items):
        if (is_dormant := asleep.get(chain.key[:2], False)) is None:
            doubt = f"nft does not say whether the table {chain.family} {chain.table} is dormant"
            chain = chain._replace(doubt=doubt)
        # The kernel keeps the chains of a dormant table, and asks none of them.
        chains[chain.key] = chain._replace(hook=None) if is_dormant else chain
    sets = {_key(body): _elements(body) for kind, body in items if kind in ("set", "map")}
    return Ruleset(chains, sets)


def _sleeps(table: dict[str, Any]) -> bool | None:
    """Whether a table is dormant; None where nft does not say: 1.0.6 writes a stray word as its flags."""
    flags = set(map(str, _listed(table.get("flags"))))
    return "dormant" in flags if flags <= _TABLE_FLAGS else None


def _chains(items: list[tuple[str, dict[str, Any]]]) -> Iterator[Chain]:
    rules: dict[Key, list[Rule]] = defaultdict(list)
    for kind, body in items:
        if kind == "rule":
            rules[_text(body, "family"), _text(body, "table"), _text(body, "chain")].append(_rule(body))
    known = [_key(body) for kind, body in items if kind == "chain"]
    if lost := set(rules) - set(known):
        raise RulesetError(f"rules of the chain {' '.join(min(lost))}, which is not there")
    for kind, body in items:
        if kind == "chain":
            yield _chain(body, tuple(rules[_key(body)]))


def _item(item: object) -> tuple[str, dict[str, Any]]:
    if not isinstance(item, dict) or len(item) != 1:
        raise RulesetError("an item of `nftables` is not one object by its kind")
    ((kind, body),) = item.items()
    if not isinstance(body, dict):
        raise RulesetError(f"an item `{kind}` is not an object")
    return kind, body


def _chain(body: dict[str, Any], rules: tuple[Rule, ...]) -> Chain:
    family, table, name = _key(body)
    if "hook" not in body:
        return Chain(family, table, name, rules)
    priority, policy = body.get("prio"), body.get("policy", "accept")
    if not isinstance(priority, int) or policy not in ("accept", "drop"):
        raise RulesetError(f"the chain {family} {table} {name} has no priority or no policy")
    devices = tuple(str(device) for device in _listed(body.get("dev")))
    return Chain(family, table, name, rules, _text(body, "hook"), priority, policy, devices)


def _rule(body: dict[str, Any]) -> Rule:
    statements, handle = body.get("expr", []), body.get("handle")
    if not isinstance(statements, list):
        raise RulesetError("a rule whose `expr` is not a list")
    return Rule(handle if isinstance(handle, int) else None, tuple(statements))


def _elements(body: dict[str, Any]) -> tuple[Any, ...]:
    elements = body.get("elem", [])
    if not isinstance(elements, list):
        raise RulesetError("a set whose `elem` is not a list")
    return tuple(elements)


def _key(body: dict[str, Any]) -> Key:
    return _text(body, "family"), _text(body, "table"), _text(body, "name")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise RulesetError(f"something without its `{name}`")
    return value


def _listed(value: object) -> list[Any]:
    """JSON of nft has one value where there is one, and a list of several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
