"""Documents typed on screen: read by cell, tried, posted once, corrected, taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.books.access import Viewer, system_viewer
from entrepot.books.selectors import entered as typed_documents
from entrepot.core.errors import ProblemError
from entrepot.workflows import drafts, entered
from entrepot.workflows.entered import TypedFaults
from entrepot.workflows.typed_codes import scanned
from entrepot.workflows.typed_rows import Typed
from tests.workflows.ledger import assert_proven, doc, masters, receipt

pytestmark = pytest.mark.django_db(transaction=True)
ON = "2026-02-03 09:00"


@pytest.fixture
def viewer() -> Viewer:
    """The owner of a small company with 100 units of A in LA."""
    intake.post([*masters(), receipt("R1", "2026-02-01", 100, 250)], name="start", recorded_at=1)
    return system_viewer()


def transfer(*rows: dict[str, str], **header: str) -> Typed:
    return Typed("transfer", {"origin": "LA", "destination": "DE", "effective_at": ON, **header}, rows)


def on_hand(place: str, sku: str = "A") -> int:
    rows = models.Balance.objects.filter(cell__location__code=place, item__sku=sku)
    return sum(row.on_hand for row in rows)


def codes(faults: Any) -> list[tuple[int | None, str, str]]:
    return [(fault.row, fault.column, fault.problem.code) for fault in faults]


def test_a_draft_becomes_a_document_once(viewer: Viewer) -> None:
    """Posting moves the units, posting again answers the same, and the checker finds nothing."""
    draft = drafts.begin(viewer, transfer({"sku": "A", "quantity": "30"}))
    assert entered.tried(viewer, draft.typed).effect is not None
    assert on_hand("DE") == 0  # trying keeps nothing
    done = drafts.post(viewer, draft.key, draft.version)
    again = drafts.post(viewer, draft.key, draft.version)
    assert (on_hand("LA"), on_hand("DE")) == (70, 30)
    assert (again.batch, again.document, again.again) == (done.batch, done.document, True)
    assert models.Document.objects.get(pk=done.document).source == "entered"
    assert done.effect is not None
    assert (done.effect.within, done.effect.moved[0].origin, done.effect.moved[0].destination) == (30, "LA", "DE")
    assert_proven()


def test_the_last_typed_ones_are_found_among_many(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest first, of his company and of the kinds asked for, however many other batches lie between."""
    monkeypatch.setattr(typed_documents, "AT_ONCE", 2)
    monkeypatch.setattr(typed_documents, "MOST", 3)
    for n in range(5):
        draft = drafts.begin(viewer, transfer({"sku": "A", "quantity": "1"}, effective_at=f"2026-02-03 09:0{n}"))
        drafts.post(viewer, draft.key, draft.version)
    newest = list(models.Document.objects.filter(type="transfer").order_by("-pk").values_list("external_id", flat=True))
    assert [one.number for one in typed_documents.lately(viewer)] == newest[:3]
    assert [one.number for one in typed_documents.lately(viewer, ("transfer",))] == newest[:3]
    assert typed_documents.lately(viewer, ("receipt",)) == []  # the one receipt came from a file
    stranger = replace(viewer, company=replace(viewer.company, id=viewer.company.id + 1))
    assert typed_documents.lately(stranger) == []


def test_every_wrong_cell_is_told_at_once(viewer: Viewer) -> None:
    """Unknown codes of several rows, and what cannot be read, each by row and column; nothing is posted."""
    rows = ({"sku": "NO", "quantity": "1"}, {}, {"sku": "A", "quantity": "x"}, {"sku": "NOPE", "quantity": "2"})
    typed = transfer(*rows, destination="XX")
    assert codes(entered.tried(viewer, typed).faults) == [
        (2, "quantity", "not_a_quantity"),
        (None, "destination", "unknown_location"),
        (0, "sku", "unknown_item"),
        (3, "sku", "unknown_item"),
    ]


def test_units_that_are_not_there_are_refused(viewer: Viewer) -> None:
    """A transfer of more than stands there is told at its row, not left to wait."""
    draft = drafts.begin(viewer, transfer({"sku": "A", "quantity": "10"}, {"sku": "A", "quantity": "200"}))
    before = models.Document.objects.count()
    with pytest.raises(TypedFaults) as caught:
        drafts.post(viewer, draft.key, draft.version)
    assert codes(caught.value.faults) == [(1, "quantity", "units_absent")]
    assert models.Document.objects.count() == before
    assert drafts.load(viewer, draft.key).state == "open"


def test_two_people_on_one_draft(viewer: Viewer) -> None:
    """Who saves over what he has not seen is told, and the other's cells stand."""
    draft = drafts.begin(viewer, transfer({"sku": "A", "quantity": "1"}))
    other = replace(viewer, name="bo")
    drafts.save(other, draft.key, draft.version, transfer({"sku": "A", "quantity": "2"}))
    with pytest.raises(ProblemError) as caught:
        drafts.save(viewer, draft.key, draft.version, transfer({"sku": "A", "quantity": "3"}))
    assert (caught.value.problems[0].code, caught.value.problems[0].found) == ("draft_changed", "bo")
    assert drafts.load(viewer, draft.key).typed.rows[0]["quantity"] == "2"
    with pytest.raises(ProblemError, match="saved this draft"):
        drafts.post(viewer, draft.key, draft.version)


def test_a_closed_period_is_answered(viewer: Viewer) -> None:
    """A day in a closed month is refused with the first open day; who may close can post it late."""
    closing = doc("period_close", "C", "2026-03-01", period_from="2026-02-01", period_to="2026-02-28")
    intake.post([closing], name="c", recorded_at=2)
    typed = transfer({"sku": "A", "quantity": "1"}, id="T9")
    found = entered.tried(viewer, typed)
    assert codes(found.faults) == [(None, "effective_at", "closed_period")]
    assert found.faults[0].problem.parameters == {"open_from": "2026-03-01"}
    clerk = replace(viewer, role="operations")
    with pytest.raises(TypedFaults):
        entered.post_typed(clerk, typed, late=True)
    entered.post_typed(viewer, typed, late=True)
    assert on_hand("DE") == 1
    assert_proven()


def test_numbers_are_taken_once(viewer: Viewer) -> None:
    """A number that a document has is refused; the proposed one is free."""
    entered.post_typed(viewer, transfer({"sku": "A", "quantity": "1"}, id="T1"))
    assert codes(entered.tried(viewer, transfer({"sku": "A", "quantity": "2"}, id="T1")).faults) == [
        (None, "id", "number_taken")
    ]
    first, second = (drafts.begin(viewer, transfer({"sku": "A", "quantity": "1"})) for _ in "12")
    assert first.typed.header["id"] != second.typed.header["id"]


def test_correcting_and_taking_back(viewer: Viewer) -> None:
    """A posted document is opened again, corrected as its next version, and taken back."""
    done = entered.post_typed(viewer, transfer({"sku": "A", "quantity": "30"}, id="T1"))
    draft = drafts.reopen(viewer, done.document)
    changed = Typed("transfer", draft.typed.header, ({"sku": "A", "quantity": "20"},))
    draft = drafts.save(viewer, draft.key, draft.version, changed)
    corrected = drafts.post(viewer, draft.key, draft.version)
    assert (on_hand("LA"), on_hand("DE")) == (80, 20)
    assert models.Document.objects.get(pk=corrected.document).version == 2
    entered.undo(viewer, corrected.batch)
    assert (on_hand("LA"), on_hand("DE")) == (70, 30)
    assert drafts.load(viewer, draft.key).state == "open"
    assert_proven()


def test_a_document_from_a_file_is_corrected_under_its_own_source(viewer: Viewer) -> None:
    """The receipt that came in a file becomes its own second version, not a second receipt."""
    row = models.Document.objects.get(type="receipt")
    draft = drafts.reopen(viewer, row.pk)
    typed = Typed("receipt", draft.typed.header, ({**draft.typed.rows[0], "quantity": "90"},))
    entered.post_typed(viewer, typed, corrects=draft.corrects)
    assert on_hand("LA") == 90
    assert models.Document.objects.filter(type="receipt").values_list("source", flat=True).distinct().count() == 1


def test_roles_and_places(viewer: Viewer) -> None:
    """A warehouse person posts stock documents without prices at his places only; a viewer none."""
    place = models.Location.objects.get(code="LA").pk
    clerk = replace(viewer, name="wu", role="warehouse", locations=frozenset({place}))
    done = entered.post_typed(clerk, transfer({"sku": "A", "quantity": "3"}))
    assert done.effect is not None
    assert done.effect.costs is None
    wrong = transfer({"sku": "A", "quantity": "3"}, origin="DE", destination="LA")
    assert codes(entered.tried(clerk, wrong).faults) == [(None, "", "not_allowed")]
    head = {"id": "R9", "location": "LA", "currency": "USD", "effective_at": ON}
    priced = Typed("receipt", head, ({"sku": "A", "quantity": "1", "price": "2"},))
    assert codes(entered.tried(clerk, priced).faults) == [(None, "", "not_allowed")]
    with pytest.raises(ProblemError):
        drafts.begin(replace(viewer, role="viewer"), transfer())
    with pytest.raises(ProblemError):
        entered.undo(replace(clerk, name="other"), done.batch)


def test_scans_mean_items(viewer: Viewer) -> None:
    """A barcode, an FNSKU and a SKU all find the item; what two items share finds none."""
    models.Item.objects.filter(sku="A").update(barcode="4006381333931")
    shop, item = models.Shop.objects.get(), models.Item.objects.get(sku="B")
    models.Listing.objects.create(shop=shop, item=item, seller_sku="B-FBA", fnsku="X001ABC")
    models.Listing.objects.create(shop=shop, item=item, seller_sku="DUP", fnsku="DUP")
    models.Item.objects.filter(sku="KIT").update(barcode="DUP")
    assert scanned(viewer, " 4006381333931 ") == ("A", "", "")
    assert scanned(viewer, "X001ABC") == ("B", "", "X001ABC")
    assert scanned(viewer, "B-FBA") == ("B", "", "")
    assert scanned(viewer, "DUP") is None
    assert scanned(viewer, "NOBODY") is None
