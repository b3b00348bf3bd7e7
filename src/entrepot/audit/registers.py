"""What codes and numbers mean: companies, places, shops, items, cells; and listings, bundles and packaging as the
documents say them at each point of the stream."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from entrepot.audit.reading import Connection, day, rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Company(NamedTuple):
    id: int
    code: str
    currency: str
    zone: str
    method: str
    books_from: Any = None


class Shop(NamedTuple):
    id: int
    code: str
    company: int
    location: int
    currency: str


class UnknownCode(Exception):
    """A posted document names something that the books do not have."""


def instant(text: str) -> int:
    """ISO 8601 with offset → microseconds since the epoch.

    >>> instant("1970-01-01T08:00:01+08:00"), instant("1970-01-01T00:00:00Z")
    (1000000, 0)
    """
    return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND


def midnight(text: str, zone: str, *, days: int = 0) -> int:
    """First instant of an ISO date in a zone, or of the date so many days later."""
    when = date.fromisoformat(text) + timedelta(days=days)
    return (datetime(when.year, when.month, when.day, tzinfo=ZoneInfo(zone)) - _EPOCH) // _MICROSECOND


def local_day(at: int, zone: str) -> date:
    """Calendar day of an instant in a zone."""
    return (_EPOCH + at * _MICROSECOND).astimezone(ZoneInfo(zone)).date()


class Registers:
    """Codes ↔ numbers as stored. Look-ups raise :class:`UnknownCode`."""

    def __init__(self, connection: Connection) -> None:
        self.companies = {
            row[0]: Company(*row)
            for row in rows(connection, "SELECT id, code, currency, zone, method, books_from FROM books_company")
        }
        self.shops = {
            row[0]: Shop(*row)
            for row in rows(connection, "SELECT id, code, company_id, location_id, currency FROM books_shop")
        }
        self._company_codes = {company.code: company for company in self.companies.values()}
        self._shop_codes = {shop.code: shop for shop in self.shops.values()}
        self._locations = {code: pk for pk, code in rows(connection, "SELECT id, code FROM books_location")}
        self.items: dict[str, int] = {sku: pk for pk, sku in rows(connection, "SELECT id, sku FROM books_item")}
        self.cells: dict[int, tuple[Any, ...]] = {}
        self._cell_of: dict[tuple[Any, ...], int] = {}
        for pk, *where in rows(
            connection,
            "SELECT id, company_id, location_id, condition, label, batch, expiry_key, transit FROM books_cell",
        ):
            self.cells[pk] = tuple(where)
            self._cell_of[tuple(where)] = pk
        self.listings: dict[tuple[int, str], int] = {}
        self.bundles: dict[str, list[tuple[int, int]]] = {}
        self.packaging: dict[int, list[dict[str, Any]]] = {}

    def company(self, code: str) -> Company:
        if not code and len(self.companies) == 1:
            return next(iter(self.companies.values()))
        return _found(self._company_codes, code, "company")

    def shop(self, code: str) -> Shop:
        return _found(self._shop_codes, code, "shop")

    def location(self, code: str) -> int:
        return _found(self._locations, code, "location")

    def item(self, sku: str) -> int:
        return _found(self.items, sku, "item")

    def parts(self, shop: Shop | None, sku: str) -> tuple[int | None, list[tuple[int, int]]]:
        """What one sold ``sku`` moves: (item or None for a bundle, [(item, units)])."""
        listed = self.listings.get((shop.id, sku)) if shop else None
        if listed is not None:
            return listed, [(listed, 1)]
        if sku in self.bundles and sku not in self.items:
            return None, self.bundles[sku]
        item = self.item(sku)
        return item, [(item, 1)]

    def cell_at(self, company: int, location: int, piece: dict[str, Any], *, transit: str = "") -> int:
        """The cell of a company at a place with the condition, label, batch and expiry that ``piece`` states."""
        where = (
            company,
            location,
            piece.get("condition", "sellable"),
            piece.get("label", ""),
            piece.get("batch", ""),
            day(piece.get("expiry")),
            transit,
        )
        return _found(self._cell_of, where, "cell")

    def cell(self, company: int, ref: dict[str, Any]) -> int:
        """The cell that a cell reference of a document names."""
        return self.cell_at(company, self.location(ref["location"]), ref)

    def master(self, kind: str, body: dict[str, Any]) -> None:
        """Take in what a master document changes for the documents after it."""
        if kind == "listing":
            self.listings[self.shop(body["shop"]).id, body["id"]] = self.item(body["sku"])
        elif kind == "bundle":
            self.bundles[body["id"]] = [(self.item(part["sku"]), part["quantity"]) for part in body["parts"]]
        elif kind == "item":
            self.packaging[self.item(body["id"])] = body.get("packaging", [])


def _found(codes: dict[Any, Any], code: Any, what: str) -> Any:
    try:
        return codes[code]
    except KeyError:
        raise UnknownCode(f"{what} {code!r}") from None
