"""Documents of a closing: what is capitalised, what stock is written down to, and the budget that a month is measured by.

They move no units and leave every cost line as it is.
"""

# Each document narrows `type` to its own name; pieces are frozen, which the type checker does not see.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from entrepot.core.documents.header import MAX_QUANTITY, Amount, Code, Country, Document, Piece, Short, Text, Units

Family = Literal["sales", "purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable"]


class WriteDownLine(Piece):
    """An item's stock at a month's end: its cost, and what it will bring in net of the costs of selling it.

    Both are of all ``units``, in minor units of the company's currency. The item is written down to the lower one.
    """

    sku: Code
    units: Units
    cost: Amount
    net_realisable: Amount
    reason: Text = ""

    @model_validator(mode="after")
    def _not_negative(self) -> WriteDownLine:
        if min(self.cost, self.net_realisable) < 0:
            raise ValueError(
                "cost and net realisable value are 0 or more; stock that costs money to get rid of is worth 0"
            )
        return self


class WriteDown(Document):
    """All items of a company that stand below cost at the end of ``as_of``; it takes the place of every earlier one.

    An item that is not named any more is not written down any more. ``by``: the person who approved it.
    """

    type: Literal["write_down"] = "write_down"
    as_of: date
    currency: str
    by: Short = ""
    lines: list[WriteDownLine] = []

    @model_validator(mode="after")
    def _each_once(self) -> WriteDown:
        if len({line.sku for line in self.lines}) < len(self.lines):
            raise ValueError("an item stands here twice; give one line an item")
        return self


Attributable = Literal["freight", "insurance", "handling", "inspection", "packaging", "domestic_freight"]


class PolicyLine(Piece):
    """What happens to one component of the cost of goods that come: into the stock, or into the month's result."""

    component: Attributable
    treatment: Literal["capitalise", "expense"]


class CapitalisationPolicy(Document):
    """Which costs of buying a company puts into its stock, for goods that come from ``valid_from`` on, in its own zone.

    A component that no policy names is capitalised (IAS 2.10-11, CAS 1.6). What may be expensed instead are the costs of
    getting the goods in: allowed where they are small (application guidance of CAS 1) and the rule for traders under China's
    Accounting Standards for Small Enterprises (article 65). The price, duty and tax that does not come back are always cost of
    the stock; storage after arrival, selling cost and abnormal loss never are (IAS 2.16). ``reason``: why, for the auditor.
    """

    type: Literal["capitalisation_policy"] = "capitalisation_policy"
    valid_from: date
    reason: Text = ""
    lines: Annotated[list[PolicyLine], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> CapitalisationPolicy:
        if len({line.component for line in self.lines}) < len(self.lines):
            raise ValueError("a component stands here twice; give it one treatment")
        return self


class BudgetLine(Piece):
    """What one family is to come to in one market: ``amount`` for all ``units`` planned to be sold, minor units.

    ``market``: country that the goods are sold to, None = all that have no line of their own.
    """

    market: Country | None = None
    family: Family
    units: Annotated[int, Field(ge=0, le=MAX_QUANTITY)]
    amount: Amount


class Budget(Document):
    """The budget of one company and month in one currency; a later version takes its place whole.

    ``month``: any day of it. ``numerator``/``denominator``: units of the company's currency planned for one unit of
    ``currency`` (major units), 1/1 where it is the same.
    """

    type: Literal["budget"] = "budget"
    month: date
    currency: str
    numerator: Annotated[int, Field(gt=0, lt=2**53)] = 1
    denominator: Annotated[int, Field(gt=0, lt=2**53)] = 1
    lines: Annotated[list[BudgetLine], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Budget:
        if len({(line.market, line.family) for line in self.lines}) < len(self.lines):
            raise ValueError("a market and family stand here twice; give one line each")
        return self
