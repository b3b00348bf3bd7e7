"""Tax on imports at the door: registrations, what papers say of an import, and what came back. Nothing is decided here: whether
a line is cash or cost follows from these facts (``books.import_tax``), so that a later one changes the answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from entrepot.books import models
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.reach import reached
from entrepot.books.intake.trouble import Waits
from entrepot.core import documents as d
from entrepot.core.components import COMPONENTS
from entrepot.core.errors import Problem
from entrepot.core.money import exponent

IMPORT_TAX = COMPONENTS["import_tax"]


def tax_registration(b: Builder, doc: d.TaxRegistration) -> None:
    company = b.directory.company(doc.company)
    b.postings.objects.append(
        models.TaxRegistration(
            document_id=b.header.id, company_id=company.pk, country=doc.country, scheme=doc.scheme, number=doc.number,
            valid_from=doc.valid_from, valid_to=doc.valid_to, share_numerator=doc.share.numerator,
            share_denominator=doc.share.denominator, recorded_at=b.session.recorded_at,
        )
    )  # fmt: skip
    told = models.TaxRegistration.objects.filter(document_id__in=b.header.before)
    _decide_anew(b, {company.pk, *told.values_list("company_id", flat=True)})


def tax_return(b: Builder, doc: d.TaxReturn) -> None:
    exponent(doc.currency)  # refuses what is no currency
    base, _ = b.base(doc.amount, doc.currency, b.header.effective_at)
    b.postings.objects.append(
        models.TaxReturned(
            document_id=b.header.id, company_id=b.header.company.pk, country=doc.country, currency=doc.currency,
            amount=doc.amount, base_amount=base, way=doc.way, period_to=doc.period_to,
            effective_at=b.header.effective_at, recorded_at=b.session.recorded_at,
        )
    )  # fmt: skip


def terms(b: Builder, doc: Any) -> None:
    """What a bill, credit, opening or shipment says of its import; a later version that says nothing takes it back."""
    said = {
        "importer": doc.importer, "country": getattr(doc, "tax_country", None) or "",
        "tax_point": getattr(doc, "tax_point", None), "scheme": getattr(doc, "tax_scheme", None) or "",
    }  # fmt: skip
    _known_importer(doc.importer, getattr(doc, "supplier", ""))
    if any(said.values()):
        b.postings.objects.append(
            models.ImportTerms(
                document_id=b.header.id, company_id=b.header.company.pk, recorded_at=b.session.recorded_at, **said
            )
        )


def _known_importer(code: str, supplier: str) -> None:
    """Refuses an importer that is neither a company nor a supplier or carrier of the books: a mistyped code would count as
    somebody else, and tax that comes back would become cost."""
    if not code or code.casefold() == supplier.casefold():
        return
    if (
        models.Company.objects.filter(code__iexact=code).exists()
        or models.Supplier.objects.filter(code__iexact=code).exists()
    ):
        return
    raise Waits(
        f"supplier:{code}",
        Problem("unknown_importer", "the importer of record is neither a company nor a supplier of the books",
                "write the code of the company that imported, or enter the forwarder or supplier who did", field="importer",
                found=code),
    )  # fmt: skip


def shipment_terms(b: Builder, doc: d.Shipment) -> None:
    """The same of a shipment; the bills on its goods are decided anew where it says something else than before."""
    terms(b, doc)
    before = models.ImportTerms.objects.filter(document_id__in=b.header.before).order_by("-pk")
    told = before.values_list("importer", flat=True).first() or ""
    if b.header.before and told != doc.importer:
        cells = models.Shipment.objects.filter(document_id__in=b.header.before).values("cell_id")
        moved = models.Movement.objects.filter(from_cell__in=cells) | models.Movement.objects.filter(to_cell__in=cells)
        lines = models.CostLine.objects.filter(component=IMPORT_TAX, basis__basisshare__movement__in=moved)
        reached(b, set(lines.values_list("pk", flat=True)))


def origin(b: Builder, line: int, of: models.CostLine) -> None:
    """Import tax given back, or told again, is decided as the line that charged it."""
    if of.component == IMPORT_TAX:
        before = models.TaxOrigin.objects.filter(cost_line=of).first()
        charged = before.origin_id if before else of.pk
        b.postings.objects.append(models.TaxOrigin(document_id=b.header.id, cost_line_id=line, origin_id=charged))


def taken_back(b: Builder, documents: Collection[int]) -> None:
    """Registrations among ``documents`` no longer count, nor what these say of an import."""
    told = models.TaxRegistration.objects.filter(document_id__in=documents)
    _decide_anew(b, set(told.values_list("company_id", flat=True)))
    shipments = models.Shipment.objects.filter(document_id__in=documents, document__importterms__isnull=False)
    moved = models.Movement.objects.filter(to_cell__in=shipments.values("cell_id"))
    lines = models.CostLine.objects.filter(component=IMPORT_TAX, basis__basisshare__movement__in=moved)
    reached(b, set(lines.values_list("pk", flat=True)))


def _decide_anew(b: Builder, companies: Collection[int]) -> None:
    """Every import tax of these companies: the figures of what it reaches no longer hold."""
    if companies:
        lines = models.CostLine.objects.filter(component=IMPORT_TAX, company__in=companies)
        reached(b, set(lines.values_list("pk", flat=True)))
