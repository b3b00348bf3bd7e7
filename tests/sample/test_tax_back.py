"""The sample's papers of tax that comes back: they match what the world bought and sent, and the planted truth is there."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from entrepot.core.documents import Receipt, Shipment
from entrepot.engines.freight import BillLine, Cartons, Consignment, audit, read_card
from entrepot.sample import catalogue, tax_back
from entrepot.sample.world import World, simulate
from entrepot.workflows.levies import read_levies
from entrepot.workflows.ways_out import read_ways

UNTIL = date(2026, 10, 31)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(seed=3, until=UNTIL, months=12, skus=60)


@pytest.fixture(scope="module")
def made(world: World) -> tax_back.TaxBack:
    return tax_back.documents([p.document for p in world.papers], world.catalogue, UNTIL, date(2026, 1, 31))


def test_invoices_and_declarations_are_of_what_came_and_went(world: World, made: tax_back.TaxBack) -> None:
    """Every invoice line has its receipt's units, with 13 % tax in the price; every declared line was shipped."""
    came = {d.id: d for p in world.papers if isinstance(d := p.document, Receipt)}
    sent = {line.sku: 0 for p in world.papers if isinstance(d := p.document, Shipment) for line in d.lines}
    for p in world.papers:
        if isinstance(p.document, Shipment):
            for line in p.document.lines:
                sent[line.sku] += line.quantity
    assert made.files["vat_invoices"]
    for invoice in made.files["vat_invoices"]:
        for line in invoice.lines:  # type: ignore[attr-defined]
            receipt = came[line.order.id]
            assert receipt.lines[line.order.line - 1].quantity == line.quantity
            assert abs(line.tax * 100 - line.amount * 13) <= 100
    declared: dict[str, int] = {}
    for told in made.files["export_declarations"]:
        for line in told.lines:  # type: ignore[attr-defined]
            declared[line.sku] = declared.get(line.sku, 0) + line.quantity
    assert declared
    assert all(units <= sent[sku] for sku, units in declared.items())


def test_no_unit_is_claimed_twice_and_nothing_happens_in_the_closed_month(made: tax_back.TaxBack) -> None:
    """Claims take at most what is invoiced and declared; all is later than the closing."""
    taken: dict[tuple[str, int], int] = {}
    there = {(d.id, n): line.quantity for name in ("vat_invoices", "export_declarations") for d in made.files[name]
             for n, line in enumerate(d.lines, 1)}  # type: ignore[attr-defined]  # fmt: skip
    for claim in made.files["rebate_claims"]:
        for line in claim.lines:  # type: ignore[attr-defined]
            for ref in (line.invoice, line.declaration):
                taken[ref.id, ref.line] = taken.get((ref.id, ref.line), 0) + line.quantity
    assert taken
    assert all(units <= there[spot] for spot, units in taken.items())
    assert all(d.effective_at.date() > date(2026, 1, 31) for files in made.files.values() for d in files)


def test_the_truth_names_what_was_planted(made: tax_back.TaxBack) -> None:
    """Two overcharges, more weight and a charge without ground; two duty refunds, one in part and one whole."""
    assert sorted(str(fact["cause"]) for fact in made.truth["overcharge"]) == ["not_on_card", "weight"]
    shares = [(fact["amount"], fact["charged"]) for fact in made.truth["duty_refund"]]
    assert len(shares) == 2
    assert shares[0][0] < shares[0][1]  # type: ignore[operator]
    assert shares[1][0] == shares[1][1]


def test_the_rule_files_are_read_by_the_rooms_they_are_for() -> None:
    """Card, ways out and levies of the sample are what a seller would lay down."""
    assert read_card(tax_back.CARD).id == "DLV-US-2026"
    assert [way.id for way in read_ways(tax_back.WAYS_OUT)] == ["refurbish", "liquidate", "destroy"]
    assert len(read_levies(tax_back.LEVIES).levies) == 1


def test_an_audit_finds_what_was_planted_and_nothing_else(world: World, made: tax_back.TaxBack) -> None:
    """Each of the trucker's bills beside his card and the cartons as the catalogue packs them: the two plants, to the cent."""
    card = read_card(tax_back.CARD)
    packs = {item.id: item.packaging[1] for item in catalogue.items(world.catalogue, date(2026, 1, 1))}
    sent = {d.id: d for p in world.papers if isinstance(d := p.document, Shipment)}
    found: dict[str, int] = {}
    for bill in made.files["bills_delivery"]:
        shipment = sent[bill.lines[0].targets[0].document.id]  # type: ignore[attr-defined]
        boxes: list[Cartons] = []
        for line in shipment.lines:
            pack = packs[line.sku]
            whole, rest = divmod(line.quantity, pack.units)
            sides = (pack.length_mm, pack.width_mm, pack.height_mm)
            boxes += [Cartons(whole, pack.weight_g, *sides)] if whole else []
            boxes += [Cartons(1, -(-(pack.weight_g or 0) * rest // pack.units), *sides)] if rest else []
        lines = [
            BillLine(x.charge, x.amount, "USD", Fraction(x.billed_units) if x.billed_units else None)
            for x in bill.lines  # type: ignore[attr-defined]
        ]
        told = audit(card, Consignment(tuple(boxes), shipment.effective_at.date()), lines)
        if told.disputed:
            found[bill.id] = told.disputed
    planted: dict[str, int] = {}
    for fact in made.truth["overcharge"]:
        planted[str(fact["bill"])] = planted.get(str(fact["bill"]), 0) + int(str(fact["amount"]))
    assert found == planted
