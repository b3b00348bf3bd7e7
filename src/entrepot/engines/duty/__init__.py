"""Import duty, tax and fees of a consignment, line by line, by the rules of the destination on the day of entry.

**Problem.** What is payable at a border depends on the goods, their origin, the day, the regime and the country's own habits:
what the customs value contains, from which value duty and tax begin, which duties stack, what tax is charged on, how amounts
are rounded and which are too small to be collected. Public calculators often get the base wrong.

**Method.** :func:`assess` reads the rules of the day from a :class:`~entrepot.rules.RuleBook` and goes in the order of the
law: customs value, relief, ordinary duty, added duties with their exclusions and caps, surcharge, fees, tax on its base,
amounts waived. Every amount is a :class:`~entrepot.core.cost_lines.CostLine` with its rule. A text that cannot be computed, a
list that is not settled, a rate that nobody gave: the line says what it needs, and the rest is still computed. Never a guess.

**Source.** docs/methods/duty.md; the sources of the rules are in the rule book, value by value.

**Limits.** Not legal advice. Anti-dumping and countervailing duties, quotas and excises are not in the book. Codes are taken
as given: classification is the importer's.

>>> from datetime import date
>>> from fractions import Fraction
>>> from entrepot.rules import rule_book
>>> jacket = Goods("jacket", 1, 20000, "EUR", duty_rate=Fraction(4, 100))
>>> entry = Entry("DE", date(2026, 3, 1), (jacket,), freight=2000, insurance=0)
>>> result = assess(rule_book(), entry, lambda a, b: None)
>>> {name: result.figures[name].amount for name in ("customs_value", "duty", "tax_base", "import_tax", "landed")}
{'customs_value': 22000, 'duty': 880, 'tax_base': 22880, 'import_tax': 4347, 'landed': 27227}
>>> for line in result.explain("duty"):
...     print(line)
duty: 8.80 EUR
Duty: 8.80 EUR = 4% of 220.00 EUR. Rule: own figure (seller; given with the goods)

A rate that is not known is a question, not a zero:

>>> shirt = Goods("shirt", 10, 5000, "USD", hs="6109.10", origin="VN")
>>> unknown = assess(rule_book(), Entry("CA", date(2026, 3, 1), (shirt,), mode="sea"), lambda a, b: Fraction(7, 5))
>>> unknown.figures["duty"].amount, unknown.figures["duty"].needs[0]
(None, 'the duty rate of 610910 in Canada: type it or import the schedule')
"""

from entrepot.engines.duty.assess import assess
from entrepot.engines.duty.columns import Coded, Column, Entries, day_number, day_of
from entrepot.engines.duty.export import export_rebate
from entrepot.engines.duty.many import Assessed, assess_many, entry_of
from entrepot.engines.duty.model import Assessment, Entry, Figure, Finding, Goods, Rates, Reach
from entrepot.engines.duty.rate_text import Rate, Term, parse_rate

__all__ = [
    "Assessed",
    "Assessment",
    "Coded",
    "Column",
    "Entries",
    "Entry",
    "Figure",
    "Finding",
    "Goods",
    "Rate",
    "Rates",
    "Reach",
    "Term",
    "assess",
    "assess_many",
    "day_number",
    "day_of",
    "entry_of",
    "export_rebate",
    "parse_rate",
]
