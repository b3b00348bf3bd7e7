"""Weights of a split: what each target counts for under a basis, in exact integers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from entrepot.books import models
from entrepot.books.intake.posting.references import told_before
from entrepot.books.intake.trouble import refused
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.components import GOODS
from entrepot.core.errors import ProblemError


def of_movements(
    basis: str, rows: Sequence[models.Movement], *, manual: Sequence[int] = (), divisor: int = 6000
) -> list[int]:
    """Weights of movements in their order; a basis that lacks a figure is refused, never taken as 0.

    quantity: units · value: goods cost in base currency · weight: grams · volume: mm³ · chargeable_weight: the larger
    of weight and volume/divisor, in mg (``divisor`` in cm³ per kg) · equal: 1 each · manual: as given.
    """
    if basis == "quantity":
        return [row.quantity for row in rows]
    if basis in ("equal", "line"):
        return [1] * len(rows)
    if basis == "manual":
        if len(manual) != len(rows):
            raise refused(
                "manual_weights", f"{len(rows)} targets need as many weights", "give one weight for each target line",
                field="weights", found=str(len(manual)),
            )  # fmt: skip
        return list(manual)
    if basis == "value":
        return _values(rows)
    packed = _packed({row.item_id for row in rows})
    return [_physical(basis, row, divisor, _unit(packed[row.item_id], row.effective_at)) for row in rows]


def of_sales(basis: str, lines: Sequence[models.SalesLine], *, manual: Sequence[int] = ()) -> list[int]:
    """Weights of sales lines: by value (net price), quantity, equal or manual."""
    if basis == "manual" and len(manual) == len(lines):
        return list(manual)
    if basis == "quantity":
        return [line.quantity for line in lines]
    weights = [max(0, line.base_amount or 0) for line in lines]
    return weights if basis == "value" and sum(weights) > 0 else [1] * len(lines)


def _values(rows: Sequence[models.Movement]) -> list[int]:
    """Goods cost aimed at each movement, or inherited through what it was moved from."""
    goods = _goods([row.pk for row in rows])
    return [max(0, round(goods[row.pk])) if row.pk in goods else _inherited_value(row) for row in rows]


def _goods(movements: Collection[int]) -> dict[int, Fraction]:
    """Goods cost aimed at the movements, by the latest basis of every line that counts; none where there is no line."""
    told = told_before(movements)
    latest: dict[tuple[int, int], tuple[int, int, int, int]] = {}
    for start in range(0, len(told), 500):
        shares = models.BasisShare.objects.filter(
            movement__in=list(told)[start : start + 500],
            basis__cost_line__component=GOODS,
            basis__cost_line__replacement__isnull=True,
        )
        for movement, line, version, basis, weight, amount in shares.values_list(
            "movement_id",
            "basis__cost_line_id",
            "basis__version",
            "basis_id",
            "weight",
            "basis__cost_line__base_amount",
        ):
            spot = told[movement], line
            latest[spot] = max(latest.get(spot, (0, 0, 0, 0)), (version, basis, weight, amount))
    wholes = _wholes({basis for _, basis, _, _ in latest.values()})
    found: dict[int, Fraction] = {}
    for (movement, _), (_, basis, weight, amount) in latest.items():
        found[movement] = found.get(movement, Fraction(0)) + Fraction(amount * weight, wholes[basis])
    return found


def _wholes(bases: Collection[int]) -> dict[int, int]:
    every, found = list(bases), dict[int, int]()
    for start in range(0, len(every), 500):
        shares = models.BasisShare.objects.filter(basis__in=every[start : start + 500]).values_list("basis_id")
        found |= dict(shares.annotate(whole=Sum("weight")))
    return found


def _inherited_value(row: models.Movement) -> int:
    """Goods value of moved units: the latest goods cost per unit of the item before the move, times the units."""
    if row.from_cell_id is None:
        raise _valueless(row)
    births = models.Movement.objects.filter(
        item_id=row.item_id, effective_at__lte=row.effective_at, replacement__isnull=True, basisshare__isnull=False,
        basisshare__basis__cost_line__component=GOODS, from_cell__isnull=True,
    ).order_by("-effective_at", "-pk")  # fmt: skip
    birth = births.first()
    if birth is None:
        raise _valueless(row)
    return round(Fraction(_values([birth])[0] * row.quantity, birth.quantity))


def _valueless(row: models.Movement) -> ProblemError:
    return refused(
        "no_value", "a target of this split by value has no goods cost", "post its price first, or choose another basis",
        field="basis", found=models.Item.objects.get(pk=row.item_id).sku,
    )  # fmt: skip


def _physical(basis: str, row: models.Movement, divisor: int, unit: models.Packaging | None) -> int:
    grams = unit.weight_g if unit else None
    sides = (unit.length_mm, unit.width_mm, unit.height_mm) if unit else (None, None, None)
    volume = None if None in sides else sides[0] * sides[1] * sides[2]  # type: ignore[operator]
    needed: dict[str, Any] = {"weight": [grams], "volume": [volume], "chargeable_weight": [grams, volume]}
    if any(not figure for figure in needed[basis]):
        raise refused(
            "missing_measure", f"a target of this split by {basis.replace('_', ' ')} has no weight or size",
            "enter the item's unit weight and size, or choose another basis", field="basis",
            found=models.Item.objects.get(pk=row.item_id).sku,
        )  # fmt: skip
    if basis == "weight":
        return row.quantity * int(grams or 0)
    if basis == "volume":
        return row.quantity * int(volume or 0)
    # mm³ / (cm³ per kg) = mg: 1,000 mm³ a cm³ and 1,000,000 mg a kg.
    return row.quantity * max(int(grams or 0) * 1000, int(Fraction(int(volume or 0) * 1000, divisor)))


def _packed(items: Collection[int]) -> dict[int, list[models.Packaging]]:
    """How a unit of each item is packed, at any time."""
    every, found = sorted(items), {item: list[models.Packaging]() for item in items}
    for start in range(0, len(every), 500):
        for level in models.Packaging.objects.filter(item__in=every[start : start + 500], level="unit"):
            found[level.item_id].append(level)
    return found


def _unit(packed: Sequence[models.Packaging], at: Instant) -> models.Packaging | None:
    """The unit's packaging that was valid at the instant (an undated one always is)."""
    day = to_datetime(at).date()
    levels = [p for p in packed if p.valid_from is None or p.valid_from <= day]
    return max(levels, key=lambda p: (p.valid_from is not None, p.valid_from or day), default=None)
