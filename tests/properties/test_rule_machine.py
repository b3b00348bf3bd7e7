"""The property test of the ledger: a machine of rules against an exact model, unit by unit and cent by cent."""

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.effort import effort
from tests.properties.rule_machine import FIRED, SellersDays

PARTS = 4
RULES = [
    "receipt", "cost_bill", "supplier_credit", "sales_order", "return", "transfer", "conversion", "stock_use", "count",
    "fx_rate", "close", "reopen", "duplicate", "reorder", "correct", "reverse",
]  # fmt: skip


def run_sellers(number: int, runs: int, steps: int) -> None:
    """Run the machine from a seed that is told, and tell how often each rule fired; none may have stayed idle.

    A failure prints the steps that lead to it and a line that replays them.
    """
    FIRED.clear()
    print(f"seed {number}, {runs} runs of {steps} steps")

    @seed(number)
    @settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, derandomize=False, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False, phases=(Phase.generate,),
    )  # fmt: skip
    class Machine(SellersDays):
        pass

    run_state_machine_as_test(Machine, settings=Machine.TestCase.settings)
    print("fired", dict(FIRED.most_common()))
    assert [rule for rule in RULES if not FIRED[rule]] == []


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_any_days_of_a_seller_come_to_what_the_exact_model_says(part: int) -> None:
    """500 sellers of 50 steps each (soak: 5,000 of 100), in parts: posted, revalued, equal to the model, checked."""
    run_sellers(20260 + part, effort(test=500, soak=5000) // PARTS, effort(test=50, soak=100))


@pytest.mark.soak
@pytest.mark.both_databases
@pytest.mark.django_db
def test_some_of_them_on_every_database() -> None:
    """25 more sellers of 50 steps, also on PostgreSQL."""
    run_sellers(2600, effort(test=25, soak=250), 50)
