"""The rule book: tariffs, taxes, thresholds, fees and exchange rates as dated public facts.

**Problem.** What a consignment pays at the border changes with the day. In nineteen months the total rate of a Chinese cotton
T-shirt into the United States changed nine times. A rule in code is wrong the day after.

**Method.** Rules are readable text files: each value has its first and last day, its unit, its legal reference, where it was
read and how sure it is. They are looked up *as of* a day and *as known on* another, so that a past quote can be repeated.
"What if" is a patch: another book with values laid over this one, while this one stays.

**Source.** Each value names its own; docs/methods/rules.md says how the book is kept. The habit of values by date with a
reference follows OpenFisca.

**Limits.** Not legal advice. Values marked unconfirmed come from memory or a proposal. Beside the headings that ship with
the program, tariff lines come from the user's own export of the official schedule
(:func:`entrepot.rules.importers.read_hts`) or are the seller's own rates, which outrank every table.

>>> from datetime import date
>>> book = rule_book()
>>> [book.value("FI", "tax_rate", day).text("percent") for day in (date(2024, 8, 31), date(2024, 9, 1))]
['24', '25.5']
>>> relief = book.value("DE", "duty_relief", date(2026, 6, 30))  # the Union's rule, for the member
>>> relief.text("limit"), str(relief.basis.valid_to), book.value("DE", "duty_relief", date(2026, 7, 1))
('150', '2026-06-30', None)
>>> higher = book.patched(SetValue("de.tax_rate", {"percent": "20", "label": "VAT"}, date(2027, 1, 1)))
>>> [b.value("DE", "tax_rate", date(2027, 1, 1)).text("percent") for b in (higher, book)]
['20', '19']
"""

from entrepot.rules.book import AddDuty, Country, Patch, RuleBook, SetValue
from entrepot.rules.destination import DestinationRules
from entrepot.rules.load import rule_book
from entrepot.rules.measures import Kind, Measure
from entrepot.rules.model import Rule, Status, Value
from entrepot.rules.tariff import Found, OwnRate, Tariff, TariffLine

__all__ = [
    "AddDuty",
    "Country",
    "DestinationRules",
    "Found",
    "Kind",
    "Measure",
    "OwnRate",
    "Patch",
    "Rule",
    "RuleBook",
    "SetValue",
    "Status",
    "Tariff",
    "TariffLine",
    "Value",
    "rule_book",
]
