"""How the console shows a what-if: before and after by family, what turns unprofitable, the goods on the water, time taken."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.faces.cli.printing import count, money, say, table

if TYPE_CHECKING:
    from entrepot.books.access import Viewer
    from entrepot.workflows.rule_files import SellerRules
    from entrepot.workflows.whatif import Change
    from entrepot.workflows.whatif_orders import OrderedRow
    from entrepot.workflows.whatif_shop import ShopChange, ShopRow
    from entrepot.workflows.whatif_water import WaterRow

NEEDS = {
    "hs": "HS code", "origin": "country of origin", "country": "a country of the rule book", "cost": "the purchase cost",
    "rule": "a duty, tax or exchange rate", "eta": "the day of arrival", "freight": "what the way there costs",
    "onward": "where they go from there",
}  # fmt: skip


def of_file(file: Path, rules: SellerRules, change: Change, day: date, currency: str, most: int) -> None:
    """Landed cost of the items of a file before and after."""
    from entrepot.workflows.whatif import effect, most_hit, read_items
    from entrepot.workflows.whatif_needs import needs

    started = time.perf_counter()
    items = read_items(file, day)
    result = effect(rules, items, change, currency)
    known = int(result.known.sum())
    more = f"{money(int(result.effect.sum()), result.currency)} more" if known else "the effect is not known"
    priced = bool((items.sale >= 0).any())
    say(
        f"{count(len(result.keys))} items, {count(known)} known to the end: {more}"
        + (f"; {count(int(result.turned.sum()))} no longer cover their price" if known and priced else "")
    )
    rows: list[tuple[str, ...]] = []
    for i in most_hit(result, most):
        amounts = (money(int(column[i]), result.currency) for column in (result.before, result.after, result.effect))
        rows.append((result.keys[i], *amounts, "yes" if result.turned[i] else ""))
    if rows:
        table("Most hit", ("sku", "before", "after", "effect", "below price"), rows, right=(1, 2, 3))
    elif known:
        say("None of the items known to the end is hit by this change.")
    if known < len(result.keys):
        waiting = needs(items, result, rules, change, most)
        body = [(result.keys[i], "; ".join(lacking)) for i, lacking in waiting.items()]
        title = f"Not known, in no sum: {count(len(result.keys) - known)} of {count(len(result.keys))}"
        table(
            title if len(body) == len(result.keys) - known else f"{title} (the first {len(body)})",
            ("sku", "needs"),
            body,
        )
    if items.no_freight:
        say(
            f"{count(items.no_freight)} items name no freight: their cost is without it, and a change of freight leaves them."
        )
    say(f"Reckoned in {time.perf_counter() - started:.2f} s; nothing is stored.")


def of_fees(file: Path | None, changes: Sequence[str], day: date, company: str, most: int) -> None:
    """Stock at the platforms by the fee tables as they are and by another one: every SKU, and the lots most hit."""
    from entrepot.faces.cli.opening import of_company, open_books

    open_books()
    from django.conf import settings

    from entrepot.books.access import looking_at, system_viewer
    from entrepot.core.calendar import local_date
    from entrepot.rules.fee_files import with_fee_change, with_fee_file
    from entrepot.workflows.clock import now
    from entrepot.workflows.storage_figures import fees
    from entrepot.workflows.storage_whatif import storage_effect

    book = fees(settings.HOME)
    changed = with_fee_file(book, file) if file else book
    for text in changes:
        changed = with_fee_change(changed, text, day)
    everyone = system_viewer()
    if company:
        of_company(company)
    for one in everyone.offered:
        if company not in ("", one.code):
            continue
        started = time.perf_counter()
        told = storage_effect(looking_at(everyone, one.code), local_date(now(), one.zone), book, changed)
        if not told.lots:
            continue
        more = ", ".join(money(amount, currency) for currency, amount in told.more().items())
        say("", f"{one.name}: storage and age fees until {told.until}: {more} more if stock sells as forecast")
        unknown = sum(lot.effect is None for lot in told.lots)
        if unknown or told.ageless:
            say(
                f"{count(unknown)} lots are not known, {count(sum(told.ageless.values()))} units have no known arrival: in no sum"
            )
        body = [
            (r.sku, r.marketplace, count(r.units), *(_known(x, r.currency) for x in (r.before, r.after, r.effect)))
            for r in told.skus[:most]
        ]
        table("By SKU", ("sku", "market", "units", "before", "after", "more"), body, right=(2, 3, 4, 5))
        rows = [
            (
                r.sku,
                r.lot,
                str(r.received),
                count(r.units),
                *(_known(x, r.currency) for x in (r.before, r.after, r.effect)),
            )
            for r in told.lots[:most]
        ]
        table("By lot", ("sku", "lot", "arrived", "units", "before", "after", "more"), rows, right=(3, 4, 5, 6))
        say(f"Reckoned in {time.perf_counter() - started:.2f} s; nothing is stored.")


def _known(amount: int | None, currency: str) -> str:
    return "not known" if amount is None else money(amount, currency)


def of_books(
    rules: SellerRules, change: Change, day: date, storage: Fraction, paid: str, months: int, company: str, most: int
) -> None:  # fmt: skip
    """Every company of the books that sold something in the months before the current one's end."""
    from entrepot.faces.cli.opening import of_company, open_books

    open_books()
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.workflows.whatif_shop import ShopChange

    everyone = system_viewer()
    asked = ShopChange(change, day, paid, storage)
    if company:
        of_company(company)
    for one in everyone.offered:
        if company in ("", one.code):
            _company(looking_at(everyone, one.code), rules, asked, months, most)


def _company(viewer: Viewer, rules: SellerRules, asked: ShopChange, months: int, most: int) -> None:
    from entrepot.books.selectors.economics import CostWish
    from entrepot.workflows.whatif_orders import ordered_effect
    from entrepot.workflows.whatif_shop import shop_effect
    from entrepot.workflows.whatif_water import water_effect

    today = date.today()  # noqa: DTZ011
    first = today.year * 12 + today.month - months
    wanted = CostWish("sku", date(first // 12, first % 12 + 1, 1), today)
    started = time.perf_counter()
    rows = shop_effect(viewer, rules, wanted, asked)
    water = water_effect(viewer, rules, asked)
    ordered = ordered_effect(viewer, rules, asked)
    seconds = time.perf_counter() - started
    currency = viewer.company.currency
    if not rows and not water and not ordered:
        return
    _head(viewer, rows, water, ordered, asked, currency)
    _families(rows, currency)
    _turned(rows, currency, most)
    _water(water, currency, most)
    _ordered(ordered, currency, most)
    say(
        f"{count(len(rows))} SKUs by country, {count(len(water))} lines under way and {count(len(ordered))} on order in "
        f"{seconds:.2f} s; nothing is stored."
    )


def _head(
    viewer: Viewer, rows: Sequence[ShopRow], water: Sequence[WaterRow], ordered: Sequence[OrderedRow], asked: ShopChange,
    currency: str,
) -> None:  # fmt: skip
    turned, waiting = sum(r.turned for r in rows), sum(r.effect is None for r in rows)
    lost = sum(r.lost for r in rows if r.effect is not None)
    on_water = sum(w.effect or 0 for w in water)
    say(
        "",
        f"{viewer.company.name}: from {asked.on}, {money(-lost, currency)} less profit a year of sales like the last; "
        f"{count(turned)} of {count(len(rows))} SKUs by country turn unprofitable",
        f"On the water: {money(on_water, currency)} more duty and tax; "
        f"on order: ≈ {money(sum(o.effect or 0 for o in ordered), currency)}",
    )
    if waiting:
        say(f"{count(waiting)} rows are not known; they say what they need")


def _families(rows: Sequence[ShopRow], currency: str) -> None:
    """Net sales, costs by family and profit of the rows that are known to the end, before and after."""
    known = [r for r in rows if r.after is not None]
    if not known:
        return
    sales = sum((r.net or 0) for r in known)
    refunds = sales - sum((r.before or 0) + sum(r.costs.values()) for r in known)
    sold = sum(r.sold for r in known)
    shown = [("net sales after refunds", sales - refunds, sold)]
    shown += [
        (family.replace("_", " "), sum(r.costs[family] for r in known), sum(r.more.get(family, 0) for r in known))
        for family in known[0].costs
    ]
    shown.append(("profit", sum(r.before or 0 for r in known), sum(r.lost for r in known)))
    body = [
        (name, money(was, currency), money(was + more, currency), money(more, currency) if more else "")
        for name, was, more in shown if was or more
    ]  # fmt: skip
    table(
        f"Before and after, {count(len(known))} rows known to the end",
        ("", "before", "after", "change"),
        body,
        right=(1, 2, 3),
    )


def _turned(rows: Sequence[ShopRow], currency: str, most: int) -> None:
    body = [
        (
            r.sku, r.country, count(r.units), "" if r.before is None else money(r.before, currency),
            "" if r.effect is None else money(r.effect, currency), "" if r.after is None else money(r.after, currency),
            _mark(r),
        )
        for r in rows[:most]
    ]  # fmt: skip
    heads = ("sku", "country", "units", "profit before", "added cost", "profit after", "")
    table("SKUs, those that turn first", heads, body, right=(2, 3, 4, 5))


def _mark(row: ShopRow) -> str:
    if row.needs:
        return f"needs {NEEDS.get(row.needs, row.needs)}"
    marks = ["turns unprofitable"] if row.turned else []
    return ", ".join([*marks, *(["≈ duty at the books' own share"] if row.estimate else [])])


def _water(water: Sequence[WaterRow], currency: str, most: int) -> None:
    hit = [w for w in water if w.needs or w.effect]
    if len(water) > len(hit):
        say(f"{count(len(water) - len(hit))} lines under way are not hit: they arrive before, or go elsewhere")
    body = [
        (
            w.goods.shipment, w.goods.country, "" if w.goods.eta is None else str(w.goods.eta), w.goods.sku, count(w.goods.units),
            "" if w.effect is None else money(w.effect, currency),
            f"needs {NEEDS.get(w.needs, w.needs)}" if w.needs else "" if w.hit else "arrives before",
        )
        for w in hit[:most]
    ]  # fmt: skip
    if body:
        table("Goods on the water", ("shipment", "to", "arrives", "sku", "units", "more duty", ""), body, right=(4, 5))


def _ordered(ordered: Sequence[OrderedRow], currency: str, most: int) -> None:
    hit = [o for o in ordered if o.needs or o.effect]
    if len(ordered) > len(hit):
        say(f"{count(len(ordered) - len(hit))} lines on order are not hit: they are expected before, or go elsewhere")
    body = [
        (
            o.goods.order, o.goods.country, "" if o.goods.expected is None else str(o.goods.expected), o.goods.sku,
            count(o.goods.units), "" if o.effect is None else f"≈ {money(o.effect, currency)}",
            f"needs {NEEDS.get(o.needs, o.needs)}" if o.needs else "",
        )
        for o in hit[:most]
    ]  # fmt: skip
    if body:
        table("Ordered, not shipped", ("order", "to", "expected", "sku", "units", "more duty", ""), body, right=(4, 5))
