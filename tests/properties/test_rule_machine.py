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


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_any_days_of_a_seller_come_to_what_the_exact_model_says(part: int) -> None:
    """500 sellers of 50 days each (soak: 5,000 of 100), in parts: posted, revalued, compared with the model, checked;
    every rule fires. A failure prints the steps that lead to it."""
    FIRED.clear()
    number = 20260 + part
    print(f"seed {number}")
    runs = effort(test=int(__import__("os").environ.get("RUNS", "500")), soak=5000) // PARTS

    @seed(number)
    @settings(
        max_examples=runs, stateful_step_count=effort(test=50, soak=100), deadline=None, derandomize=False,
        database=None, suppress_health_check=list(HealthCheck), print_blob=True,
        report_multiple_bugs=False,
        phases=(Phase.generate,),
    )  # fmt: skip
    class Machine(SellersDays):
        pass

    run_state_machine_as_test(Machine, settings=Machine.TestCase.settings)
    print("fired", dict(FIRED.most_common()))
    assert [rule for rule in RULES if not FIRED[rule]] == []
