"""Money that is expected back: import tax outstanding with tax offices, export rebates claimed and not paid. Every day is an
estimate: what it took so far, or what is usual where nothing came back yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.workflows.clock import now
from entrepot.workflows.payables import Rates
from entrepot.workflows.rebates import claim_sums
from entrepot.workflows.recoverable import expected_back

USUAL_REBATE_DAYS = 45
"""From the claim to the money where no claim was ever paid: an assumption, shown as an estimate like all of them."""


def due_back(viewer: Viewer, company: models.Company, today: date) -> Iterator[tuple[date, int]]:
    """Day and amount in minor units of the company's currency, of all that has not come by ``today``.

    Import tax that is negative (more came back than was claimed) is left out: nobody knows when it is taken back.
    """
    if viewer.can("see_cost"):
        for row in expected_back(viewer, company, today):
            if row.home > 0:
                yield max(row.expected, today), row.home
    claims = claim_sums(company)
    waited = [(claim.days, claim.received) for claim in claims if claim.days is not None and claim.received > 0]
    usual = round(sum(d * a for d, a in waited) / sum(a for _, a in waited)) if waited else USUAL_REBATE_DAYS
    rated = Rates(company, now())
    for claim in claims:
        base = rated.base(claim.outstanding, claim.currency) if claim.outstanding > 0 else None
        if base is not None:
            yield max(claim.on + timedelta(days=usual), today), base
