"""The limits of a plan as the command line prints them."""

from __future__ import annotations

from typing import Any


def how(one: Any) -> str:
    """By which way, and whether in containers."""
    return one.mode if one.how == one.mode else f"{one.mode} {one.how}"


def limits(head: Any) -> None:
    """Each limit: what is used of it, what one more of it is worth, what it costs alone, and how it is relaxed."""
    from entrepot.faces.cli.printing import money, say, table

    table(
        f"Limits (all of them together cost {money(head.limits_cost or 0, head.currency)})",
        ("limit", "of", "asked", "used", "there is", "week", "binds", "one more is worth", "alone it costs", "lines"),
        [(one.kind, one.name, one.asked, _of_limit(one, one.used, head.currency), _of_limit(one, one.available, head.currency),
          "" if one.week is None else one.week + 1, "yes" if one.binds else "no", _worth(one, head.currency),
          money(one.cost or 0, head.currency), one.lines) for one in head.limits],
        right=(3, 4, 5, 7, 8, 9),
    )  # fmt: skip
    for one in head.limits:
        if one.relief is not None:
            say(f"{one.kind} {one.name}: {one.relief.text}")
    if head.gap is not None:
        say(f"at most {head.gap / 1000:.3f} % above the best plan within the limits")


def _of_limit(one: Any, value: int | None, currency: str) -> str:
    """A quantity of a limit in its own unit."""
    from entrepot.faces.cli.printing import money

    if value is None:
        return ""
    if one.kind in ("cash", "funds"):
        return money(value, currency)
    if one.kind in ("container", "warehouse"):
        return f"{value / 1000:,.2f} m³"
    if one.kind == "container_kg":
        return f"{value / 1000:,.0f} kg"
    return f"{value / 10:.1f} %" if one.kind == "service" else f"{value:,}"


def _worth(one: Any, currency: str) -> str:
    """What one more of it would save: of money a plain ratio, else an amount."""
    from entrepot.faces.cli.printing import money

    units = {
        "container": "m³", "container_kg": "kg", "warehouse": "m³", "service": "point", "closure": "week", "supplier": "unit",
        "supplier_week": "unit",
    }  # fmt: skip
    if not one.price:
        return ""
    if one.kind in ("cash", "funds"):
        return f"{one.price:,.2f}"
    return f"{money(round(one.price), currency)} a {units.get(one.kind, 'unit')}"
