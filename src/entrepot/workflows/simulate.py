"""Ask the twin: what the seller's ways of ordering would cost him, last year again or in many futures, calm or disturbed.

The twin runs on figures read from the books once (:mod:`~entrepot.workflows.simulate_books`): no database is copied and nothing
is written to it. All ways meet the same demand and the same lead times. Answers are kept by question, so that the same question
on the same books is answered at once. docs/methods/simulate.md says what is counted and what is not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from entrepot.books import models
from entrepot.core.progress import SILENT, Progress
from entrepot.engines.twin.model import Policy
from entrepot.engines.twin.run import run
from entrepot.workflows.simulate_books import Floats, SellerBooks, seller_books
from entrepot.workflows.simulate_kept import Said, keep_answer, known, version_of
from entrepot.workflows.simulate_past import issued, replanned
from entrepot.workflows.simulate_rules import OwnRules, read_rules
from entrepot.workflows.simulate_slabs import Slab, calm, count_slabs, slabs
from entrepot.workflows.simulate_tally import Tally, watched
from entrepot.workflows.simulate_ways import policy_of, within_cash
from entrepot.workflows.simulate_wish import OWN, PAST, PLAN, Disruption, Way, Wish

__all__ = ["run_wish", "simulate"]


def simulate(company: models.Company, wish: Wish, progress: Progress = SILENT) -> Said:
    """The answer to ``wish``, kept or worked out. Raises :class:`ProblemError` where nothing can be simulated.

    ``ways`` in the order asked, each with ``calm`` and, where something goes wrong, ``disturbed``; ``against`` the first way;
    ``items`` names the rows of ``by_item``.
    """
    found = known(wish.key(company.code, version_of(company)))
    if found is not None:
        return found
    books = seller_books(company, progress)
    answer = run_wish(books, wish, progress)
    keep_answer(wish.key(company.code, books.version), answer)
    return answer


def run_wish(books: SellerBooks, wish: Wish, progress: Progress = SILENT) -> Said:
    """Run the twin for every way, calm and disturbed. Reads ``books`` and nothing else."""
    own = read_rules(wish.rules) if any(way.kind == OWN for way in wish.ways) else None
    cases = [Disruption()] if wish.disruption.calm else [Disruption(), wish.disruption]
    past = wish.mode == PAST
    totals = issued(books, progress) if past and any(way.kind == PLAN for way in wish.ways) else None
    progress.begin("simulating", sum(count_slabs(books, wish, case) for case in cases) * len(wish.ways))
    tallies = [[_tally(books, wish, way, case, own, totals, progress.advance) for case in cases] for way in wish.ways]
    ways: list[Said] = []
    for way, (quiet, *rest) in zip(wish.ways, tallies, strict=True):
        said: Said = {"code": way.code, "kind": way.kind, "calm": quiet.said(books)}
        if rest:
            said["disturbed"] = rest[0].said(books)
            said["shock"] = _difference(rest[0], quiet, past=past)
        ways.append(said)
    chosen = books.replayable if past else np.ones(len(books), dtype=bool)
    first = [pair[-1] for pair in tallies]
    return {
        "wish": wish.said(), "company": books.company, "currency": books.currency, "on": books.on.isoformat(),
        "version": books.version, "weeks": first[0].weeks, "futures": len(first[0].cost), "rows": int(chosen.sum()),
        "left_out": books.left_out + int((~chosen).sum()), "ways": ways,
        "against": [_difference(other, first[0], past=past) for other in first],
        "items": {"sku": books.sku.tolist(), "name": books.name.tolist(), "name_zh": books.name_zh.tolist(),
                  "place": books.place.tolist(),
                  "seen": chosen.tolist()},
    }  # fmt: skip


def _tally(
    books: SellerBooks, wish: Wish, way: Way, case: Disruption, own: OwnRules | None, totals: list[Floats] | None,
    advance: Callable[[], None],
) -> Tally:  # fmt: skip
    past = wish.mode == PAST
    weeks = books.replay_weeks if past else wish.weeks
    tally = Tally.of(len(books), 1 if past else wish.futures, weeks)
    need = float((books.weekly * books.landed).sum())
    for slab in slabs(books, wish, case):
        policy = _policy(books, way, slab, own, totals)
        if case.cash is not None:
            share = float((books.weekly * books.landed)[slab.items].sum())
            policy = within_cash(policy, slab, case.cash * min(share, need))
        policy, course = watched(policy, slab, books)
        seed = wish.seed + 7919 * slab.number + slab.first
        outcome = run(slab.operation, slab.demand, slab.opening, policy, seed=seed, late=slab.late)
        tally.add(slab, outcome, course, books)
        advance()
    return tally


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
        "families": {name: round(float((one.families[name] - other.families[name]).mean())) for name in one.families},
    }  # fmt: skip
