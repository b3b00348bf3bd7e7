"""Master data: the document is the history, the tables hold the current state."""

from __future__ import annotations

from typing import Any

from entrepot.books import models
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.resplit import resplit_items
from entrepot.books.intake.trouble import refused
from entrepot.core import documents as d
from entrepot.core.calendar import to_instant


def company(b: Builder, doc: d.Company) -> None:
    before = models.Company.objects.filter(code=doc.id).first()
    if (
        before is not None
        and before.currency != doc.currency
        and models.Document.objects.filter(company=before).exists()
    ):
        raise refused(
            "currency_change", "the company's books are kept in another currency already",
            "set up a new company for the new currency", field="currency", found=doc.currency,
        )  # fmt: skip
    if before is not None and _other_start(before, doc) and models.SalesLine.objects.filter(company=before).exists():
        raise refused(
            "books_from_change", "sales were posted already, and the first day of the books decides which of them move units",
            "leave the day and the zone as they are, or set the books up anew in another folder", field="books_from",
            found=doc.books_from.isoformat() if doc.books_from else "",
        )  # fmt: skip
    if before is not None and (before.method, before.zone) != (doc.method, doc.zone):
        b.postings.everything = True  # every figure follows the method, and periods the zone
    models.Company.objects.update_or_create(
        code=doc.id,
        defaults={
            "name": doc.name, "currency": doc.currency, "zone": doc.zone, "method": doc.method,
            "country": doc.country or "", "books_from": doc.books_from,
        },
    )  # fmt: skip
    b.directory.forget("companies", "company_ids", "rates")


def _other_start(before: models.Company, doc: d.Company) -> bool:
    """Whether the instant at which the books begin would be another: the zone counts too."""
    start = (doc.books_from, doc.zone if doc.books_from else "")
    return (before.books_from, before.zone if before.books_from else "") != start


def sort_key(name: str, name_zh: str) -> str:
    """Pinyin of the Chinese name, else the name: sorts names as a Chinese reader expects.

    >>> sort_key("Lamp", "台灯")
    'tai deng'
    """
    if not name_zh:
        return name.casefold()[:200]
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(name_zh)).casefold()[:200]


def item(b: Builder, doc: d.Item) -> None:
    row, created = models.Item.objects.update_or_create(
        sku=doc.id,
        defaults={
            "name": doc.name, "name_zh": doc.name_zh, "sort_key": sort_key(doc.name or doc.id, doc.name_zh),
            "category": doc.category, "brand": doc.brand, "base_unit": doc.base_unit, "hs_code": doc.hs_code,
            "origin": doc.origin or "", "barcode": doc.barcode, "supplier": doc.supplier, "moq": doc.moq,
            "lead_time_days": doc.lead_time_days, "list_price": doc.list_price, "currency": doc.currency,
            "discontinued_on": doc.discontinued_on,
        },
    )  # fmt: skip
    before = (
        set()
        if created
        else set(row.packaging.values_list("level", "units", "weight_g", "length_mm", "width_mm", "height_mm"))
    )
    row.packaging.all().delete()
    models.Packaging.objects.bulk_create(
        models.Packaging(item=row, **level.model_dump(exclude={"volume_mm3"})) for level in doc.packaging
    )
    after = {(p.level, p.units, p.weight_g, p.length_mm, p.width_mm, p.height_mm) for p in doc.packaging}
    b.directory.forget("items")
    if not created and before != after:
        resplit_items(b, {row.pk}, ("weight", "volume", "chargeable_weight"))


def listing(b: Builder, doc: d.Listing) -> None:
    models.Listing.objects.update_or_create(
        shop=b.directory.shop(doc.shop),
        seller_sku=doc.id,
        defaults={
            "item_id": b.directory.item(doc.sku), "title": doc.title, "asin": doc.asin, "fnsku": doc.fnsku,
        },
    )  # fmt: skip
    b.directory.forget("listings")


def bundle(b: Builder, doc: d.Bundle) -> None:
    parts = [(b.directory.item(part.sku), part.quantity) for part in doc.parts]
    models.BundlePart.objects.filter(bundle_sku=doc.id).delete()
    models.BundlePart.objects.bulk_create(
        models.BundlePart(bundle_sku=doc.id, item_id=pk, quantity=quantity) for pk, quantity in parts
    )
    b.directory.forget("bundles")


def supplier(b: Builder, doc: d.Supplier) -> None:
    models.Supplier.objects.update_or_create(
        code=doc.id,
        defaults={
            "name": doc.name, "name_zh": doc.name_zh, "kind": doc.kind, "country": doc.country or "",
            "currency": doc.currency, "payment_terms": doc.payment_terms,
            "minimum_order": doc.minimum_order, "order_in": doc.order_in,
        },
    )  # fmt: skip


def location(b: Builder, doc: d.Location) -> None:
    models.Location.objects.update_or_create(
        code=doc.id,
        defaults={
            "name": doc.name, "name_zh": doc.name_zh, "kind": doc.kind, "country": doc.country or "",
            "city": doc.city,
        },
    )  # fmt: skip
    b.directory.forget("locations")


def shop(b: Builder, doc: d.Shop) -> None:
    models.Shop.objects.update_or_create(
        code=doc.id,
        defaults={
            "name": doc.name, "company": b.directory.company(doc.company), "channel": doc.channel,
            "currency": doc.currency, "zone": doc.zone, "location": b.directory.location(doc.location),
            "country": doc.country or "",
        },
    )  # fmt: skip
    b.directory.forget("shops")


def fx_rate(b: Builder, doc: d.FxRate) -> None:
    b.postings.objects.append(
        models.FxRate(
            document_id=b.header.id, base=doc.base, quote=doc.quote, numerator=doc.numerator,
            denominator=doc.denominator, date=doc.date, purpose=doc.purpose, publisher=doc.publisher,
            recorded_at=b.session.recorded_at,
        )
    )  # fmt: skip
    b.directory.forget("rates")


def signal(b: Builder, doc: d.Signal) -> None:
    fields: dict[str, Any] = {"item_id": b.directory.item(doc.sku)} if doc.sku else {}
    if doc.shop:
        fields["shop"] = b.directory.shop(doc.shop)
    b.postings.objects.append(
        models.SignalValue(
            document_id=b.header.id, name=doc.name, subject=doc.subject, numerator=doc.numerator, denominator=doc.denominator,
            effective_at=to_instant(doc.effective_at), **fields,
        )
    )  # fmt: skip
