"""How items go on, as users know it: successors take over a past, new items begin like others did, ending ones run down.

An end comes from what a user said, else from the item's own ``discontinued_on``. Items in their first weeks are forecast as
launches whether anybody says so or not; one that never sold only where a user says that it goes on sale.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from entrepot.books import lifecycle, models
from entrepot.books.access import Viewer
from entrepot.books.lifecycle import Course
from entrepot.books.selectors.sku import find
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now

if TYPE_CHECKING:
    from entrepot.engines.demand import DemandPanel, Forecast

YOUNG = 8
"""Own weeks below which an item is new."""
LAUNCHING = 13
"""Weeks after the first sale from which it is not: an old item that was hardly ever in stock is no launch."""
CONVERSION = (20, 100)
"""Buyers among people who wait for a launch: one in five, an assumption."""


def inherited(company: int, panel: DemandPanel) -> DemandPanel:
    """The series (item, place) with every successor's inherited past."""
    from entrepot.engines.demand import successors

    heirs: dict[str | int, tuple[str | int, float]] = {
        row.item_id: (row.predecessor_id, row.share / 100)
        for row in lifecycle.standing(company)
        if row.predecessor_id is not None
    }
    return successors(panel, heirs)


def awaited(company: int, panel: DemandPanel) -> pl.DataFrame:
    """Keys of items that a user says go on sale and that have no series: at the places of the shops that list them, else at
    those of every shop."""
    shops = models.Shop.objects.filter(company=company)
    everywhere = sorted(set(shops.values_list("location_id", flat=True)))
    coming = [row.item_id for row in lifecycle.standing(company) if row.launches_on is not None or row.interest]
    listed: dict[int, set[int]] = {}
    for item, place in models.Listing.objects.filter(item__in=coming, shop__company=company).values_list(
        "item_id", "shop__location_id"
    ):
        listed.setdefault(item, set()).add(place)
    known = set(panel.keys["item"].to_list())
    rows = [
        (item, str(place))
        for item in coming
        if item not in known
        for place in sorted(listed.get(item, set())) or everywhere
    ]
    return pl.DataFrame(rows, schema=panel.keys.schema, orient="row")


def counted(company: int, result: Forecast) -> Forecast:
    """The forecast with launches in the place of young items, and with ends."""
    from entrepot.engines.demand import Launch, launched

    told = {row.item_id: row for row in lifecycle.standing(company)}
    launches: list[Launch] = []
    ages = result.panel.demand.shape[1] - result.panel.born
    rows = result.frame.select("item", "channel", "weeks", "weekly_mean").iter_rows()
    for (item, place, weeks, mean), age in zip(rows, ages, strict=True):
        row = told.get(item)
        said = row is not None and (row.launches_on is not None or row.interest > 0)
        young = 0 < weeks < YOUNG and age < LAUNCHING
        hardly = weeks > 0 and mean is None  # sold now and then, but out of stock in nearly every week
        if young or hardly or (weeks == 0 and said):
            first = row.launches_on if row is not None else None
            launches.append(Launch((item, place), first, row.interest if row is not None else 0, new=not hardly))
    if launches:
        result = launched(result, _attributes(result), launches, conversion=CONVERSION)
    return _ended(result, ends(company))


def ends(company: int) -> dict[int, date]:
    """Item → the first day without sales, where that is known."""
    known = dict(models.Item.objects.exclude(discontinued_on=None).values_list("pk", "discontinued_on"))
    return known | {row.item_id: row.ends_on for row in lifecycle.standing(company) if row.ends_on is not None}


def _ended(result: Forecast, last: dict[int, date]) -> Forecast:
    from entrepot.engines.demand import ended

    if result.last_week is None or not last:
        return result
    horizon = result.last_week + timedelta(weeks=result.state.expected.shape[1])
    days = {key: last[key[0]] for key in result.frame.select(*result.by).rows() if key[0] in last}
    return ended(result, {key: day for key, day in days.items() if day <= horizon})


def _attributes(result: Forecast) -> pl.DataFrame:
    """What makes items alike: category, brand, supplier, list price, and the place."""
    rows = models.Item.objects.values_list("pk", "category", "brand", "supplier", "list_price")
    schema = {"item": pl.Int64, "category": pl.String, "brand": pl.String, "supplier": pl.String, "price": pl.Float64}
    table = pl.DataFrame(
        [(pk, c or None, b or None, s or None, None if p is None else float(p)) for pk, c, b, s, p in rows],
        schema=schema, orient="row",
    )  # fmt: skip
    keys = result.frame.select(*result.by)
    return keys.join(table, on="item", how="left", maintain_order="left").with_columns(place=pl.col("channel"))


def keep(
    viewer: Viewer, sku: str, predecessor: str, share: int, launches_on: date | None, interest: int, ends_on: date | None,
    note: str = "", *, origin: str = "",
) -> None:  # fmt: skip
    """Keep how ``sku`` goes on; the next forecast counts it.

    Raises :class:`~entrepot.books.selectors.shapes.NotThere`, or :class:`~entrepot.core.errors.ProblemError` for what makes no
    sense or is not allowed.
    """
    item = find(sku)
    before = models.Item.objects.filter(sku=predecessor).first() if predecessor else None
    if predecessor and before is None:
        raise ProblemError(
            Problem("unknown_sku", "there is no such item", "choose an SKU of the books", field="predecessor", found=predecessor)
        )  # fmt: skip
    course = Course(before, share, launches_on, interest, ends_on, note)
    lifecycle.set_course(viewer, item, course, at=now(), origin=origin)


def withdraw(viewer: Viewer, sku: str, *, origin: str = "") -> None:
    """Know nothing of it any more. Raises :class:`~entrepot.core.errors.ProblemError` where nothing was known."""
    if not lifecycle.withdraw(viewer, find(sku), at=now(), origin=origin):
        raise ProblemError(
            Problem("course_gone", "nothing is said of this item any more", "look at the page again", found=sku)
        )
