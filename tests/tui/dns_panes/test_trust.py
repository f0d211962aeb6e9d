"""The view Trust, over a signed tree of real servers, strangers' words and validations that hang."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event

import pytest

from netmon.resolver.dnssec.anchors import load_anchors
from netmon.resolver.dnssec.inquiry import TrustWanted, trust_in
from netmon.resolver.dnssec.verdict import Trust, TrustStep
from netmon.resolver.server import parse_server
from netmon.tui.dns_panes.trust import TrustPane
from netmon.tui.tabs.dns import DnsTab
from tests.builders import HOSTILE
from tests.output.trusts import BOGUS
from tests.resolver.dnssec.signing import Served, served
from tests.tui.dns_panes.pane_app import Screen, opened

SIZES = [(80, 24), (160, 50)]
OnStep = Callable[[TrustStep], None]


@pytest.fixture(scope="module")
def signed_tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("signed")) as running:
        yield running


def within(tree: Served) -> TrustPane:
    """A view that asks our nsd, and begins at our root."""
    servers, anchors = (parse_server(tree.server),), load_anchors(str(tree.anchor))

    def validate(wanted: TrustWanted, on_step: OnStep, stop: Event) -> Trust:
        return trust_in(wanted._replace(servers=servers, anchors=anchors), on_step, stop)

    return TrustPane(validate)


async def validated(screen: Screen[TrustPane], text: str, *types: str) -> None:
    await screen.show(text, *types)
    await screen.until(lambda: not screen.pane.runs)
    await screen.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_from_the_anchor_to_the_answer(signed_tree: Served, size: tuple[int, int]) -> None:
    async with opened(within(signed_tree), size) as screen:
        await validated(screen, "www.nsec.test")
        assert screen.head.startswith(
            "✓ www.nsec.test. A is secure: the A of www.nsec.test. is signed by key"
        )
        steps = [row.step for row in screen.pane.table.rows]
        assert [step.name for step in steps][:3] == [".", "test.", "nsec.test."]
        assert steps[-1].name == "www.nsec.test."
        assert all("✓ secure" in row for row in screen.rows)
        assert len(screen.rows) == len(steps)


@pytest.mark.parametrize("size", SIZES)
async def test_enter_tells_of_keys_ds_and_signatures(signed_tree: Served, size: tuple[int, int]) -> None:
    async with opened(within(signed_tree), size) as screen:
        await validated(screen, "www.expired.test")
        assert screen.head.startswith("✕ www.expired.test. A is bogus: the keys of expired.test.")
        assert "✕ fail" in screen.findings
        await screen.press("G", "enter")
        told = " ".join(" ".join(screen.details).split())
        assert "✕ bogus: the keys of expired.test. are not to be trusted" in told
        assert "2020-01-01 00:00 to 2020-02-01 00:00 UTC" in told
        assert "SHA-256 for ECDSAP256SHA256" in told
        await screen.press("escape")
        assert screen.details == []


async def test_a_name_that_cannot_be_validated(signed_tree: Served) -> None:
    async with opened(within(signed_tree)) as screen:
        await validated(screen, "www.nsec.test", "ANY")
        assert screen.head == "✕ bad type: no signature covers ANY as such, so it cannot be validated"
        await validated(screen, "a..b")
        assert screen.head.startswith("✕ bad name")


async def test_steps_are_there_before_the_end_and_another_name_ends_it() -> None:
    going = Event()

    def validate(wanted: TrustWanted, on_step: OnStep, stop: Event) -> Trust:
        on_step(BOGUS.steps[0])
        if wanted.text == "slow.test.":
            going.set()
            assert stop.wait(10)
        return BOGUS._replace(name=wanted.text)

    async with opened(TrustPane(validate)) as screen:
        await screen.show("slow.test")
        await screen.until(lambda: going.is_set() and screen.rows)
        assert screen.head == "slow.test.: validating …"
        await validated(screen, "www.test")
        assert screen.head == "✕ www.test. A is bogus: its signature expired 2d ago"
        assert len(screen.rows) == 1
        going.clear()
        await screen.show("slow.test")
        await screen.until(going.is_set)
        await screen.press("escape")
        assert not screen.pane.runs
        assert screen.head == "⚠ broken off: how far the answer can be believed is not known"


async def test_strangers_words_are_data() -> None:
    def validate(wanted: TrustWanted, on_step: OnStep, stop: Event) -> Trust:
        on_step(BOGUS.steps[0]._replace(name=HOSTILE, summary=HOSTILE))
        return BOGUS._replace(reason=HOSTILE)

    async with opened(TrustPane(validate)) as screen:
        await validated(screen, "www.test")
        await screen.press("enter")
        assert all(line.isprintable() for line in screen.text)
        assert screen.pane.table.rows


async def test_a_fault_of_ours_is_told() -> None:
    def validate(wanted: TrustWanted, on_step: OnStep, stop: Event) -> Trust:
        raise RuntimeError("[/boom]")

    async with opened(TrustPane(validate)) as screen:
        await validated(screen, "www.test")
        assert screen.head == "✕ the validation failed: RuntimeError('[/boom]')"


def test_the_tab_has_it() -> None:
    assert TrustPane in DnsTab.PANES
