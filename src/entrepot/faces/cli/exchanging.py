"""``entrepot fx``: what is still to be paid in other currencies, what rates did to purchases, forward or spot."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import typer

from entrepot.faces.cli.opening import open_books


def fx(
    company: Annotated[str, typer.Option(help="Only this company.")] = "",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today unless said.")] = None,
    change: Annotated[str, typer.Option(help="By how many per cent the other currencies rise.")] = "5",
    rate: Annotated[list[str] | None, typer.Option(help="Yearly interest, USD=5 (repeat for each currency).")] = None,
    forward: Annotated[list[str] | None, typer.Option(help="The bank's forward, CNY=0.1412.")] = None,
) -> None:
    """Exposure by due week, exchange differences apart from prices, forward or spot, cash-to-cash days."""
    open_books()
    from fractions import Fraction

    from entrepot.books.access import looking_at, system_viewer
    from entrepot.core.calendar import local_date
    from entrepot.workflows.clock import now
    from entrepot.workflows.exchange import of_viewer

    rates = {code: number / 100 for code, number in _pairs(rate)}
    offered = dict(_pairs(forward))
    everyone = system_viewer()
    for one in everyone.offered:
        if company in ("", one.code):
            day: date = on.date() if on else local_date(now(), one.zone)
            _print(of_viewer(looking_at(everyone, one.code), day, Fraction(_number(change)) / 100, rates, offered))


def _print(found: Any) -> None:
    from entrepot.core.money import major
    from entrepot.faces.cli.printing import money, say, table

    if not found.exposure.orders and not found.differences:
        say(f"{found.company}: nothing was bought in another currency")
        return
    home = found.home
    table(
        f"{found.company}: still to be paid, by due week", ("currency", "from", "to", "amount", home, "effect", "orders"),
        [(r.currency, str(r.first), str(r.last or ""), major(r.amount, r.currency),
          "–" if r.home is None else major(r.home, home), "–" if r.effect is None else major(r.effect, home),
          r.needs or ", ".join(r.orders)) for r in found.exposure.rows],
        right=(3, 4, 5),
    )  # fmt: skip
    table(
        f"{found.company}: what rates did, apart from prices, {home}",
        ("order", "ordered", "price", "rate to receipt", "goods cost", "realised", "not realised"),
        [(d.order, *("–" if x is None else major(x, home) for x in (
            d.ordered, d.price, d.rate, d.goods_cost, d.realised, d.unrealised))) for d in found.differences[:20]],
        right=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip
    for hedge in found.hedges:
        say("", f"{money(hedge.amount, hedge.currency)} due in {hedge.days} days on average:")
        if hedge.choice is None:
            say(f"  say the yearly interest of {', '.join(hedge.needs)}: --rate {hedge.currency}=3")
        else:
            say(*(f"  {line}" for line in hedge.choice.explain()))
    if found.cycle is not None:
        c = found.cycle
        say("", f"cash to cash {round(c.days)} days = stock {round(c.inventory)} + payout {round(c.receivables)} "
            f"− payables {round(c.payables)}")  # fmt: skip


def _pairs(values: list[str] | None) -> list[tuple[str, Any]]:
    """USD=5 → ("USD", 5)."""
    return [(code.strip().upper(), _number(text)) for code, _, text in (value.partition("=") for value in values or [])]


def _number(text: str) -> Any:
    from fractions import Fraction

    from entrepot.core.errors import Problem, ProblemError

    try:
        return Fraction(text.strip().rstrip("%"))
    except (ValueError, ZeroDivisionError):
        raise ProblemError(
            Problem("not_a_number", "this is no number", "write it like 4.5, USD=4.5", found=text)
        ) from None
