"""Whom the small seller deals with and what he sells: companies, places, shops, items, rates."""

from typing import Any

from tests.audit.ledger_words import at, document


def master() -> list[Any]:
    """Companies, places, shops, items, a bundle, a listing, rates."""
    skus = {
        "LAMP": (300, (100, 80, 60)),
        "CORD": (120, (90, 40, 30)),
        "BULB": (45, (60, 60, 60)),
        "SET": (500, (200, 90, 80)),
        "MAT": (800, (400, 300, 20)),
        "CUP": (210, (90, 90, 100)),
    }
    rates = [("USD", "CNY", 71234, 10000), ("EUR", "USD", 10873, 10000), ("GBP", "USD", 12711, 10000)]
    return [
        document("company", "HK", 0, name="Hong Kong", currency="USD", zone="Asia/Hong_Kong"),
        document("company", "SZ", 0, name="Shenzhen", currency="CNY", zone="Asia/Shanghai"),
        *(
            document("location", code, 0, name=code, kind=kind, country=country)
            for code, kind, country in (
                ("SZ1", "warehouse", "CN"),
                ("US1", "fba", "US"),
                ("DE1", "third_party", "DE"),
                ("SZ2", "warehouse", "CN"),
            )
        ),
        document("shop", "us", 0, company="HK", currency="USD", location="US1", country="US"),
        document("shop", "de", 0, company="HK", currency="EUR", location="DE1", country="DE"),
        document("supplier", "F1", 0, name="Factory", currency="CNY"),
        *(
            document(
                "item",
                sku,
                0,
                name=sku.title(),
                packaging=[
                    {
                        "level": "unit",
                        "units": 1,
                        "weight_g": grams,
                        "length_mm": size[0],
                        "width_mm": size[1],
                        "height_mm": size[2],
                    }
                ],
            )
            for sku, (grams, size) in skus.items()
        ),
        document(
            "bundle",
            "DUO",
            0,
            name="Lamp and cord",
            parts=[{"sku": "LAMP", "quantity": 1}, {"sku": "CORD", "quantity": 2}],
        ),
        document("listing", "us-lamp", 0, shop="us", sku="LAMP"),
        *(
            document(
                "fx_rate",
                f"{base}{quote}-{when}",
                when,
                base=base,
                quote=quote,
                numerator=top + 37 * when,
                denominator=bottom,
                date=at(when)[:10],
            )
            for base, quote, top, bottom in rates
            for when in (0, 20, 45)
        ),
    ]
