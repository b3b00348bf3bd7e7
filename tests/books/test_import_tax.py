"""Import tax in the books: cash or cost by importer of record, country, day and registration, and decided anew by later facts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.books import facts, intake, models
from entrepot.books.import_tax import IMPORT_TAX, decisions
from entrepot.core.documents import parse
from entrepot.core.input_tax import Import, Registration, decide, recovered
from entrepot.workflows.close import close
from entrepot.workflows.revalue import revalue
from entrepot.workflows.value_at import adjustment, value_at
from tests.workflows.ledger import DAY, assert_proven, bill, by_component, doc, held, masters, post, receipt, sale, sold

books = pytest.mark.django_db


def registration(name: str = "VAT-DE", since: str = "2026-01-01", **fields: Any) -> Any:
    said = {"country": "DE", "scheme": "vat", "number": "DE1", "valid_from": since, **fields}
    return parse({"type": "tax_registration", "id": name, "effective_at": f"{since}T12:00:00Z", **said})


def places() -> list[Any]:
    """The masters of the ledger's tests, their second place in Germany."""
    return [
        *masters(),
        doc("location", "DE", "2026-01-02", country="DE"),
        doc("location", "LA", "2026-01-02", country="US"),
        *(doc("supplier", code, "2026-01-01", name=code) for code in ("FWD", "DSV")),
    ]


def taxed(
    number: str = "B-1",
    on: str = "2026-02-12",
    amount: int = 1_000,
    target: tuple[str, str] = ("receipt", "R-1"),
    **fields: Any,
) -> Any:
    return bill(number, on, "import_tax", amount, target, **fields)


def arrived(number: str = "R-1", on: str = "2026-02-10", quantity: int = 10) -> Any:
    lines = [{"sku": "A", "quantity": quantity, "price": {"amount": 300}}]
    return doc("receipt", number, on, location="DE", currency="USD", lines=lines)


def decided() -> dict[str, tuple[str, int]]:
    """Bill → why and what comes back."""
    lines = models.CostLine.objects.filter(component=IMPORT_TAX, replacement__isnull=True)
    numbers = dict(lines.values_list("pk", "document__external_id"))
    return {numbers[one.line]: (one.decision.code, one.back) for one in decisions(list(numbers))}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"importer": "US"}, ("recovered", 1_000)),
        ({"importer": "us"}, ("recovered", 1_000)),
        ({"importer": "FWD"}, ("other_importer", 0)),
        ({}, ("importer_missing", 0)),
        ({"importer": "US", "tax_country": "FR"}, ("not_registered", 0)),
        ({"importer": "US", "tax_point": "2025-12-31"}, ("not_registered", 0)),
        ({"importer": "US", "tax_scheme": "not_recoverable"}, ("stated_cost", 0)),
        ({"importer": "US", "tax_scheme": "ioss"}, ("ioss", 0)),
        ({"importer": "US", "tax_scheme": "postponed"}, ("recovered", 1_000)),
    ],
)
@books
def test_what_the_entry_says_decides(said: dict[str, Any], expected: tuple[str, int]) -> None:
    """Ten units at 3.00 and 10.00 of import tax in Germany, where the company is registered since January."""
    post(*places(), registration(), arrived(), taxed(**said))
    assert decided() == {"B-1": expected}
    cost = 1_000 - expected[1]
    assert held("DE") == {"units": 10, "purchase": 3_000, **({"duty_tax": cost} if cost else {})}
    assert_proven()


@books
@pytest.mark.both_databases
def test_a_late_registration_decides_anew_and_a_closed_month_keeps_what_it_reported() -> None:
    """Four of ten units are sold in February, February is closed, and in March the registration since January comes to light."""
    post(*places(), arrived(), taxed(importer="US"), sale("S-1", "2026-02-20", 4, place="DE"))
    assert sold("S-1") == {"purchase": 1_200, "duty_tax": 400}
    close("US", "2026-02", actor="test", at=20_520 * DAY)
    post(registration(), at=20_530 * DAY)
    assert sold("S-1") == {"purchase": 1_200}
    assert held("DE") == {"units": 6, "purchase": 1_800}
    ends = int(models.Period.objects.get().ends)
    assert by_component(value_at(ends - 1, 20_520 * DAY).issues) == {"goods": 1_200, "import_tax": 400}
    changed = adjustment(ends, 20_520 * DAY)
    assert changed.select("component", "stock", "issues").rows() == [(IMPORT_TAX, -600, -400)]
    assert_proven()


@books
def test_a_corrected_bill_shipment_or_registration_decides_anew() -> None:
    """The same amounts, told again with another importer, country or day, change the cost without a new cost line."""
    post(*places(), registration(), arrived(), taxed(importer="US"))
    lines = models.CostLine.objects.count()
    post(taxed(importer="FWD"), at=2 * DAY)
    assert (decided()["B-1"], models.CostLine.objects.count(), held("DE")["duty_tax"]) == (
        ("other_importer", 0),
        lines,
        1_000,
    )
    post(taxed(importer="US", note="again"), at=3 * DAY)
    post(registration(valid_from="2026-02-13"), at=4 * DAY)
    assert (decided()["B-1"], held("DE")["duty_tax"]) == (("not_registered", 0), 1_000)
    post(registration(valid_from="2026-02-11"), at=5 * DAY)
    assert decided()["B-1"] == ("tax_point_missing", 0), (
        "between arrival and bill: nobody says on which day the tax was due"
    )
    post(taxed(importer="US", tax_point="2026-02-12"), at=6 * DAY)
    assert (decided()["B-1"], held("DE").get("duty_tax")) == (("recovered", 1_000), None)
    post(doc("reversal", "X", "2026-03-01", documents=[{"type": "tax_registration", "id": "VAT-DE"}]), at=7 * DAY)
    assert (decided()["B-1"], held("DE")["duty_tax"]) == (("not_registered", 0), 1_000)
    assert_proven()


@books
def test_the_shipment_and_the_orders_incoterm_say_who_imported() -> None:
    """A bill that says nothing takes the importer of its shipment; goods of a DDP order were imported by their supplier."""
    stock = receipt("R-0", "2026-01-10", 20, 300)
    sent = {"origin": {"location": "LA"}, "destination": "DE", "lines": [{"sku": "A", "quantity": 10}]}
    got = doc(
        "receipt",
        "R-1",
        "2026-02-10",
        location="DE",
        shipment={"type": "shipment", "id": "SH"},
        lines=[{"sku": "A", "quantity": 10}],
    )
    post(*places(), registration(), stock, doc("shipment", "SH", "2026-01-20", importer="US", **sent), got, taxed())
    assert decided() == {"B-1": ("recovered", 1_000)}
    post(doc("shipment", "SH", "2026-01-20", importer="FWD", **sent), at=2 * DAY)
    assert (decided(), held("DE")["duty_tax"]) == ({"B-1": ("other_importer", 0)}, 1_000)
    order = doc("purchase_order", "PO", "2026-01-05", supplier="ACME", incoterm="DDP", currency="USD",
                lines=[{"sku": "B", "quantity": 5, "price": {"amount": 100}}])  # fmt: skip
    came = doc(
        "receipt",
        "R-2",
        "2026-02-11",
        location="DE",
        order={"type": "purchase_order", "id": "PO"},
        lines=[{"sku": "B", "quantity": 5}],
    )
    post(order, came, taxed("B-2", target=("receipt", "R-2")), at=3 * DAY)
    assert decided()["B-2"] == ("other_importer", 0)
    assert_proven()


@books
def test_goods_of_two_importers_on_one_line_need_a_person() -> None:
    """A bill over two shipments that were imported by different parties, without a word of its own, stays cost."""
    stock = receipt("R-0", "2026-01-10", 20, 300)
    sent = [
        doc(
            "shipment",
            name,
            "2026-01-20",
            importer=who,
            origin={"location": "LA"},
            destination="DE",
            lines=[{"sku": "A", "quantity": 10}],
        )
        for name, who in (("SH-1", "US"), ("SH-2", "FWD"))
    ]
    both = [{"kind": "births", "document": {"type": "shipment", "id": name}} for name in ("SH-1", "SH-2")]
    line = {"component": "import_tax", "amount": 1_000, "targets": both, "basis": "quantity"}
    post(*places(), registration(), stock, *sent, doc("cost_bill", "B-1", "2026-02-12", currency="USD", lines=[line]))
    (one,) = decisions(list(models.CostLine.objects.filter(component=IMPORT_TAX).values_list("pk", flat=True)))
    assert (one.decision.code, one.decision.certain, one.back) == ("mixed", False, 0)
    assert_proven()


@books
def test_what_is_given_back_follows_the_line_that_charged_it() -> None:
    """A refund of import tax that was recoverable lowers the receivable, not the cost; of one that was cost, the cost."""
    refund = doc("duty_refund", "DR", "2026-03-01", currency="USD",
                 lines=[{"bill": {"type": "cost_bill", "id": "B-1"}, "component": "import_tax", "amount": 400}])  # fmt: skip
    post(*places(), registration(), arrived(), taxed(importer="US"), refund)
    assert decided() == {"B-1": ("recovered", 1_000), "DR": ("recovered", -400)}
    post(taxed(importer="FWD"), at=2 * DAY)
    assert (decided()["DR"], held("DE")["duty_tax"]) == (("other_importer", 0), 600)
    assert_proven()


@books
def test_an_accrual_and_its_bill_may_be_decided_differently() -> None:
    """An estimate of import tax is decided by what it says; the bill takes its place, and its withdrawal brings it back."""
    line = {
        "component": "import_tax",
        "amount": 900,
        "estimate": True,
        "targets": [{"kind": "births", "document": {"type": "receipt", "id": "R-1"}}],
    }
    accrual = doc("cost_bill", "ACC", "2026-02-10", currency="USD", importer="US", lines=[line])
    post(*places(), registration(), arrived(), accrual)
    assert (decided(), held("DE").get("duty_tax")) == ({"ACC": ("recovered", 900)}, None)
    post(taxed(importer="FWD"), at=2 * DAY)
    assert (decided(), held("DE")["duty_tax"]) == ({"B-1": ("other_importer", 0)}, 1_000)
    post(doc("reversal", "X", "2026-03-01", documents=[{"type": "cost_bill", "id": "B-1"}]), at=3 * DAY)
    assert (decided(), held("DE").get("duty_tax")) == ({"X": ("recovered", 900)}, None)
    assert_proven()


@books
def test_stated_opening_tax_is_decided_on_the_day_the_goods_came() -> None:
    """Two opening layers: one came before the registration began, one after."""
    stated = [{"component": "import_tax", "money": {"amount": 500, "currency": "USD"}}]
    lines = [
        {"sku": "A", "quantity": 5, "received_on": f"2026-0{month}-05T00:00:00Z", "costs": stated} for month in (1, 2)
    ]
    post(
        *places(),
        registration(valid_from="2026-02-01"),
        doc("opening_balance", "O", "2026-02-20", location="DE", importer="US", lines=lines),
    )
    found = decisions(list(models.CostLine.objects.filter(component=IMPORT_TAX).values_list("pk", flat=True)))
    assert [(one.decision.code, one.back) for one in found] == [("not_registered", 0), ("recovered", 500)]
    assert_proven()


@books
@pytest.mark.parametrize("amount", [1_001, 999, 1, -301])
def test_a_part_comes_back_and_the_rest_is_cost(amount: int) -> None:
    """Seven tenths come back: cost and receivable are together the bill, to the cent."""
    post(*places(), registration(numerator=7, denominator=10), arrived(), taxed(amount=amount, importer="US"))
    loaded = facts.load()
    (back,) = loaded.recoverable["amount"].to_list()
    assert back == recovered(amount, Fraction(7, 10))
    assert back + loaded.cost_weights.filter(loaded.cost_weights["component"] == IMPORT_TAX)["amount"].sum() == amount
    assert_proven()


@books
def test_deciding_later_is_deciding_at_once() -> None:
    """The same documents, the registration first or last, give the same figures."""
    documents = [
        arrived(),
        taxed(importer="US"),
        sale("S-1", "2026-02-20", 4, place="DE"),
        taxed("B-2", amount=77, importer="US", tax_point="2026-01-15"),
    ]
    post(*places(), *documents, at=DAY)
    post(registration(valid_from="2026-02-01"), at=2 * DAY)
    later = (sold("S-1"), held("DE"), decided())
    assert later[2] == {"B-1": ("recovered", 1_000), "B-2": ("not_registered", 0)}
    intake.post(
        [doc("reversal", "X", "2026-03-01", documents=[{"type": "tax_registration", "id": "VAT-DE"}])],
        name="x",
        recorded_at=3 * DAY,
    )
    intake.post([registration(valid_from="2026-02-01")], name="again", recorded_at=4 * DAY)
    revalue(everything=True)
    assert (sold("S-1"), held("DE"), decided()) == later
    assert_proven()


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
REGISTRATIONS = st.lists(
    st.builds(
        Registration, st.sampled_from(["DE", "GB"]), st.sampled_from(["vat", "flat_rate", "ioss", "eori"]), st.sampled_from("ab"),
        DAYS, st.none() | DAYS, st.fractions(0, 1, max_denominator=10),
    ), max_size=4,
)  # fmt: skip


@given(REGISTRATIONS, DAYS, st.sampled_from(["", "HK", "FWD"]), st.integers(-(10**9), 10**9))
@settings(max_examples=150, deadline=None)
def test_the_decision_never_takes_more_than_a_valid_registration_gives(
    registrations: list[Registration], on: date, importer: str, amount: int
) -> None:
    """Whatever is registered: only who imported himself recovers, never more than the best share of that day, and the
    split sums; unrelated registrations change nothing."""
    entry = Import("HK", "DE", importer, (on,))
    answer = decide(entry, registrations)
    valid = [r for r in registrations if r.country == "DE" and r.scheme in ("vat", "flat_rate") and r.holds(on)]
    assert answer.share == 0 if importer != "HK" else answer.share <= max((r.share for r in valid), default=Fraction(0))
    assert abs(recovered(amount, answer.share)) <= abs(amount)
    elsewhere = [r for r in registrations if r.country == "DE" or r.scheme not in ("vat", "flat_rate")]
    same = decide(entry, elsewhere)
    assert (same.share, same.registration) == (answer.share, answer.registration) or not elsewhere


def test_between_two_possible_days_the_lesser_share_is_the_default() -> None:
    """Registered in full until June, in part from July: a bill over both days gives the part, marked as uncertain."""
    whole = Registration("DE", "vat", "1", date(2026, 1, 1), date(2026, 6, 30))
    part = Registration("DE", "vat", "2", date(2026, 7, 1), None, Fraction(1, 2))
    answer = decide(Import("HK", "DE", "HK", (date(2026, 6, 20), date(2026, 7, 5))), [whole, part])
    assert (answer.share, answer.code, answer.certain, answer.registration) == (
        Fraction(1, 2),
        "tax_point_missing",
        False,
        part,
    )


@books
def test_an_importer_whom_nobody_knows_is_refused_until_he_is_entered() -> None:
    """A mistyped code would count as another importer and turn tax that comes back into cost; the bill waits instead."""
    post(*places(), registration(), arrived())
    with pytest.raises(AssertionError, match="unknown_importer"):
        post(taxed(importer="UK-TYPO"))
    (waiting,) = models.Quarantine.objects.filter(state=models.Quarantine.OPEN)
    assert (waiting.code, decided()) == ("unknown_importer", {})
    post(doc("supplier", "UK-TYPO", "2026-01-01", name="A forwarder"), at=2 * DAY)
    assert decided() == {"B-1": ("other_importer", 0)}
