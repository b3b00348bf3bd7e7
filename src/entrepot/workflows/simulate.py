"""Ask the twin: what the seller's ways of ordering would cost him, last year again or in many futures, calm or disturbed.

The twin runs on figures read from the books once (:mod:`~entrepot.workflows.simulate_books`): no database is copied and nothing
is written to it. All ways meet the same demand and the same lead times. A first answer, of the first futures, is there in a
moment; answers are kept by question, so that the same question on the same books is answered at once. docs/methods/simulate.md
says what is counted and what is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from entrepot.books import models
from entrepot.core.progress import SILENT, Progress
from entrepot.engines.twin.model import Policy
from entrepot.engines.twin.run import run
from entrepot.workflows.simulate_books import Floats, SellerBooks, seller_books
from entrepot.workflows.simulate_check import check_wish
from entrepot.workflows.simulate_happened import BOOKED
from entrepot.workflows.simulate_kept import FIRST, Said, keep_answer, known, version_of
from entrepot.workflows.simulate_past import issued, replanned
from entrepot.workflows.simulate_rules import OwnRules, read_rules
from entrepot.workflows.simulate_slabs import Block, Slab, blocks, calm, count_slabs
from entrepot.workflows.simulate_tally import Tally, watched
from entrepot.workflows.simulate_ways import happened, moves_of, policy_of, within_cash
from entrepot.workflows.simulate_wish import HAPPENED, OWN, PAST, PLAN, Disruption, Way, Wish

__all__ = ["run_wish", "simulate"]

ENOUGH = 64
"""Futures from which on what each thing costs by itself is known well enough, for it is compared future by future."""


def simulate(company: models.Company, wish: Wish, progress: Progress = SILENT) -> Said:
    """The answer to ``wish``, kept or worked out. Raises :class:`ProblemError` where nothing can be simulated.

    ``ways`` in the order asked, each with ``calm`` and, where something goes wrong, ``disturbed``, what that costs in all
    (``shock``) and each thing by itself (``each``); ``against`` the first way;
    ``items`` names the rows of ``by_item``.
    """
    found = known(wish.key(company.code, version_of(company)))
    if found is not None:
        return found
    books = seller_books(company, progress)
    key = wish.key(company.code, books.version)
    answer = run_wish(books, wish, progress, lambda first: keep_answer(key + FIRST, first))
    keep_answer(key, answer)
    return answer


def run_wish(
    books: SellerBooks, wish: Wish, progress: Progress = SILENT, first: Callable[[Said], None] | None = None
) -> Said:
    """Run the twin for every way, calm and disturbed. Reads ``books`` and nothing else.

    ``first`` is handed the answer of the first futures. Raises :class:`ProblemError` for a wish that names what the books do not
    have.
    """
    check_wish(books, wish)
    running = _Running(books, wish)
    if running.past and any(way.kind == PLAN for way in wish.ways):
        running.totals = issued(books, progress)
    progress.begin("simulating", count_slabs(books, wish) * len(wish.ways) * len(running.cases))
    for number, block in enumerate(blocks(books, wish)):
        for cut in block.cuts():
            running.add(block, cut, progress.advance)
            if first is not None and number == 0 and cut[0] == 0 and cut[1] < wish.futures and running.whole(block):
                first(running.said(cut[1]))
    return running.said()


@dataclass
class _Running:
    """What is counted so far, by way and case."""

    books: SellerBooks
    wish: Wish
    totals: list[Floats] | None = None
    tallies: dict[tuple[int, int], Tally] = field(default_factory=dict[tuple[int, int], Tally])
    apart: int = 0
    """Futures in which each thing that goes wrong was run by itself."""

    def __post_init__(self) -> None:
        self.past = self.wish.mode == PAST
        self.own = read_rules(self.wish.rules) if any(way.kind == OWN for way in self.wish.ways) else None
        case = self.wish.disruption
        self.cases = [Disruption()] if case.calm else [Disruption(), case]
        self.parts = list(case.parts) if len(case.parts) > 1 else []
        self.cases += [case.parts[name] for name in self.parts]
        weeks = self.books.replay_weeks if self.past else self.wish.weeks
        for way in range(len(self.wish.ways)):
            for case in range(len(self.cases)):
                self.tallies[way, case] = Tally.of(len(self.books), 1 if self.past else self.wish.futures, weeks)

    def whole(self, block: Block) -> bool:
        """Whether the block holds all items."""
        return len(block.items) == len(self.books)

    def add(self, block: Block, cut: tuple[int, int], advance: Callable[[], None]) -> None:
        """Run every way and case on the futures of ``cut``."""
        for at, case in enumerate(self.cases):
            if at > 1 and cut[0] >= ENOUGH:
                continue
            if at > 1:
                self.apart = max(self.apart, cut[1])
            slab = block.slab(cut, case)
            for number, way in enumerate(self.wish.ways):
                self._run(self.tallies[number, at], slab, way, case)
                advance()

    def _run(self, tally: Tally, slab: Slab, way: Way, case: Disruption) -> None:
        books, lateral = self.books, None
        if way.kind == HAPPENED:
            slab, policy = happened(slab)
        else:
            policy = _policy(books, way, slab, self.own, self.totals)
            lateral = moves_of(slab) if way.kind == PLAN else None
        if case.cash is not None and way.kind != HAPPENED:
            weekly = float((books.weekly * books.landed)[slab.items].sum())
            policy = within_cash(policy, slab, case.cash * weekly)
        policy, course = watched(policy, slab, books)
        outcome = run(
            slab.operation, slab.demand, slab.opening, policy, lead=slab.lead, shocks=slab.shocks, charges=slab.charges,
            waiting=slab.waiting, lateral=lateral,
        )  # fmt: skip
        tally.add(slab, outcome, course, books)

    def _alone(self, way: int, case: int, futures: int) -> Said:
        """What one thing that goes wrong costs a way by itself, in the futures in which it was run."""
        every = 1 if self.past else self.wish.futures
        one, quiet = (self.tallies[way, at].part(futures, every) for at in (case, 0))
        return _difference(one, quiet, past=self.past)

    def said(self, futures: int | None = None) -> Said:
        """The answer; of the first ``futures`` alone where so many are run."""
        books, wish = self.books, self.wish
        every = 1 if self.past else wish.futures
        tallies = {key: tally if futures is None else tally.part(futures, every) for key, tally in self.tallies.items()}
        apart = min(self.apart, futures or every)
        ways: list[Said] = []
        for number, way in enumerate(wish.ways):
            quiet = tallies[number, 0]
            said: Said = {"code": way.code, "kind": way.kind, "calm": quiet.said()}
            if len(self.cases) > 1:
                said["disturbed"] = tallies[number, 1].said()
                said["shock"] = _difference(tallies[number, 1], quiet, past=self.past)
                said["each"] = {name: self._alone(number, 2 + at, apart) for at, name in enumerate(self.parts)}
            ways.append(said)
        chosen = books.replayable if self.past else np.ones(len(books), dtype=bool)
        last = [tallies[number, min(1, len(self.cases) - 1)] for number in range(len(wish.ways))]
        answer: Said = {
            "wish": wish.said(), "company": books.company, "currency": books.currency, "on": books.on.isoformat(),
            "from": (books.replay_from if self.past else books.on).isoformat(), "version": books.version,
            "weeks": last[0].weeks, "futures": len(last[0].cost), "asked": every, "rows": int(chosen.sum()),
            "left_out": books.left_out + int((~chosen).sum()), "ways": ways,
            "against": [_difference(other, last[0], past=self.past) for other in last],
            "items": {"sku": books.sku.tolist(), "name": books.name.tolist(), "name_zh": books.name_zh.tolist(),
                      "place": books.place.tolist(), "seen": chosen.tolist()},
        }  # fmt: skip
        if self.past:
            sums = books.booked[chosen].sum(axis=0)
            answer["booked"] = {name: round(float(v)) for name, v in zip(BOOKED, sums, strict=True)}
            answer["booked_units"] = round(float(books.booked_units[chosen].sum()))
        return answer


def _policy(books: SellerBooks, way: Way, slab: Slab, own: OwnRules | None, totals: list[Floats] | None) -> Policy:
    if way.kind == PLAN:
        return policy_of(way, slab, books, own) if totals is None else replanned(slab, books, totals)
    return policy_of(way, calm(slab), books, own)


def _difference(one: Tally, other: Tally, *, past: bool) -> Said:
    """How much dearer ``one`` is, future by future (of the past: item by item), with a 95 % interval of the mean."""
    if past:
        gap = one.item_cost - other.item_cost
        draws = np.random.default_rng(1).integers(0, len(gap), (1000, len(gap)))
        low, high = np.quantile(gap[draws].sum(axis=1), (0.025, 0.975))
        cheaper = float((gap < 0).mean())
        mean = float(gap.sum())
    else:
        gap = one.cost - other.cost
        mean, cheaper = float(gap.mean()), float((gap < 0).mean())
        half = 1.96 * float(gap.std(ddof=1)) / float(np.sqrt(len(gap))) if len(gap) > 1 else 0.0
        low, high = mean - half, mean + half
    base = float(other.cost.mean())
    return {
        "mean": round(mean), "low": round(float(low)), "high": round(float(high)), "cheaper": round(cheaper, 4),
        "share": round(mean / base, 5) if base else None,
        "families": {name: round(float((one.decided[name] - other.decided[name]).mean())) for name in one.decided},
        "profit": round(float((one.profit - other.profit).mean())),
        "fill": round(float(one.met.sum() / max(one.asked.sum(), 1.0) - other.met.sum() / max(other.asked.sum(), 1.0)), 5),
        "left_value": round(float((one.left_value - other.left_value).mean())),
    }  # fmt: skip
