"""What a person asks about import tax that comes back: balances by country, what is outstanding and for how long, when it can be
expected, what needs a person, and the decision for every line. One door for the page, the REST API and the command line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Case, Min, Sum, When

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.selectors.registrations import of_company
from entrepot.core.calendar import local_date
from entrepot.core.input_tax import GIVES_BACK, POSTPONED, Decision, Import, Registration, decide
from entrepot.workflows.tax_claims import Claim, Cleared, clear
from entrepot.workflows.voucher_tax import returned

USUAL_DAYS = 60
"""Days from the tax point until a return gives the tax back, where no earlier return of the country says: a monthly or quarterly
return, filed the month after. An assumption, marked as such."""
_FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The decision for the import tax of a document. ``tax``, ``back`` and ``cost`` in minor units of ``currency``, tax =
    back + cost; ``home`` and ``home_back`` the tax and what comes back in the company's currency. ``key``: the document's."""

    key: str
    number: str
    supplier: str
    on: date
    country: str
    importer: str
    scheme: str
    currency: str
    tax: int
    back: int
    home: int
    home_back: int
    code: str
    certain: bool
    estimate: bool
    registration: str
    since: date | None
    share: Fraction

    @property
    def cost(self) -> int:
        """What stays in the cost of the goods."""
        return self.tax - self.back


@dataclass(frozen=True, slots=True)
class OpenTax:
    """What is outstanding of one line: ``days`` since the tax point, ``expected`` back on a day (``assumed``: nothing of this
    country came back yet, so the usual wait is taken)."""

    key: str
    number: str
    country: str
    currency: str
    on: date
    days: int
    amount: int
    home: int
    expected: date
    assumed: bool
    estimate: bool = False
    """Accrued: the entry's own paper is not there yet."""


@dataclass(frozen=True, slots=True)
class TaxBalance:
    """A country and currency: ``claimed`` less ``returned`` is ``outstanding``; ``home`` its booked value in the company's
    currency; ``oldest`` the days since the oldest tax point, ``usual`` the days that it took so far, ``late``
    what waits longer."""

    country: str
    currency: str
    claimed: int
    returned: int
    outstanding: int
    home: int
    oldest: int | None
    usual: int | None
    late: int
    registration: str


@dataclass(frozen=True, slots=True)
class RecoverableTax:
    """All of it on a day; amounts in minor units of each row's currency, ``home`` in the company's."""

    on: date
    home_currency: str
    balances: tuple[TaxBalance, ...]
    open: tuple[OpenTax, ...]
    undecided: tuple[TaxLine, ...]
    lines: tuple[TaxLine, ...]
    registrations: tuple[Registration, ...]

    @property
    def outstanding(self) -> int:
        """All that is outstanding, in the company's currency."""
        return sum(row.home for row in self.balances)

    @property
    def at_stake(self) -> int:
        """Tax taken as cost by default until a person settles it, in the company's currency."""
        return sum(row.home - row.home_back for row in self.undecided)


def recoverable_tax(viewer: Viewer, on: date) -> RecoverableTax:
    """The sub-ledger of a viewer's company on a day. Four queries.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    company = models.Company.objects.get(pk=viewer.company.id)
    lines = tuple(_lines(company))
    claims, opened, done, usual = _outstanding(company, lines, on)
    registered = of_company(viewer)
    return RecoverableTax(
        on, company.currency, tuple(_balances(claims, done, opened, usual, registered, on)), opened,
        tuple(x for x in lines if not x.certain), tuple(sorted(lines, key=lambda x: (x.on, x.number), reverse=True)),
        tuple(registered),
    )  # fmt: skip


def _outstanding(
    company: models.Company, lines: Sequence[TaxLine], on: date
) -> tuple[list[Claim], tuple[OpenTax, ...], list[Cleared], dict[str, int]]:
    """Claims, what is open of them, what came back, and the days that it usually takes, by country. One query."""
    claims = [
        Claim(n, x.country, x.currency, x.on, x.back, x.home_back)
        for n, x in enumerate(lines) if x.back and x.scheme != POSTPONED
    ]  # fmt: skip
    left, done = clear(claims, returned(company, _FOREVER, _FOREVER))
    usual = _usual(done)
    opened = tuple(
        OpenTax(
            lines[c.line].key if c.amount > 0 else "", lines[c.line].number if c.amount > 0 else "", c.country, c.currency, c.on,
            (on - c.on).days, c.amount, c.base, c.on + timedelta(days=usual.get(c.country, USUAL_DAYS)),
            c.country not in usual, c.amount > 0 and lines[c.line].estimate,
        )
        for c in sorted(left, key=lambda c: (c.on, c.country))
    )  # fmt: skip
    return claims, opened, done, usual


def _lines(company: models.Company) -> Iterable[TaxLine]:
    """Decisions, one row for all lines of a document that were decided alike; the database adds them up, for there are tens of
    thousands."""
    told = (
        "cost_line__document_id", "cost_line__document__external_id", "cost_line__document__account",
        "cost_line__document__effective_at", "tax_point", "country", "importer", "scheme", "currency", "code", "certain",
        "cost_line__estimate", "number", "since", "share_numerator", "share_denominator", "positive",
    )  # fmt: skip
    positive = Case(When(amount__gt=0, then=1), default=0)
    rows = models.ImportTaxFigure.objects.filter(company=company).annotate(positive=positive).values_list(*told)
    summed = rows.annotate(
        first=Min("pk"), tax=Sum("amount"), back=Sum("recovered_amount"), home=Sum("base_amount"), home_back=Sum("recovered")
    )  # fmt: skip
    alike: dict[tuple[object, ...], TaxLine] = {}
    for (
        document, paper, account, at, point, country, importer, scheme, currency, code, certain, estimate, number, since, part,
        whole, _, _, tax, back, home, home_back,
    ) in summed.order_by("first"):  # fmt: skip
        one = TaxLine(
            str(document), paper, account, point or local_date(at, company.zone), country, importer, scheme, currency,
            int(tax), int(back), int(home), int(home_back), code, certain, estimate, number, since, Fraction(part, whole),
        )  # fmt: skip
        key = (one.key, one.on, one.country, one.importer, one.currency, one.code, one.estimate, one.share, one.tax > 0)
        before = alike.get(key)
        alike[key] = one if before is None else replace(
            before, tax=before.tax + one.tax, back=before.back + one.back, home=before.home + one.home,
            home_back=before.home_back + one.home_back,
        )  # fmt: skip
    return alike.values()


def _usual(done: Iterable[Cleared]) -> dict[str, int]:
    """Country → days from the tax point to its return, weighted by amount."""
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in done:
        if one.days is not None and one.returned.amount > 0:
            days, whole = sums[one.returned.country]
            sums[one.returned.country] = (days + one.days * one.returned.amount, whole + one.returned.amount)
    return {country: max(round(days / whole), 0) for country, (days, whole) in sums.items()}


def _balances(
    claims: list[Claim], done: list[Cleared], opened: tuple[OpenTax, ...], usual: dict[str, int],
    registered: list[Registration], on: date,
) -> Iterable[TaxBalance]:  # fmt: skip
    places = {(c.country, c.currency) for c in claims} | {(d.returned.country, d.returned.currency) for d in done}
    for country, currency in sorted(places):
        mine = [x for x in opened if (x.country, x.currency) == (country, currency)]
        held = [r for r in registered if r.country == country and r.scheme in GIVES_BACK and r.holds(on)]
        waits = usual.get(country)
        yield TaxBalance(
            country, currency, sum(c.amount for c in claims if (c.country, c.currency) == (country, currency)),
            sum(d.returned.amount for d in done if (d.returned.country, d.returned.currency) == (country, currency)),
            sum(x.amount for x in mine), sum(x.home for x in mine),
            max((x.days for x in mine if x.amount > 0), default=None), waits,
            sum(x.amount for x in mine if x.amount > 0 and x.days > (waits or USUAL_DAYS)),
            held[-1].number if held else "",
        )  # fmt: skip


def comes_back(viewer: Viewer, country: str, on: date) -> Decision:
    """Whether tax on an import into ``country`` on a day would come back, were the viewer's company the importer: the decision
    that the books make, asked before there is an entry."""
    code = viewer.company.code
    return decide(Import(code, country, code, (on,)), of_company(viewer))


def expected_back(viewer: Viewer, company: models.Company, on: date) -> list[OpenTax]:
    """What can be expected back and when, the earliest first: incoming money of a cash calendar. Two queries at most.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    lines = tuple(_lines(company))
    opened = _outstanding(company, lines, on)[1] if lines else ()
    return sorted(opened, key=lambda x: (x.expected, x.country))
