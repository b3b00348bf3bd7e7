"""Who and where the sample is: two companies, three warehouses, three shops, and those who send bills."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal

from entrepot.core.documents import (
    Bundle,
    BundlePart,
    Company,
    Document,
    Location,
    Shop,
    Supplier,
    TaxRegistration,
)
from entrepot.sample.catalogue import Catalogue
from entrepot.sample.families import SUPPLIERS

SZ, HK = "SZ", "HK"
BASE_CURRENCY = {SZ: "CNY", HK: "USD"}
CHINA, FBA, GERMANY = "CN-WH", "FBA-US", "DE-3PL"
AMAZON_SHOP, OWN_SHOP, MARKET_SHOP = "AMZ-US", "SHOP-DE", "MKT-UK"
SHOP_CURRENCY = {AMAZON_SHOP: "USD", OWN_SHOP: "EUR", MARKET_SHOP: "GBP"}
FORWARDER, BROKER_US, BROKER_EU, WAREHOUSE_DE, TRUCKER_CN, SOFTWARE = "FWD", "BRK-US", "BRK-EU", "LGR", "TRK-CN", "SFT"
LANDLORD_CN, SYSTEMS_CN, RECYCLER_DE = "LHW", "ERP-CN", "RCY"

Kind = Literal["forwarder", "broker", "carrier", "warehouse", "other"]

BUNDLES = (("SET-CAMP", "Camping starter set", ("CMP", "BTL")), ("SET-PUPPY", "Puppy set", ("HRN", "SLW")),
           ("SET-COFFEE", "Coffee corner set", ("SCL", "FRO")))  # fmt: skip


def companies(start: date) -> list[Document]:
    """The exporter in Shenzhen and the shop owner in Hong Kong."""
    at = _at(start)
    return [
        Company(id=SZ, effective_at=at, name="Lanternfish Shenzhen Trading Co.", currency="CNY", zone="Asia/Shanghai",
                country="CN"),
        Company(id=HK, effective_at=at, name="Lanternfish Hong Kong Ltd.", currency="USD", zone="Asia/Hong_Kong",
                country="HK"),
    ]  # fmt: skip


REGISTERED_FROM = 100
"""Days after the start from which the shop owner is registered in Germany and imports in his own name; until then his forwarder
is the importer of record, and the import VAT is lost."""


def registrations(start: date) -> list[Document]:
    """Tax numbers of the shop owner; made up."""
    at = _at(start)
    return [
        TaxRegistration(id="HK-DE-VAT", company=HK, effective_at=at, country="DE", scheme="vat", number="DE000000000",
                        valid_from=start + timedelta(REGISTERED_FROM)),
        TaxRegistration(id="HK-DE-EORI", company=HK, effective_at=at, country="DE", scheme="eori",
                        number="DE0000000000000", valid_from=start),
        TaxRegistration(id="HK-GB-VAT", company=HK, effective_at=at, country="GB", scheme="vat", number="GB000000000",
                        valid_from=start),
    ]  # fmt: skip


def locations(start: date) -> list[Document]:
    """Three warehouses; goods between them stand in their shipment."""
    at = _at(start)
    return [
        Location(id=CHINA, effective_at=at, name="Longhua warehouse", name_zh="龙华仓", kind="warehouse", country="CN",
                 city="Shenzhen"),
        Location(id=FBA, effective_at=at, name="FBA United States", name_zh="美国FBA仓", kind="fba", country="US",
                 city="Ontario"),
        Location(id=GERMANY, effective_at=at, name="Third-party warehouse Germany", name_zh="德国海外仓",
                 kind="third_party", country="DE", city="Hamburg"),
    ]  # fmt: skip


def shops(start: date) -> list[Document]:
    """Three selling accounts, all of the Hong Kong company."""
    at = _at(start)
    return [
        Shop(id=AMAZON_SHOP, company=HK, effective_at=at, name="Amazon US", channel="amazon", currency="USD",
             zone="America/Los_Angeles", location=FBA, country="US"),
        Shop(id=OWN_SHOP, company=HK, effective_at=at, name="Own shop Europe", channel="shopify", currency="EUR",
             zone="Europe/Berlin", location=GERMANY, country="DE"),
        Shop(id=MARKET_SHOP, company=HK, effective_at=at, name="Marketplace UK", channel="other", currency="GBP",
             zone="Europe/London", location=GERMANY, country="GB"),
    ]  # fmt: skip


def suppliers(start: date) -> list[Document]:
    """Factories, and those who move, clear, store and bill."""
    at = _at(start)
    goods: list[Document] = [
        Supplier(id=s.code, effective_at=at, name=s.name, name_zh=s.name_zh, kind="goods", country="CN",
                 currency=s.currency, payment_terms=f"{s.deposit_bp // 100} % deposit, rest before dispatch")
        for s in SUPPLIERS
    ]  # fmt: skip
    others: tuple[tuple[str, str, str, Kind, str, str], ...] = (
        (FORWARDER, "Pearl River Forwarding", "珠江货代", "forwarder", "CN", "USD"),
        (BROKER_US, "Pacific Customs Brokers", "太平洋报关行", "broker", "US", "USD"),
        (BROKER_EU, "Zollbüro Hansa", "汉莎报关行", "broker", "DE", "EUR"),
        (WAREHOUSE_DE, "Lagerhaus Nordsee", "北海仓储", "warehouse", "DE", "EUR"),
        (TRUCKER_CN, "Shenzhen Trucking & Inspection", "深圳运输检验", "carrier", "CN", "CNY"),
        (SOFTWARE, "Shop software", "店铺软件", "other", "HK", "USD"),
        (LANDLORD_CN, "Longhua Logistics Park", "龙华物流园", "warehouse", "CN", "CNY"),
        (SYSTEMS_CN, "Seller systems", "卖家系统", "other", "CN", "CNY"),
        (RECYCLER_DE, "Entsorgung Elbe", "易北回收", "other", "DE", "EUR"),
    )
    return goods + [
        Supplier(id=code, effective_at=at, name=name, name_zh=zh, kind=kind, country=country, currency=currency)
        for code, name, zh, kind, country, currency in others
    ]


def bundle_parts(catalogue: Catalogue) -> list[tuple[str, str, tuple[int, ...]]]:
    """(bundle SKU, name, indices of its parts): the best seller in Europe of each family named."""
    result: list[tuple[str, str, tuple[int, ...]]] = []
    for code, name, families in BUNDLES:
        parts: list[int] = []
        for family in families:
            fit = [
                i
                for i in range(len(catalogue))
                if catalogue.family[i].code == family
                and catalogue.in_europe[i]
                and catalogue.launch[i] == 0
                and catalogue.base[i] < 0
            ]
            if fit:
                parts.append(max(fit, key=lambda i: (float(catalogue.daily[i]), -i)))
        if len(parts) == len(families):
            result.append((code, name, tuple(parts)))
    return result


def bundles(catalogue: Catalogue, start: date) -> list[Document]:
    """The bundles of the own shop, one unit of each part."""
    return [
        Bundle(id=code, effective_at=_at(start), name=name,
               parts=[BundlePart(sku=catalogue.sku[i], quantity=1) for i in parts])
        for code, name, parts in bundle_parts(catalogue)
    ]  # fmt: skip


def _at(start: date) -> datetime:
    return datetime(start.year, start.month, start.day, tzinfo=UTC)
