"""Every question that the pages ask of the floors below, and nothing else.

Each function takes the :class:`~entrepot.books.access.Viewer` first; the books cut by his company, shops and places and
leave out what his role may not see (amounts come back as ``None``). No function here computes a business figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entrepot.books import jobs as stopping
from entrepot.books import sign_in
from entrepot.books import tokens as issuing
from entrepot.books.access import Viewer, viewer_for
from entrepot.books.selectors import bills as lines
from entrepot.books.selectors import demand as expecting
from entrepot.books.selectors import documents, economics, missing, naming, people
from entrepot.books.selectors import health as data_health
from entrepot.books.selectors import held as holding
from entrepot.books.selectors import imports as posted
from entrepot.books.selectors import inventory as stock
from entrepot.books.selectors import jobs as work
from entrepot.books.selectors import sales as selling
from entrepot.books.selectors import search as finding
from entrepot.books.selectors import sku as items
from entrepot.books.selectors import state as states
from entrepot.books.selectors import today as deciding
from entrepot.books.selectors.demand_shapes import DemandList, DemandPage
from entrepot.books.selectors.health_shapes import (
    Health,
    HeldPage,
    Hit,
    ImportOptions,
    ImportPage,
    ImportRow,
    Job,
    MissingCost,
    QuarantineRow,
    Question,
    TokenRow,
    WaitingRow,
)  # fmt: skip
from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import (
    BillShare,
    Decision,
    DocumentPage,
    Inventory,
    LayerRow,
    NotThere,
    Page,
    RangeCost,
    SalePage,
    SaleRow,
    SkuPage,
    Slice,
    State,
    Today,
    TrueCost,
)
from entrepot.core.calendar import DAY
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces import uploads, worker
from entrepot.faces.web.called import Names
from entrepot.faces.web.filters import CostFilter, DemandFilter, StockFilter, UpliftWish
from entrepot.workflows import decide, promote, settle
from entrepot.workflows.clock import now

__all__ = ["NotThere", "Viewer"]


def viewer(user: Any, company: str = "") -> Viewer:
    """The viewer behind a signed-in user, looking at ``company`` (his first one when empty)."""
    return viewer_for(user, company)


def companies(viewer: Viewer) -> list[tuple[str, str]]:
    """Code and name of each company that he may look at."""
    return states.companies(viewer)


def state(viewer: Viewer) -> State:
    """The state of the data, for the status line of every page."""
    return states.state(viewer)


def today(viewer: Viewer, kind: str, part: Slice) -> Today:
    """Open decisions by money at stake and deadline; ``kind`` filters."""
    found = deciding.today(viewer, kind, part)
    names = Names()
    return replace(
        found,
        decisions=[names.of(item) for item in found.decisions],
        decided=[names.of(item) for item in found.decided],
    )


def decision(viewer: Viewer, key: str) -> Decision:
    """One decision. Raises :class:`NotThere`."""
    return Names().of(deciding.decision(viewer, key))


def inventory(viewer: Viewer, wanted: StockFilter, part: Slice) -> Inventory:
    """Stock with cover and age, by SKU, location or channel. ``part.limit`` ``None``: all rows (exports)."""
    return stock.inventory(viewer, wanted, part)


def true_cost(viewer: Viewer, wanted: CostFilter, part: Slice) -> TrueCost:
    """Unit economics of the period by SKU, channel or destination, and the waterfall of the whole selection."""
    return economics.true_cost(viewer, wanted, part)


def capital_rate(viewer: Viewer) -> Fraction:
    """The company's rate of capital a year, the latest of its own or the assumed one."""
    from entrepot.workflows.imputed import company_rate

    return company_rate(viewer.company.id)


def bills(viewer: Viewer, wanted: CostFilter, family: str, part: Slice) -> Page[BillShare]:
    """The cost lines that reach one SKU (``wanted.sku``), with the share of each that falls on it.

    ``family`` narrows, and adds what orders and periods carry; without it only what the layers carry.
    Raises :class:`NotThere`.
    """
    from entrepot.workflows import explain  # folds with compiled kernels, which only this and two more pages need

    item = items.find(wanted.sku)
    shares = {line: (s.sold, s.on_hand) for line, s in explain.line_shares(item.pk, viewer.company.id).items()}
    rows = lines.of_layers(viewer, shares, family)
    if family:
        rows += lines.of_orders(viewer, item, family, wanted.start, wanted.end)
        rows += lines.of_periods(viewer, family, wanted.start, wanted.end)
    return cut(rows, part, sums=("total", "sold", "on_hand", "share"))


def sku(viewer: Viewer, code: str, wanted: CostFilter) -> SkuPage:
    """Everything about one SKU. Raises :class:`NotThere`."""
    found, names = items.sku(viewer, code, wanted), Names()
    facts = [(key, names.suppliers.get(text, text) if key == "supplier" else text) for key, text in found.facts]
    return replace(found, facts=facts, decisions=[names.of(item) for item in found.decisions])


def layers(viewer: Viewer, code: str, part: Slice) -> Page[LayerRow]:
    """The open cost layers of one SKU at the viewer's places, folded anew from the facts. Raises :class:`NotThere`."""
    from entrepot.workflows import explain

    viewer.need("see_cost")
    rows = explain.layers(items.find(code).pk, viewer.company.id)
    names = naming.places(viewer.locations)
    shown = [
        replace(row, place=row.place.replace(code, names[code]))
        for row in rows
        if (code := row.place.removeprefix("→ ")) in names
    ]
    return cut(shown, part, sums=("remaining", "total"))


def sales(viewer: Viewer, wanted: CostFilter, part: Slice) -> Page[SaleRow]:
    """Sale lines of the selection, newest first unless asked otherwise."""
    return selling.sales(viewer, wanted, part)


def sale(viewer: Viewer, key: str) -> SalePage:
    """One sale with its waterfall and its returns. Raises :class:`NotThere`."""
    return selling.sale(viewer, key)


def ranges(viewer: Viewer, key: str) -> list[RangeCost]:
    """Which units a sale took, and what they cost bill by bill, folded anew. Raises :class:`NotThere`."""
    from entrepot.workflows import explain

    viewer.need("see_cost")
    return explain.sale(int(selling.sale(viewer, key).sale.id))


def document(viewer: Viewer, key: str, part: Slice) -> DocumentPage:
    """One source document and what it did. Raises :class:`NotThere`."""
    return documents.document(viewer, key, part)


def document_bytes(viewer: Viewer, key: str) -> tuple[str, bytes]:
    """File name and canonical body. Raises :class:`NotThere`."""
    return documents.document_bytes(viewer, key)


def health(viewer: Viewer, reason: str, part: Slice) -> Health:
    """Imports, quarantine (``reason`` and ``part`` apply to it), missing costs, waiting facts, checks."""
    return data_health.health(viewer, reason, part)


def quarantine(viewer: Viewer, reason: str, part: Slice) -> Page[QuarantineRow]:
    """Rows in quarantine."""
    return data_health.quarantine(viewer, reason, part)


def missing_costs(viewer: Viewer, part: Slice) -> Page[MissingCost]:
    """Units without a purchase cost."""
    return missing.missing_costs(viewer, part)


def waiting(viewer: Viewer, part: Slice) -> Page[WaitingRow]:
    """Movements and documents that wait for what they need."""
    return data_health.waiting(viewer, part)


def unallocated(viewer: Viewer, part: Slice) -> Page[WaitingRow]:
    """Costs of a place or of the company for a period."""
    return data_health.unallocated(viewer, part)


def imports(viewer: Viewer, part: Slice) -> Page[ImportRow]:
    """Imported files, newest first."""
    return posted.imports(viewer, part)


def jobs(viewer: Viewer) -> list[Job]:
    """Jobs that run or wait."""
    return work.jobs(viewer)


def start_work(viewer: Viewer, kind: str) -> None:
    """Set the worker to value, plan (``daily``) or check the books, unless it is at that already."""
    viewer.need("import")
    if not any(job.kind == kind for job in work.jobs(viewer)):
        worker.start(kind, {"name": kind}, viewer.name)


def job(viewer: Viewer, key: str) -> Job:
    """One job. Raises :class:`NotThere`."""
    return work.job(viewer, key)


def search(viewer: Viewer, text: str, limit: int = 20) -> list[Hit]:
    """SKUs, orders, containers and bills that begin with or contain ``text``, exact ones first."""
    return finding.search(viewer, text, limit)


def approve(viewer: Viewer, key: str) -> Decision:
    """Approve a decision; an order's document goes out with it. Undone by :func:`undo_decision`."""
    return _decided(viewer, key, decide.approve)


def snooze(viewer: Viewer, key: str, days: int) -> Decision:
    """Hide a decision for ``days``."""
    return _decided(viewer, key, partial(decide.snooze, days=days))


def undo_decision(viewer: Viewer, key: str) -> Decision:
    """Take an approval or a snooze back."""
    return _decided(viewer, key, decide.undo)


def _decided(viewer: Viewer, key: str, act: Callable[[Viewer, int], Any]) -> Decision:
    deciding.decision(viewer, key)  # raises NotThere for what this viewer does not see
    act(viewer, int(key))
    return decision(viewer, key)


def import_options(viewer: Viewer) -> ImportOptions:
    """What the upload form offers."""
    return uploads.import_options(viewer)


def start_import(viewer: Viewer, name: str, chunks: Iterator[bytes], options: dict[str, str]) -> str:
    """Keep an upload and start its dry run in the worker; the import's id. Raises ``ProblemError``."""
    return uploads.start_import(viewer, name, chunks, options)


def import_page(viewer: Viewer, key: str) -> ImportPage:
    """One import on its way. Raises :class:`NotThere`."""
    found = uploads.import_page(viewer, key)
    if found.phase != "asked":
        return found
    return replace(found, questions=[_with_choices(viewer, question) for question in found.questions])


def _with_choices(viewer: Viewer, asked: Question) -> Question:
    """A question about a file with the answers that the books know, where the file offers none."""
    offered = uploads.import_options(viewer)
    known: dict[str, list[str]] = {
        "layout": list(layouts()),
        "shop": [choice.value for choice in offered.channels],
        "location": sorted(naming.places(viewer.locations)),
        "currency": offered.currencies,
        "zone": offered.zones,
    }
    answers = known.get(asked.name, asked.choices)
    return replace(asked, choices=[choice for choice in answers if not asked.choices or choice in asked.choices])


def layouts() -> dict[str, str]:
    """Code and title of every layout that a file may be read in, in the reader's language."""
    from entrepot.workflows import templates

    return templates.layouts("zh" if (get_language() or "").startswith("zh") else "en")


def answer_import(viewer: Viewer, key: str, answers: dict[str, str]) -> str:
    """Try an upload again with the answers to its questions; the id of the new try."""
    return uploads.answer_import(viewer, key, answers)


def confirm_import(viewer: Viewer, key: str) -> None:
    """Post a checked import, in the worker."""
    uploads.confirm_import(viewer, key)


def undo_import(viewer: Viewer, key: str) -> None:
    """Undo a whole import as one reversing batch, in the worker."""
    uploads.undo_import(viewer, key)


def cancel_job(viewer: Viewer, key: str) -> None:
    """Ask a running job to stop; what it had not committed is rolled back. Raises :class:`NotThere`."""
    stopping.cancel(work.find(viewer, key).pk, at=now())


def sign_in_wait(name: str, address: str) -> int:
    """Count a try to sign in; seconds to wait before the password is looked at, 0: none."""
    return sign_in.begin(name, address, at=now())


def signed_in(name: str, address: str) -> None:
    """The password was right."""
    sign_in.succeeded(name, address)


def tokens(viewer: Viewer) -> list[TokenRow]:
    """The viewer's own tokens, newest first."""
    return people.tokens(viewer)


def make_token(user: Any, name: str, days: int | None) -> str:
    """A token that speaks for ``user`` (for ``days``, or until revoked); its secret, which is not kept."""
    at = now()
    return issuing.issue(user, name, at=at, expires_at=None if days is None else at + days * DAY)[1]


def revoke_token(viewer: Viewer, key: int) -> None:
    """End one of the viewer's tokens. Raises :class:`NotThere` for another's."""
    if key not in {row.id for row in people.tokens(viewer)}:
        raise NotThere(f"token {key}")
    issuing.revoke(key, viewer.name, at=now())


def held(viewer: Viewer, key: str) -> HeldPage:
    """One row or document in quarantine, or settled. Raises :class:`NotThere`."""
    return holding.held(viewer, key)


def dismiss_held(viewer: Viewer, key: str, reason: str) -> str:
    """Say that a quarantined row is not wanted, and why; the next one that waits for the same reason, or ""."""
    following = holding.held(viewer, key).following
    settle.dismiss(viewer, int(key), reason)
    return following


def demand(viewer: Viewer, wanted: DemandFilter, part: Slice) -> DemandList:
    """The newest stored forecast, an item and place a row."""
    return expecting.demand(viewer, wanted, part)


def demand_of(viewer: Viewer, code: str, place: str) -> DemandPage:
    """One item's stored forecast at a place. Raises :class:`NotThere`."""
    return expecting.of_item(viewer, code, place)


def lifted(found: DemandPage, wish: UpliftWish) -> DemandPage:
    """The stored forecast with the promotions that stand and one more. Raises ``ProblemError`` for one without sense."""
    return promote.tried(found, wish.told)


def add_uplift(viewer: Viewer, code: str, place: str, wish: UpliftWish) -> None:
    """Keep a promotion; the next forecast run counts it. Raises ``ProblemError``."""
    if wish.told is None:
        raise ProblemError(
            Problem("uplift_unclear", _("the promotion lacks a day or a percentage"), _("fill in all three fields"))
        )
    promote.add(viewer, code, "" if wish.everywhere else place, *wish.told, wish.note)


def withdraw_uplift(viewer: Viewer, key: int) -> None:
    """Expect a promotion no longer. Raises ``ProblemError``."""
    promote.withdraw(viewer, key)


def template(kind: str, language: str) -> tuple[str, bytes]:
    """File name and bytes of the Excel template of a document. Raises :class:`NotThere`."""
    return uploads.template(kind, language)
