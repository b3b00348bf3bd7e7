"""The frames that workflows hand to the engines are what ``core.frames`` says, on books that hold every kind of fact."""

import pytest

from entrepot.books import facts, intake, models
from entrepot.core.calendar import local_date
from entrepot.core.frames import ledger
from entrepot.core.frames.demand import FORECAST
from entrepot.core.frames.replenishment import PLAN
from entrepot.sample.books import BigSeller
from entrepot.workflows.clock import now
from entrepot.workflows.forecast import forecast
from entrepot.workflows.plan import propose_for
from entrepot.workflows.revalue import revalue
from entrepot.workflows.valuing import load_kernels


@pytest.mark.django_db
def test_every_frame_of_the_facts_is_as_stated() -> None:
    """All frames of facts read from the database, whole and for a few items, have the stated columns and no more."""
    _seller()
    whole = facts.load()
    few = facts.load(items=sorted(whole.movements["item"].unique().to_list())[:3])
    for found in (whole, few):
        stated = {
            ledger.MOVEMENTS: found.movements,
            ledger.COST_WEIGHTS: found.cost_weights,
            ledger.ORDER_WEIGHTS: found.order_weights,
            ledger.PERIOD_LINES: found.period_lines,
            ledger.SALES: found.sales,
            ledger.REFUNDS: found.refunds,
            ledger.BUNDLE_PARTS: found.bundle_parts,
        }
        for table, frame in stated.items():
            assert set(table.require(frame).columns) == set(table), table.name
    assert len(whole.movements) > len(few.movements) > 0


@pytest.mark.django_db
def test_forecast_and_plan_are_as_stated() -> None:
    """The forecast's and the plan's frames have the stated columns, in the stated types."""
    _seller()
    revalue()
    for one in forecast():
        FORECAST.require(one.result.frame)
        company = models.Company.objects.get(pk=one.company)
        planned, _ = propose_for(company, one, local_date(one.as_of, company.zone))
        assert PLAN.require(planned.frame).columns == list(PLAN)


def _seller() -> None:
    intake.post(BigSeller(skus=12, sales=600, weeks=30).documents(), name="a small seller", recorded_at=now())


def test_the_compiled_valuation_loads_without_books() -> None:
    """A server gets ready before it has any: two units in, one out."""
    load_kernels()
