"""A shop's answers for the page tests: what the floors below would say, fixed and small. Never shipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from entrepot.books.selectors.demand_shapes import (
    ComingTotal,
    ComingWeek,
    DemandList,
    DemandPage,
    DemandRow,
    PastForecast,
    PastWeek,
    RunAccuracy,
    UpliftRow,
)
from entrepot.books.selectors.health_shapes import (
    Check,
    Health,
    HeldPage,
    Hit,
    ImportOptions,
    ImportPage,
    ImportRow,
    Job,
    MissingCost,
    Preview,
    QuarantineRow,
    Reading,
    TokenRow,
    WaitingRow,
)
from entrepot.books.selectors.shapes import (
    AGE_BANDS,
    AgeBand,
    BillShare,
    Choice,
    CostRow,
    Decision,
    DocumentLine,
    DocumentPage,
    Effect,
    FanPoint,
    Headline,
    Inventory,
    LayerRow,
    Money,
    Page,
    RangeCost,
    SalePage,
    SaleRow,
    SkuPage,
    Slice,
    State,
    Step,
    StockRow,
    Today,
    TrueCost,
    WeekPoint,
)
from entrepot.core.components import FAMILIES
from entrepot.core.reasons import Reason
from entrepot.faces.web import paper_queries, queries, rule_queries
from entrepot.faces.web.filters import CostFilter, DemandFilter, StockFilter

NOW = datetime(2026, 11, 22, 11, 7, tzinfo=UTC)
TODAY = date(2026, 11, 22)
RIGHTS = {
    "owner": {"see_cost", "approve", "import"},
    "finance": {"see_cost", "approve", "import"},
    "operations": {"see_cost", "approve", "import"},
    "warehouse": {"import"},
    "viewer": set[str](),
}


class FixedViewer:
    """A viewer of the role that the user's name says."""

    def __init__(self, role: str) -> None:
        self.role = role

    def can(self, permission: str) -> bool:
        """Whether the role holds it."""
        return permission in RIGHTS[self.role]


ITEMS = [
    ("KT-104-BL", "Gooseneck kettle 1.0 L, matte black", "Foshan Hengda"),
    ("LM-220-WH", "Clip-on reading lamp, warm white", "Ningbo Brightway"),
    ("MAT-61-GR", "Yoga mat 6 mm, sage", "Xiamen Softfoam"),
    ("BX-3PK-S", "Drawer organiser, set of 3", "Taizhou Plastics"),
    ("CBL-USBC-2M", "USB-C cable 2 m, braided", "Shenzhen Linkwell"),
    ("=HYPER(1)", "硅胶折叠杯 350 ml", "Yiwu Home"),
    ("TNT-2P-OR", "Two-person tent, orange", "Hangzhou Outdoor"),
    ("MUG-12-CR", "Stoneware mug 350 ml, cream", "Chaozhou Ceramics"),
]


def money(amount: int | None, **more: Any) -> Money:
    """In the shop's currency."""
    return Money(amount, "USD", **more)


def decisions() -> list[Decision]:
    """Four proposals of different kinds."""
    reasons = [
        Reason("stock_ends", "41 units on hand cover 9 days; the next order takes 45 to 62 days."),
        Reason("demand", "About 32 units a week are expected, 24 to 47 in nine of ten weeks."),
        Reason("ratio", "A missed sale costs US$11.30, a unit too many US$0.92 until the next order."),
    ]
    assumed = [Reason("assumed_capital", "Capital at 12 % a year, because no rate is set.")]
    return [
        Decision(
            "1",
            "order",
            ITEMS[0][0],
            ITEMS[0][1],
            {"quantity": 1200, "supplier": "Foshan Hengda", "location": "FBA US"},
            money(1_240_000, estimate=True, low=810_000, high=1_690_000),
            money(744_000),
            TODAY + timedelta(days=2),
            reasons,
            assumed,
        ),
        Decision(
            "2",
            "order",
            ITEMS[4][0],
            ITEMS[4][1],
            {"quantity": 3000, "supplier": "Shenzhen Linkwell", "location": "DE 3PL"},
            money(512_000, estimate=True),
            money(411_000),
            TODAY + timedelta(days=6),
            reasons[:2],
            [],
        ),
        Decision(
            "3",
            "excess",
            ITEMS[6][0],
            ITEMS[6][1],
            {"quantity": 340, "cover_days": 612, "location": "FBA US"},
            money(186_000, estimate=True),
            None,
            TODAY + timedelta(days=22),
            [Reason("aged", "In 23 days 210 units pass 365 days and storage rises to US$6.90 a cubic foot.")],
            assumed,
        ),
        Decision(
            "4",
            "cost",
            ITEMS[7][0],
            ITEMS[7][1],
            {"quantity": 480},
            None,
            None,
            None,
            [
                Reason(
                    "no_price",
                    "Receipt GR-0412 has no price and no bill names it; profit of 96 sold units is not known.",
                )
            ],
            [],
        ),
    ]


def headlines(*more: Headline) -> list[Headline]:
    """The first line of a page."""
    return [*more]


def state(viewer: Any) -> State:
    """Fresh figures, some rows in quarantine."""
    return State(
        "Harbour & Pine Ltd",
        "USD",
        "Asia/Shanghai",
        NOW,
        NOW - timedelta(minutes=4),
        NOW - timedelta(minutes=9),
        12,
        576,
        0,
    )


def today(viewer: Any, kind: str, part: Slice) -> Today:
    """Open decisions and one that was approved."""
    found = [d for d in decisions() if not kind or d.kind == kind]
    done = replace(
        decisions()[1],
        id="9",
        sku=ITEMS[3][0],
        name=ITEMS[3][1],
        state="approved",
        decided_by="mei",
        decided_at=NOW - timedelta(hours=3),
        document="PO-2026-118",
    )
    return Today(
        found,
        len(found),
        {"order": 2, "excess": 1, "cost": 1},
        [done],
        [
            Headline("at_stake", 1_938_000, "money", estimate=True, needs="see_cost"),
            Headline("stock_value", 48_213_377, "money", "/inventory/", needs="see_cost"),
            Headline("profit_30", 3_120_455, "money", "/cost/", needs="see_cost"),
            Headline("out_of_stock", 7, "units", "/inventory/?state=out"),
        ],
    )


def stock_rows(by: str = "sku") -> list[StockRow]:
    """One row an item."""
    rows = []
    for n, (code, name, _) in enumerate(ITEMS):
        states = ("low", "healthy", "healthy", "healthy", "out", "healthy", "over", "still")
        on_hand = (41, 820, 1_310, 2_240, 0, 96, 340, 480)[n]
        ages = (
            on_hand * 6 // 10,
            on_hand * 2 // 10,
            on_hand // 10,
            on_hand // 20,
            on_hand - on_hand * 6 // 10 - on_hand * 2 // 10 - on_hand // 10 - on_hand // 20,
        )
        rows.append(
            StockRow(
                code,
                name,
                "FBA US" if by != "sku" else "",
                on_hand,
                n % 3,
                n * 2,
                on_hand - n * 2,
                n * 150 % 900,
                32.5 / (n + 1) if n < 7 else None,
                (9, 74, 120, 88, 0, 33, 612, None)[n],
                states[n],
                ages,
                None if n == 7 else on_hand * 1_037,
                480 if n == 7 else 0,
            )
        )
    return rows


def inventory(viewer: Any, wanted: StockFilter, part: Slice) -> Inventory:
    """The stock rows, cut by text and state."""
    rows = [
        r
        for r in stock_rows(wanted.by)
        if wanted.text.lower() in (r.sku + r.name).lower()
        and (not wanted.stock_state or r.stock_state == wanted.stock_state)
    ]
    see = viewer.can("see_cost")
    if not see:
        rows = [replace(r, value=None) for r in rows]
    key = part.sort or "on_hand"
    rows.sort(
        key=lambda r: (
            (getattr(r, key) is not None, getattr(r, key) or 0)
            if key not in ("sku", "name")
            else (True, getattr(r, key))
        ),
        reverse=part.descending,
    )
    sums = {
        "on_hand": sum(r.on_hand for r in rows),
        "in_transit": sum(r.in_transit for r in rows),
        "value": sum(r.value or 0 for r in rows),
    }
    ages = [
        AgeBand(band, sum(r.ages[n] for r in rows), 1_037 * sum(r.ages[n] for r in rows) if see else None)
        for n, band in enumerate(AGE_BANDS)
    ]
    return Inventory(
        Page(rows, 812 if not wanted.text else len(rows), sums),
        ages,
        [
            Headline("units_on_hand", 38_204),
            Headline("units_in_transit", 9_120),
            Headline("stock_value", 48_213_377, "money", needs="see_cost"),
            Headline("out_of_stock", 7, "units", "?state=out"),
            Headline("over_a_year", 1_140, "units", "?age=366%2B"),
        ],
        [Choice("cn", "Ningbo"), Choice("us", "FBA US"), Choice("de", "DE 3PL")],
        [Choice("amz-us", "Amazon US"), Choice("shop", "Shopify EU")],
        {"out": 7, "low": 31, "healthy": 214, "over": 38, "still": 12},
    )


def steps(scale: int = 1) -> list[Step]:
    """A waterfall that adds up."""
    parts = [
        ("net_sales", 9_841_200),
        ("refunds", -301_100),
        ("purchase", -3_120_400),
        ("first_leg", -841_377),
        ("duty_tax", -512_920),
        ("storage", -298_450),
        ("capital", -121_833),
        ("selling", -2_904_112),
        ("unsalable", -190_244),
    ]
    out = [Step(f, a * scale, missing_units=96 if f == "purchase" else 0, estimate=f == "capital") for f, a in parts]
    return [*out, Step("profit", sum(s.amount or 0 for s in out))]


def true_cost(viewer: Any, wanted: CostFilter, part: Slice) -> TrueCost:
    """Rows for each item."""
    rows = []
    for n, (code, name, _) in enumerate(ITEMS):
        net = 1_400_000 - n * 150_000
        costs = {f: net * w // 100 for f, w in zip(FAMILIES, (32, 9, 5, 3, 1, 29, 2), strict=True)}
        label = name if wanted.by == "sku" else ("Amazon US", "Shopify EU")[n % 2]
        rows.append(
            CostRow(
                code if wanted.by == "sku" else str(n),
                label,
                900 - n * 80,
                net,
                costs,
                None if n == 7 else net - sum(costs.values()) - n * 60_000,
                96 if n == 7 else 0,
            )
        )
    all_steps = (
        steps()
        if wanted.view == "full"
        else [s for s in steps() if s.family in ("net_sales", "refunds", "purchase", "first_leg", "duty_tax")]
    )
    if wanted.view == "book":
        all_steps.append(Step("gross", sum(s.amount or 0 for s in all_steps)))
    return TrueCost(
        4_182,
        all_steps,
        Page(rows, len(rows), {"units": 4_182, "net_sales": 9_841_200, "profit": 1_550_764}),
        list(FAMILIES),
        [Choice("amz-us", "Amazon US")],
        [Choice("US", "US"), Choice("DE", "DE")],
        wanted.start,
        wanted.end,
    )


def bills_of() -> list[BillShare]:
    """Two bills."""
    return [
        BillShare(
            "31",
            "INV-88213",
            "cost_bill",
            "freight",
            NOW - timedelta(days=80),
            NOW - timedelta(days=61),
            Money(3_812_000, "CNY"),
            530_112,
            210_400,
            160_222,
            50_178,
        ),
        BillShare(
            "32",
            "7501-4471",
            "cost_bill",
            "duty",
            NOW - timedelta(days=62),
            NOW - timedelta(days=2),
            money(613_700),
            613_700,
            214_900,
            171_800,
            43_100,
        ),
    ]


def bills(viewer: Any, wanted: CostFilter, family: str, part: Slice) -> Page[BillShare]:
    """The bills."""
    return Page(bills_of(), 2, {"total": 1_143_812, "share": 425_300})


def sale_rows() -> list[SaleRow]:
    """Three sales."""
    return [
        SaleRow(
            str(70 + n),
            f"114-55012{n}-881",
            "41",
            NOW - timedelta(days=n),
            "Amazon US",
            "US",
            ITEMS[0][0],
            1 + n,
            3_199 * (1 + n),
            2_204 * (1 + n),
            995 * (1 + n),
            0,
            0,
        )
        for n in range(3)
    ]


def sku(viewer: Any, code: str, wanted: CostFilter) -> SkuPage:
    """One item with history, layers, bills and sales."""
    found = {c: n for c, n, _ in ITEMS}
    if code not in found:
        raise queries.NotThere(code)
    monday = date(2026, 11, 16)
    history = [
        WeekPoint(monday - timedelta(weeks=40 - n), None if n in (21, 22) else 24 + (n * 7) % 13, n in (21, 22))
        for n in range(40)
    ]
    forecast = [FanPoint(monday + timedelta(weeks=n), 32.0 + n / 4, 22.0 - n / 4, 44.0 + n) for n in range(13)]
    layers = [
        LayerRow(
            "L-118",
            "31",
            "GR-0398",
            NOW - timedelta(days=92),
            "FBA US",
            "receipt",
            600,
            41,
            {"purchase": 372_000, "first_leg": 66_002, "duty_tax": 61_370},
            499_372,
            False,
        ),
        LayerRow("L-131", "33", "GR-0412", NOW - timedelta(days=12), "DE 3PL", "transfer", 480, 480, {}, None, True),
    ]
    see = viewer.can("see_cost")
    return SkuPage(
        sku=code,
        name=found[code],
        facts=[("supplier", "Foshan Hengda"), ("lead_time_days", "52")] if see else [("package_carton", "24")],
        stock=[r for r in stock_rows("location") if r.sku == code],
        units=612,
        layers=Page(layers, 2, {"remaining": 521}),
        sales=Page(sale_rows(), 3),
        bills=Page(bills_of(), 2, {"share": 425_300}),
        steps=steps(),
        families=list(FAMILIES)[:3],
        history=history,
        forecast=forecast,
        decisions=[d for d in decisions() if d.sku == code],
    )


def demand_rows(viewer: Any) -> list[DemandRow]:
    """Six kinds of item: steady, seasonal, censored, new, slow, promoted."""
    kinds = [
        ("smooth", [], 412, 480, 142), ("smooth", [], 388, 455, 148), ("erratic", ["censored"], 640, 655, 23),
        ("", ["short_history", "assumed_spread"], None, None, None), ("intermittent", ["intermittent"], 905, 980, 76),
        ("lumpy", ["bulk", "one_order"], 720, 700, -29),
    ]  # fmt: skip
    see = viewer.can("see_cost")
    return [
        DemandRow(
            ITEMS[n][0], ITEMS[n][1], "us", "FBA US", 32.5 / (n + 1), 30.0 / (n + 1), 52, 240 // (n + 1), 130 // (n + 1),
            230 // (n + 1), 372 // (n + 1), pattern, "ratios" if flags else "learnt", flags, 0 if wape is None else 31, wape,
            simple, None if wape is None else 21, None if wape is None else 957, added, 118 if "censored" in flags else 0,
            (782_150 // (n + 1)) if see else None,
        )
        for n, (pattern, flags, wape, simple, added) in enumerate(kinds)
    ]  # fmt: skip


def demand(viewer: Any, wanted: DemandFilter, part: Slice) -> DemandList:
    """The rows, cut by text and flag."""
    rows = [r for r in demand_rows(viewer) if wanted.text.lower() in (r.sku + r.name).lower()]
    rows = [r for r in rows if not wanted.mark or wanted.mark in r.flags]
    total = RunAccuracy(8, 9_214, 431, 502, -12, 948, 61, 79, 141)
    return DemandList(
        Page(rows, len(rows), {"weekly": 79.6, "lost": 118}), NOW - timedelta(hours=3), date(2026, 11, 9), 812, total, [],
        [Choice("us", "FBA US"), Choice("de", "DE 3PL")], [Choice("amz-us", "Amazon US")],
        {"smooth": 2, "erratic": 1, "intermittent": 1, "lumpy": 1, "": 1}, 14,
    )  # fmt: skip


def demand_of(viewer: Any, code: str, place: str) -> DemandPage:
    """One item with everything that may happen to one."""
    rows = {r.sku: r for r in demand_rows(viewer)}
    if code not in rows:
        raise queries.NotThere(code)
    monday = date(2026, 11, 9)
    history = [
        PastWeek(monday - timedelta(weeks=60 - n), None, True, 33.0, 24.0, 45.0, 0)
        if n in (41, 42, 43)
        else PastWeek(monday - timedelta(weeks=60 - n), 24 + (n * 7) % 13 + (90 if n == 20 else 0), False, None, None, None,
                      90 if n == 20 else 0)
        for n in range(61)
    ]  # fmt: skip
    fan = [
        ComingWeek(monday + timedelta(weeks=n), mean := 32.0 + 9 * (3 <= n <= 6), (mean * 0.4, mean * 0.8, mean, mean * 1.2,
                   mean * 1.8), 1.1 if 3 <= n <= 6 else 0.95, 1.3 if n == 2 else 1.0, 1.0)
        for n in range(1, 27)
    ]  # fmt: skip
    totals = [ComingTotal(n, 33.0 * n, (20 * n, 28 * n, 33 * n, 38 * n, 47 * n)) for n in range(1, 27)]
    reasons = [
        Reason("range", "?", {"weeks": 7.4, "low": 130, "middle": 230, "high": 372}),
        Reason("flag_censored", "?", {}),
    ]
    known = UpliftRow(3, "FBA US", date(2027, 5, 30), date(2027, 6, 5), 40, "coupon", "mei", NOW, True)
    past = [PastForecast(NOW - timedelta(weeks=12), monday - timedelta(weeks=12), 240.0, 150, 380, 261)]
    lead = [(7.0, 0.6), (8.0, 0.4)]
    places = [Choice("us", "FBA US"), Choice("de", "DE 3PL")]
    return DemandPage(rows[code], NOW, places, history, fan, totals, reasons, lead, [known], past)


def layers(viewer: Any, code: str, part: Slice) -> Page[LayerRow]:
    """The item's layers."""
    return sku(viewer, code, None).layers  # type: ignore[arg-type]


def sales(viewer: Any, wanted: CostFilter, part: Slice) -> Page[SaleRow]:
    """Sale lines, without money for who may not see it."""
    rows = sale_rows()
    if not viewer.can("see_cost"):
        rows = [replace(r, net_price=None, cost=None, profit=None) for r in rows]
    return Page(rows, len(rows))


def sale(viewer: Any, key: str) -> SalePage:
    """One sale explained."""
    rows = {r.id: r for r in sale_rows()}
    if key not in rows:
        raise queries.NotThere(key)
    small = [
        Step("net_sales", 3_199),
        Step("purchase", -620),
        Step("first_leg", -110),
        Step("duty_tax", -102),
        Step("selling", -1_372),
        Step("profit", 995),
    ]
    ranges = [
        RangeCost(
            "L-118",
            558,
            559,
            "31",
            "GR-0398",
            "goods",
            "30",
            "PO-2026-077",
            620,
            "R(372000·559/600) − R(372000·558/600)",
        ),
        RangeCost(
            "L-118", 558, 559, "31", "GR-0398", "freight", "31", "INV-88213", 110, "R(66002·559/600) − R(66002·558/600)"
        ),
        RangeCost(
            "L-118", 558, 559, "31", "GR-0398", "duty", "32", "7501-4471", 102, "R(61370·559/600) − R(61370·558/600)"
        ),
    ]
    return SalePage(rows[key], [], small, ranges)


def document(viewer: Any, key: str, part: Slice) -> DocumentPage:
    """A freight bill."""
    if key == "404":
        raise queries.NotThere(key)
    see = viewer.can("see_cost")
    lines = [
        DocumentLine(1, "freight", "", None, Money(3_812_000, "CNY") if see else None, "Yantian – Long Beach, 68 CBM")
    ]
    effects = [
        Effect("sold", ITEMS[0][0], "Amazon US", 559, 160_222 if see else None),
        Effect("on_hand", ITEMS[0][0], "FBA US", 41, 50_178 if see else None),
    ]
    return DocumentPage(
        key,
        "INV-88213",
        "cost_bill",
        "upload",
        "INV-88213",
        1,
        "9f2c" * 16,
        NOW - timedelta(days=80),
        NOW - timedelta(days=61),
        lines,
        Page(effects, 2),
        import_id="5",
    )


def quarantined() -> list[QuarantineRow]:
    """Two rows with reason and remedy."""
    return [
        QuarantineRow(
            "1",
            "5",
            "orders-2026-10.csv",
            118,
            "sku",
            "KT-104-BLK",
            "unknown_sku",
            "SKU KT-104-BLK is not in the catalogue",
            "create the item, or map the SKU to an existing one",
            money(3_199),
            1,
            NOW - timedelta(days=2),
        ),
        QuarantineRow(
            "2",
            "5",
            "orders-2026-10.csv",
            402,
            "quantity",
            "=cmd|' /C calc'!A0",
            "not_a_number",
            "the quantity is not a whole number",
            "correct the cell and import the file again",
            None,
            None,
            NOW - timedelta(days=2),
        ),
    ]


def held(viewer: Any, key: str) -> HeldPage:
    """The first waits and has a neighbour, the second was dismissed."""
    rows = {row.id: row for row in quarantined()}
    if key not in rows:
        raise queries.NotThere(key)
    cells = [("order-id", "114-550118-881"), ("sku", "KT-104-BLK"), ("quantity", "1")]
    if key == "1":
        row = rows["1"] if viewer.can("see_cost") else replace(rows["1"], amount=None)
        return HeldPage(row, "open", "orders-2026-10.csv", cells, "", following="2", place=1, count=2)
    return HeldPage(rows["2"], "dismissed", "orders-2026-10.csv", None, "{}", NOW, "mei", "a test order")


def import_rows() -> list[ImportRow]:
    """Two imports."""
    return [
        ImportRow(
            "5",
            "orders-2026-10.csv",
            "Amazon all orders",
            NOW - timedelta(days=2),
            "mei",
            2_214,
            2_202,
            0,
            12,
            "done",
            True,
        ),
        ImportRow(
            "4", "收货-2026-10.xlsx", "Template: receipts", NOW - timedelta(days=9), "jon", 40, 40, 0, 0, "done", True
        ),
    ]


def health(viewer: Any, reason: str, part: Slice) -> Health:
    """Something of everything."""
    missing = MissingCost(
        ITEMS[7][0], ITEMS[7][1], "33", "GR-0412", "DE 3PL", NOW - timedelta(days=12), 480, 384, 96, "no_bill"
    )
    wait = WaitingRow(
        "44", "TR-0091", "transfer", ITEMS[3][0], "Ningbo", 240, None, NOW - timedelta(days=1), "units_not_there"
    )
    rows = [r for r in quarantined() if not reason or r.code == reason]
    return Health(
        Page(import_rows(), 2),
        Page(rows, len(rows)),
        {"unknown_sku": 1, "not_a_number": 1},
        [],
        Page([missing], 1),
        Page([wait], 1),
        Page([], 0),
        [
            Check("U", 0, 128_440, NOW - timedelta(hours=7)),
            Check("M", 0, 9_812, NOW - timedelta(hours=7)),
            Check("V", 3, 1_204, NOW - timedelta(hours=7)),
            Check("I", None, None, None),
        ],
        differences=Page([], 0),
    )


JOB = Job("8", "import", "orders-2026-10.csv", "running", "checking", 1_310, 2_214, NOW, None)


def import_page(viewer: Any, key: str) -> ImportPage:
    """By its number: 5 done, 6 checked, others checking."""
    if key == "5":
        return ImportPage("5", "orders-2026-10.csv", "done", None, None, import_rows()[0])
    if key == "6":
        preview = Preview(
            "Amazon all orders",
            "utf-8",
            2_214,
            2_202,
            0,
            12,
            {"sales_order": 2_202},
            [money(9_841_200), Money(120_050, "CAD")],
            0,
            NOW - timedelta(days=33),
            NOW - timedelta(days=2),
            [
                Reading("amazon-order-id", "order", "114-550120-881"),
                Reading("sku", "sku", "KT-104-BL"),
                Reading("promotion-ids", "", "PAWS-V2"),
            ],
            quarantined(),
        )
        return ImportPage("6", "orders-2026-10.csv", "checked", None, preview, None)
    return ImportPage(key, "orders-2026-10.csv", "checking", JOB, None, None)


CHOSEN: dict[str, str] = {}


def _decided(key: str, state_name: str) -> Decision:
    CHOSEN[key] = state_name
    item = next((d for d in decisions() if d.id == key), None)
    if item is None:
        raise queries.NotThere(key)
    return replace(item, state=state_name, decided_by="mei", decided_at=NOW, snoozed_until=TODAY + timedelta(days=3))


def search(viewer: Any, text: str, limit: int = 20) -> list[Hit]:
    """Items whose code or name contains the text."""
    return [
        Hit("sku", c, c, n, exact=c.lower() == text.lower()) for c, n, _ in ITEMS if text.lower() in (c + n).lower()
    ]


ANSWERS: dict[str, Any] = {
    "viewer": lambda user, company="": FixedViewer(user.username if user.username in RIGHTS else "owner"),
    "companies": lambda viewer: [("hp", "Harbour & Pine Ltd"), ("hpde", "Harbour & Pine GmbH")],
    "state": state,
    "today": today,
    "approve": lambda viewer, key: _decided(key, "approved"),
    "snooze": lambda viewer, key, days: _decided(key, "snoozed"),
    "undo_decision": lambda viewer, key: _decided(key, "open"),
    "inventory": inventory,
    "true_cost": true_cost,
    "bills": bills,
    "sku": sku,
    "layers": layers,
    "sales": sales,
    "sale": sale,
    "ranges": lambda viewer, key: sale(viewer, key).ranges,
    "document": document,
    "document_bytes": lambda viewer, key: ("发票 INV.pdf", b"%PDF-1.7"),
    "health": health,
    "quarantine": lambda viewer, reason, part: Page([r for r in quarantined() if not reason or r.code == reason], 2),
    "missing_costs": lambda viewer, part: health(viewer, "", part).missing,
    "waiting": lambda viewer, part: health(viewer, "", part).waiting,
    "unallocated": lambda viewer, part: Page([], 0),
    "imports": lambda viewer, part: Page(import_rows(), 2),
    "import_options": lambda viewer: ImportOptions(
        [Choice("amz-us", "Amazon US")],
        ["GBP", "USD"],
        ["Asia/Shanghai", "Europe/London"],
        [Choice("sales_order", "Sales orders"), Choice("receipt", "Receipts"), Choice("cost_bill", "Cost bills")],
        import_rows(),
        (".csv", ".xlsx"),
    ),
    "start_import": lambda viewer, name, chunks, options: "6",
    "import_page": import_page,
    "confirm_import": lambda viewer, key: None,
    "undo_import": lambda viewer, key: None,
    "cancel_job": lambda viewer, key: None,
    "job": lambda viewer, key: JOB,
    "jobs": lambda viewer: [],
    "search": search,
    "held": held,
    "demand": demand,
    "demand_of": demand_of,
    "dismiss_held": lambda viewer, key, reason: "2" if key == "1" else "",
    "tokens": lambda viewer: [
        TokenRow(1, "ERP", NOW - timedelta(days=40), NOW + timedelta(days=50), None, "open"),
        TokenRow(2, "old sheet", NOW - timedelta(days=400), None, NOW - timedelta(days=9), "revoked"),
    ],
    "make_token": lambda user, name, days: "entrepot_" + "k" * 43,
    "revoke_token": lambda viewer, key: None,
}


def install(monkeypatch: Any) -> None:
    """Answer every question of the pages from here."""
    for name, answer in ANSWERS.items():
        monkeypatch.setattr(queries, name, answer)
    monkeypatch.setattr(rule_queries, "tax_comes_back", lambda viewer, country, on: False)
    none = paper_queries.Papers([], may_attach=False, correctable=False, receipt=False, labels=False, typed=None)
    monkeypatch.setattr(paper_queries, "papers", lambda viewer, key, newest: none)
