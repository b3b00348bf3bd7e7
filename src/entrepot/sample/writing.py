"""The sample shop as files in a folder, in the order in which they are to be imported.

Master data first, then everything known when January of the last year was closed, the closing itself, then the rest:
late bills and a late loss among it, a file that is delivered twice and an export that overlaps an earlier one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from entrepot.channels.files.template_words import Language
from entrepot.core.documents import Document, PeriodClose
from entrepot.core.progress import SILENT, Progress
from entrepot.sample import amazon_files, catalogue, faults, places, shop_files, signals, tax_back, truth
from entrepot.sample.faults import Planted
from entrepot.sample.orders import Orders, draw
from entrepot.sample.places import AMAZON_SHOP, FBA, HK, MARKET_SHOP
from entrepot.sample.places import OWN_SHOP as OWN_SHOP_CODE
from entrepot.sample.sheets import Row, as_csv, as_xlsx, rows_of
from entrepot.sample.world import World, simulate

DEFAULT_UNTIL = date(2026, 10, 31)
DEFAULT_SEED = 7
AMAZON_SAYS = {"shop": AMAZON_SHOP, "site": "US", "zone": "America/Los_Angeles"}
"""What the marketplace's files leave open."""
GRACE_DAYS = 3
"""The books of a month are closed so many days after its end; what comes later is late."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file: its layout (the document type for our own), what must be said beside it, when the seller had it.

    ``options`` are keyword arguments of ``entrepot.channels.files.opening.open_file``. ``repeats`` marks a file that
    brings nothing new.
    """

    path: Path
    layout: str
    known: date
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    planted: Planted = Planted()
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class SampleManifest:
    """The files in import order, and where the truth lies."""

    folder: Path
    files: tuple[SampleFile, ...]
    truth: Path
    start: date
    until: date
    seed: int


def write_sample(
    folder: Path,
    *,
    seed: int = DEFAULT_SEED,
    until: date = DEFAULT_UNTIL,
    months: int = 18,
    skus: int = 300,
    progress: Progress = SILENT,
) -> SampleManifest:
    """Write the sample shop's files into ``folder`` (made where missing) and the truth into its ``truth`` folder.

    The world lasts ``months`` months and ends on ``until``; the same arguments write the same rows.
    """
    world = simulate(seed=seed, until=until, months=months, skus=skus, progress=progress)
    orders = draw(world, seed)
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Writer(folder, world, orders)
    cut = _closing_day(world)
    spans = [(0, world.days - 1)] if cut is None else [(0, cut - 1), (cut, world.days - 1)]
    progress.begin("sample files", len(spans) + 2)
    writer.masters()
    progress.advance()
    for part, (first, last) in enumerate(spans, start=1):
        writer.part(part, first, last, closing=part < len(spans))
        progress.advance()
    for name, told in signals.batches(world, seed):
        writer.sheet(name, told, world.until + timedelta(1))
    if len(spans) > 1:
        writer.again(spans[1])
    writer.tax_back(None if cut is None else world.start + timedelta(cut - 1))
    path = truth.write(folder / "truth", world, orders)
    progress.advance()
    manifest = SampleManifest(folder, tuple(writer.files), path, world.start, world.until, seed)
    _save(manifest)
    return manifest


def _closing_day(world: World) -> int | None:
    """Day index of 1 February of the last year, where a month and more lies on both sides."""
    cut = (date(world.until.year, 2, 1) - world.start).days
    return cut if 31 < cut < world.days - 31 else None


def _save(manifest: SampleManifest) -> None:
    """The manifest beside the files, for people and for other programs."""
    files = [
        {
            "file": f.path.name, "layout": f.layout, "known": f.known.isoformat(), "repeats": f.repeats,
            "options": {k: v.isoformat() if isinstance(v, datetime) else v for k, v in f.options.items()},
        }
        for f in manifest.files
    ]  # fmt: skip
    listing = {"start": manifest.start.isoformat(), "until": manifest.until.isoformat(), "seed": manifest.seed,
               "files": files}  # fmt: skip
    (manifest.folder / "manifest.json").write_text(json.dumps(listing, indent=1, ensure_ascii=False), "utf-8")
    planted = {f.path.name: asdict(f.planted) for f in manifest.files if f.planted != Planted()}
    (manifest.truth / "faults.json").write_text(json.dumps(planted, indent=1, ensure_ascii=False), "utf-8")


class _Writer:
    """Writes file after file and remembers the order."""

    def __init__(self, folder: Path, world: World, orders: Orders) -> None:
        self.folder, self.world, self.orders = folder, world, orders
        self.files: list[SampleFile] = []
        self.settlements = amazon_files.settlements(world, orders)

    def add(
        self, name: str, content: bytes, layout: str, known: date, *, options: dict[str, Any] | None = None,
        planted: Planted | None = None, repeats: bool = False,
    ) -> None:  # fmt: skip
        """One more file, numbered in import order."""
        path = self.folder / f"{len(self.files) + 1:02d}_{name}"
        path.write_bytes(content)
        self.files.append(SampleFile(path, layout, known, options or {}, planted or Planted(), repeats))

    def sheet(
        self, name: str, documents: Iterable[Document], known: date, *, language: Language = "en", german: bool = False,
        plant: Callable[[list[Row]], Planted] | None = None,
    ) -> None:  # fmt: skip
        """Documents of one type in our own template: XLSX, or CSV by the name's end."""
        listed = list(documents)
        if not listed:
            return
        kind, rows = listed[0].type, rows_of(listed, language)
        planted = plant(rows) if plant else None
        content = as_csv(kind, rows, german=german) if name.endswith(".csv") else as_xlsx(kind, rows, language)
        self.add(name, content, kind, known, planted=planted, options={"site": "DE"} if german else {})

    def masters(self) -> None:
        """Companies, suppliers, places, shops, items, listings, bundles, opening stock."""
        w, start = self.world, self.world.start
        self.sheet("companies.xlsx", places.companies(start), start)
        self.sheet("tax_registrations.xlsx", places.registrations(start), start)
        self.sheet("suppliers.xlsx", places.suppliers(start), start, language="zh")
        self.sheet("locations.xlsx", places.locations(start), start)
        self.sheet("shops.xlsx", places.shops(start), start)
        self.sheet("items.xlsx", catalogue.items(w.catalogue, start), start)
        self.sheet("listings_amazon.csv", catalogue.listings(w.catalogue, AMAZON_SHOP, start), start)
        self.sheet("bundles.xlsx", places.bundles(w.catalogue, start), start)
        self.sheet("opening_stock.xlsx", self._papers("opening", date.min, date.max), start)

    def _papers(self, file: str, first: date, last: date) -> list[Document]:
        return [p.document for p in self.world.papers if p.file == file and first <= p.known <= last]

    def part(self, part: int, first: int, last: int, *, closing: bool) -> None:
        """Everything that became known in one part of the time; with ``closing``, January is closed after it."""
        w = self.world
        end = w.start + timedelta(last)
        since = date.min if first == 0 else w.start + timedelta(first + GRACE_DAYS)
        known_until = end + timedelta(GRACE_DAYS) if closing else date.max
        known = known_until if closing else w.until + timedelta(1)

        def papers(file: str) -> list[Document]:
            found = self._papers(file, since, known_until)
            if closing:  # what happens after the end of the month belongs to the next part, though it is known by then
                return [d for d in found if d.effective_at.date() <= end]
            return found + self._early(file, first)

        tag = f"{w.start + timedelta(first):%Y-%m}_{end:%Y-%m}"
        self.sheet(f"fx_rates_{tag}.csv", w.rates.documents(first, last), known)
        self._goods(papers, tag, known)
        self._sales(part, first, last, tag, known)
        self._warehouse(papers, first, last, tag, known)
        self._bills(papers, first, last, tag, known)
        if closing:
            self._close(end, known)

    def _early(self, file: str, first: int) -> list[Document]:
        """What was known in the days of grace but happened after the month's end."""
        if first == 0:
            return []
        month_end = self.world.start + timedelta(first - 1)
        return [
            d
            for d in self._papers(file, month_end + timedelta(1), month_end + timedelta(GRACE_DAYS))
            if d.effective_at.date() > month_end
        ]

    def _goods(self, papers: Callable[[str], list[Document]], tag: str, known: date) -> None:
        """From the order to the market: orders, payments, receipts, transfers, shipments."""
        self.sheet(f"purchase_orders_{tag}.xlsx", papers("purchase_orders"), known)
        self.sheet(f"payments_{tag}.xlsx", papers("payments"), known)
        self.sheet(f"receipts_china_{tag}.xlsx", papers("receipts_china"), known, language="zh")
        self.sheet(f"intercompany_{tag}.csv", papers("intercompany_sales"), known)
        self.sheet(f"conversions_{tag}.xlsx", papers("conversions"), known)
        self.sheet(f"shipments_{tag}.xlsx", papers("shipments"), known)
        self.sheet(f"receipts_fba_{tag}.csv", papers("receipts_fba"), known)
        self.sheet(f"receipts_germany_{tag}.csv", papers("receipts_germany"), known, plant=faults.in_receipts)

    def _sales(self, part: int, first: int, last: int, tag: str, known: date) -> None:
        """Orders and returns of the three shops."""
        rows = amazon_files.orders_report(self.world, self.orders, first, last)
        planted = faults.in_orders_report(rows, part)
        self.add(f"amazon_all_orders_{tag}.txt", amazon_files.tsv(rows, amazon_files.ORDER_COLUMNS, "cp1252"),
                 "amazon_orders", known, options=AMAZON_SAYS, planted=planted)  # fmt: skip
        rows = shop_files.shop_export(self.world, self.orders, first, last)
        planted = faults.in_shop_export(rows, part)
        self.add(f"shop_orders_{tag}.csv", shop_files.csv_bytes(rows, shop_files.SHOP_COLUMNS), "shopify_orders",
                 known, options={"shop": OWN_SHOP_CODE, "zone": "Europe/Berlin"}, planted=planted)  # fmt: skip
        rows = shop_files.market_export(self.world, self.orders, first, last)
        planted = faults.in_market_export(rows, part)
        said = {"shop": MARKET_SHOP, "currency": "GBP", "zone": "Europe/London"}
        self.add(f"market_uk_{tag}.csv", shop_files.csv_bytes(rows, shop_files.MARKET_COLUMNS), "order_lines", known,
                 options=said, planted=planted)  # fmt: skip
        rows = amazon_files.returns_report(self.world, self.orders, first, last)
        planted = faults.in_returns_report(rows) if first == 0 and rows else None
        self.add(f"amazon_returns_{tag}.txt", amazon_files.tsv(rows, amazon_files.RETURN_COLUMNS), "amazon_returns",
                 known, options=AMAZON_SAYS, planted=planted)  # fmt: skip
        self.sheet(f"shop_returns_{tag}.xlsx", shop_files.shop_returns(self.world, self.orders, first, last), known)

    def _warehouse(self, papers: Callable[[str], list[Document]], first: int, last: int, tag: str, known: date) -> None:
        """What the warehouses report."""
        self.sheet(f"regrades_{tag}.xlsx", papers("regrades"), known)
        self.sheet(f"stock_uses_{tag}.xlsx", papers("stock_uses"), known)
        self.sheet(f"counts_{tag}.xlsx", papers("counts"), known)
        self.sheet(f"supplier_returns_{tag}.xlsx", papers("supplier_returns"), known)
        rows = amazon_files.reimbursements_report(self.world, first, last)
        if rows:
            content = shop_files.csv_bytes(rows, amazon_files.REIMBURSEMENT_COLUMNS)
            self.add(f"amazon_reimbursements_{tag}.csv", content, "amazon_reimbursements", known,
                     options=AMAZON_SAYS)  # fmt: skip
        if last == self.world.days - 1:
            rows = amazon_files.stock_report(self.world, hidden=2)
            after = self.world.until + timedelta(1)
            moment = datetime(after.year, after.month, after.day, tzinfo=UTC)
            self.add("amazon_inventory.txt", amazon_files.tsv(rows, amazon_files.STOCK_COLUMNS), "amazon_inventory",
                     known, options={**AMAZON_SAYS, "company": HK, "location": FBA, "as_of": moment})  # fmt: skip

    def _bills(self, papers: Callable[[str], list[Document]], first: int, last: int, tag: str, known: date) -> None:
        """What others charge: credits, trucking, freight, customs, the German warehouse, settlements, fees."""
        self.sheet(f"supplier_credits_{tag}.xlsx", papers("supplier_credits"), known)
        self.sheet(f"offers_freight_{tag}.xlsx", papers("offers"), known)
        self.sheet(f"invoices_{tag}.xlsx", papers("invoices"), known)
        self.sheet(f"bills_trucking_{tag}.xlsx", papers("bills_trucking"), known, language="zh")
        self.sheet(f"bills_freight_{tag}.xlsx", papers("bills_freight"), known)
        self.sheet(f"bills_customs_{tag}.csv", papers("bills_customs"), known,
                   plant=faults.in_customs_bills if first == 0 else None)  # fmt: skip
        self.sheet(f"bills_germany_{tag}.csv", papers("bills_germany"), known, german=True,
                   plant=faults.in_german_bills)  # fmt: skip
        for begins, ends, rows in self.settlements:
            if first <= ends <= last:
                self.add(f"amazon_settlement_{self.world.start + timedelta(begins):%Y-%m-%d}.txt",
                         amazon_files.tsv(rows, amazon_files.SETTLEMENT_COLUMNS), "amazon_settlement", known,
                         options=AMAZON_SAYS)  # fmt: skip
        self.sheet(f"fees_{tag}.xlsx", papers("fees"), known)
        self.sheet(f"bills_overheads_{tag}.xlsx", papers("overheads"), known, language="zh")
        self.sheet(f"insurance_{tag}.xlsx", papers("insurance"), known)
        self.sheet(f"tax_returns_{tag}.xlsx", papers("tax_returns"), known)

    def _close(self, end: date, known: date) -> None:
        """January is closed for the shop owner."""
        at = datetime(known.year, known.month, known.day, 12, tzinfo=UTC)
        closing = PeriodClose(id=f"CLOSE-{end:%Y-%m}", company=HK, effective_at=at, period_from=end.replace(day=1),
                              period_to=end)  # fmt: skip
        self.sheet(f"period_close_{end:%Y-%m}.xlsx", [closing], known)

    def tax_back(self, closed: date | None) -> None:
        """Invoices, declarations, rebates, refunded duty, the trucker's bills; and the seller's own rule files."""
        w = self.world
        made = tax_back.documents([p.document for p in w.papers], w.catalogue, w.until, closed)
        for name, form in tax_back.FILES.items():
            self.sheet(f"{name}.{form}", made.files[name], w.until + timedelta(1),
                       language="zh" if name in tax_back.CHINESE else "en")  # fmt: skip
        for kind, facts in made.truth.items():
            w.truths.setdefault(kind, []).extend(facts)
        for name, text in tax_back.RULES.items():
            path = self.folder / "rules" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def again(self, span: tuple[int, int]) -> None:
        """The marketplace's file of the second part once more, and an orders report that overlaps it by a month."""
        first, last = span
        earlier = next(f for f in reversed(self.files) if f.layout == "order_lines")
        self.add(f"again_{earlier.path.name[3:]}", earlier.path.read_bytes(), earlier.layout, earlier.known,
                 options=earlier.options, planted=earlier.planted, repeats=True)  # fmt: skip
        rows = amazon_files.orders_report(self.world, self.orders, max(first, last - 30), last)
        content = amazon_files.tsv(rows, amazon_files.ORDER_COLUMNS, "cp1252")
        self.add("amazon_all_orders_last_month.txt", content, "amazon_orders", earlier.known,
                 options=AMAZON_SAYS, repeats=True)  # fmt: skip
