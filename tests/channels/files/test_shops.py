"""Amazon's and Shopify's exports: what each row becomes, to the cent."""

from datetime import UTC, date, datetime

import pytest

from entrepot.channels.files.layout import foreign_layouts, normal
from tests.channels.files.opened import accounted, documents, opened, refused, rejected
from tests.shared_data import needs_shared_data, shared_path


def table(header: str, *rows: str) -> str:
    """A tab file from texts with ``|`` between cells."""
    return "\n".join(line.replace("|", "\t") for line in (header, *rows)) + "\n"


ORDERS = (
    "amazon-order-id|purchase-date|order-status|sales-channel|sku|item-status|quantity|currency|item-price|"
    "item-tax|shipping-price|item-promotion-discount|ship-state|ship-country|promotion-ids"
)
AT = "2026-01-03T04:05:06+00:00"


def test_amazon_orders() -> None:
    """Net price of a line: item + shipping − promotion; tax beside it where prices come without."""
    (made,) = documents(table(ORDERS, f"1-1|{AT}|Shipped|Amazon.com|MUG|Shipped|2|USD|20.00|1.60|3.00|1.50|NY|US|"))
    assert (made.id, made.status, made.country, made.region, made.currency) == ("1-1", "shipped", "US", "NY", "USD")
    assert (made.lines[0].quantity, made.lines[0].amount, made.lines[0].tax) == (2, 2150, 160)


def test_amazon_prices_with_tax_inside() -> None:
    """On a European marketplace the listed price holds the tax, which is taken out."""
    (made,) = documents(table(ORDERS, f"1-1|{AT}|Shipped|Amazon.de|MUG|Shipped|1|EUR|11.90|1.90||||DE|"))
    assert (made.lines[0].amount, made.lines[0].tax) == (1000, 190)


def test_amazon_cancelled_lines_state_nothing() -> None:
    """Cancelled lines without units and price are put aside; the rest of their order stands."""
    file = opened(
        table(
            ORDERS,
            f"1-1|{AT}|Cancelled|Amazon.com|MUG|Cancelled|0||||||NY|US",
            f"1-2|{AT}|Shipped|Amazon.com|MUG|Cancelled|1||||||NY|US",
            f"1-2|{AT}|Shipped|Amazon.com|SPOON|Shipped|1|USD|5.00|||||US",
        )
    )
    assert [(s.document.id, s.lines) for s in file.documents()] == [("1-2", (4,))]
    assert (file.aside, file.rejected, accounted(file)) == ({"cancelled_line": 2}, [], 3)


def test_amazon_pending_orders_have_no_price_yet() -> None:
    """A pending order reserves its units; its amount is not known, not 0."""
    (made,) = documents(table(ORDERS, f"1-1|{AT}|Pending|Amazon.com|MUG|Unshipped|1||||||NY|US"))
    assert (made.status, made.lines[0].amount, made.currency) == ("open", None, "EUR")


def test_amazon_rows_may_end_early() -> None:
    """Rows without their last cells are whole: Amazon leaves trailing cells out."""
    text = table(ORDERS, f"1-1|{AT}|Shipped|Amazon.com|MUG|Shipped|1|USD|5.00")
    assert documents(text)[0].lines[0].amount == 500


def test_an_order_repeats_its_sku() -> None:
    """Order id and SKU are no key: both rows are lines."""
    row = f"1-1|{AT}|Shipped|Amazon.com|MUG|Shipped|1|USD|5.00"
    assert len(documents(table(ORDERS, row, row))[0].lines) == 2


SHOPIFY = (
    "Name,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,"
    "Created at,Lineitem quantity,Lineitem price,Lineitem sku,Shipping Country,Cancelled at,Refunded Amount"
)
CREATED = "2025-10-02 17:09:30 -0300"


def shopify(first: str, *further: str) -> str:
    return "\n".join([SHOPIFY, first, *further]) + "\n"


def test_shopify_shares_the_totals_over_the_lines() -> None:
    """Tax inside: subtotal + shipping = total. The lines' net amounts and taxes add up to what was charged."""
    text = shopify(
        f"#1001,paid,{CREATED},fulfilled,"
        f"2025-10-03 10:00:00 -0300,EUR,30.00,5.90,5.73,35.90,{CREATED},2,10.00,MUG,DE,,0.00",
        f"#1001,,,,,,,,,,{CREATED},1,10.00,SPOON,,,",
    )
    (made,) = documents(text, zone=None)
    assert [(x.sku, x.quantity) for x in made.lines] == [("MUG", 2), ("SPOON", 1)]
    assert (sum(x.amount for x in made.lines), sum(x.tax for x in made.lines)) == (3590 - 573, 573)
    assert made.shipped_at == datetime(2025, 10, 3, 13, tzinfo=UTC)


def test_shopify_tax_on_top() -> None:
    """Tax on top: subtotal + shipping + taxes = total, so the net is not reduced."""
    (made,) = documents(shopify(f"#1,paid,,,,USD,20.00,0.00,1.60,21.60,{CREATED},2,10.00,MUG,US,,"))
    assert (made.lines[0].amount, made.lines[0].tax, made.status) == (2000, 160, "open")


def test_shopify_tip_beside_tax_inside() -> None:
    """A tip raises the total without making tax come on top."""
    (made,) = documents(shopify(f"#1,paid,,,,EUR,23.80,0.00,3.80,24.80,{CREATED},2,11.90,MUG,DE,,"))
    assert (made.lines[0].amount, made.lines[0].tax) == (2000, 380)


def test_shopify_cancelled_and_refunded() -> None:
    """A cancelled unfulfilled order neither ships nor refunds; a shipped one with a refund gives both documents."""
    cancelled = f"#1,refunded,,,,EUR,20.00,0,0,20.00,{CREATED},2,10.00,MUG,DE,{CREATED},20.00"
    shipped = f"#2,partially_refunded,,fulfilled,{CREATED},EUR,23.80,0,3.80,23.80,{CREATED},2,11.90,MUG,DE,,11.90"
    order, sold, refund = documents(shopify(cancelled, shipped))
    assert (order.status, sold.status, refund.type, refund.order.id) == ("cancelled", "shipped", "refund", "#2")
    assert (refund.lines[0].amount, refund.lines[0].tax) == (1000, 190)


def test_shopify_orders_are_taken_whole() -> None:
    """The totals speak for all lines, so one unreadable line refuses its order and no other."""
    file = opened(
        shopify(
            f"#1,paid,,fulfilled,{CREATED},EUR,20.00,0,0,20.00,{CREATED},2,10.00,MUG,DE,,",
            f"#1,,,,,,,,,,{CREATED},x,10.00,SPOON,,,",
            f"#2,paid,,fulfilled,{CREATED},EUR,20.00,0,0,20.00,{CREATED},2,10.00,MUG,DE,,",
        )
    )
    assert [s.document.id for s in file.documents()] == ["#2"]
    assert [(r.problem.code, r.line) for r in file.rejected] == [("document_refused", 2), ("not_a_quantity", 3)]
    assert accounted(file) == 3


SETTLEMENT = (
    "settlement-id|settlement-start-date|settlement-end-date|deposit-date|total-amount|currency|transaction-type|"
    "order-id|adjustment-id|amount-type|amount-description|amount|posted-date|posted-date-time|order-item-code|"
    "sku"
)


def part(kind: str, order: str, what: str, name: str, amount: str, sku: str = "") -> str:
    return f"77||||||{kind}|{order}||{what}|{name}|{amount}|2026-01-05|2026-01-05 10:00:00 UTC|{sku and '9'}|{sku}"


PARTS = (
    part("Order", "1-1", "ItemPrice", "Principal", "20.00", "MUG"),
    part("Order", "1-1", "ItemPrice", "Tax", "1.60", "MUG"),
    part("Order", "1-1", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", "-1.60", "MUG"),
    part("Order", "1-1", "ItemFees", "FBAPerUnitFulfillmentFee", "-3.22", "MUG"),
    part("Order", "1-1", "ItemFees", "Commission", "-3.00", "MUG"),
    part("Refund", "1-0", "ItemPrice", "Principal", "-10.00", "MUG"),
    part("Refund", "1-0", "ItemPrice", "Tax", "-0.80", "MUG"),
    part("Refund", "1-0", "ItemFees", "Commission", "1.20", "MUG"),
    part("other-transaction", "", "other-transaction", "Storage Fee", "-2.00"),
    part("other-transaction", "", "FBA Inventory Reimbursement", "WAREHOUSE_LOST", "7.00", "MUG"),
    part("ServiceFee", "", "Cost of Advertising", "TransactionTotalAmount", "-4.00"),
    part("other-transaction", "", "other-transaction", "Previous Reserve Amount Balance", "5.00"),
)
TOTAL = "77|2026-01-01 08:00:00 UTC|2026-01-14 08:00:00 UTC|2026-01-16|{}|USD||||||||||"


def test_settlement_fees_and_refunds() -> None:
    """Fees become cost with their component and order, refunds money to the customer; the rest is put aside by name."""
    file = opened(table(SETTLEMENT, TOTAL.format("10.18"), *PARTS), currency=None)
    charge, refund = [s.document for s in file.documents()]
    assert [(x.component, x.amount, x.order.id if x.order else "", x.sku) for x in charge.lines] == [
        ("fulfilment", 322, "1-1", "MUG"),
        ("platform_fee", 300, "1-1", "MUG"),
        ("platform_fee", -120, "1-0", "MUG"),
        ("storage", 200, "", ""),
        ("advertising", 400, "", ""),
    ]
    assert (charge.id, charge.currency, charge.period_from, charge.period_to) == (
        "77:2026-01-05", "USD", date(2026, 1, 1), date(2026, 1, 14),
    )  # fmt: skip
    assert [(x.amount, x.tax, x.sku) for x in refund.lines] == [(1000, 80, "MUG")]
    assert file.aside == {
        "summary": 1,
        "sale_known_from_orders": 2,
        "tax_remitted_by_marketplace": 1,
        "reimbursement_known_from_its_report": 1,
        "money_moved": 1,
    }
    assert accounted(file) == file.rows == 13


def test_a_settlement_that_does_not_add_up_is_not_whole() -> None:
    """Parts that miss the stated total by a cent mean rows are missing: the file is refused."""
    problem = refused(table(SETTLEMENT, TOTAL.format("10.19"), *PARTS), currency=None)
    assert problem.code == "settlement_does_not_add_up"


RETURNS = (
    "return-date|order-id|sku|asin|fnsku|product-name|quantity|fulfillment-center-id|detailed-disposition|reason|"
    "status|license-plate-number|customer-comments"
)


def test_amazon_returns() -> None:
    """Each row is a return into its condition; without licence plate equal rows get an ordinal."""
    row = "2026-01-09T08:00:00+00:00|1-1|MUG|B0|X0|Mug|1|ABE2|CUSTOMER_DAMAGED|DEFECTIVE|Unit returned to inventory|{}|"
    made = documents(table(RETURNS, row.format("LPN1"), row.format(""), row.format("")), location=None)
    assert [d.id for d in made] == ["1-1:LPN1", "1-1:MUG:2026-01-09T08:00:00", "1-1:MUG:2026-01-09T08:00:00:2"]
    assert (made[0].order.id, made[0].lines[0].condition, made[0].lines[0].label) == ("1-1", "customer_damaged", "")


LEDGER = (
    "Date,FNSKU,ASIN,MSKU,Title,Event Type,Reference ID,Quantity,Fulfillment Center,Disposition,Reason,Country,"
    "Reconciled Quantity,Unreconciled Quantity"
)


def ledger(*rows: str) -> str:
    """Rows of ``event,reference,quantity,disposition,reason``."""
    cells = [row.split(",") for row in rows]
    return "\n".join(
        [LEDGER, *[f"01/25/2026,X0,B0,MUG,Mug,{e},{ref},{q},ABE2,{d},{r},US,0,0" for e, ref, q, d, r in cells]]
    )


def test_ledger_movements() -> None:
    """Receipts, losses, destroyed units and finds become movements; sales, returns and moves inside are put aside."""
    file = opened(
        ledger(
            "Receipts,FBA1,100,SELLABLE,",
            "Adjustments,,-2,SELLABLE,M",
            "Adjustments,R1,1,SELLABLE,F",
            "Adjustments,R2,-1,DEFECTIVE,D",
            "Shipments,,-1,SELLABLE,",
            "CustomerReturns,,1,SELLABLE,",
            "WhseTransfers,,-5,SELLABLE,",
        )
    )
    made = [s.document for s in file.documents()]
    receipt, lost, found, destroyed = made
    assert (receipt.type, receipt.shipment.id, receipt.lines[0].quantity, receipt.location) == (
        "receipt",
        "FBA1",
        100,
        "L",
    )
    assert (lost.purpose, lost.lines[0].quantity) == ("lost", 2)
    assert (found.lines[0].counted, found.lines[0].expected) == (1, 0)
    assert (destroyed.purpose, destroyed.cell.condition) == ("destroyed", "defective")
    assert (sum(file.aside.values()), accounted(file)) == (3, 7)


def test_ledger_regrades_pair_what_left_and_what_came() -> None:
    """Units that leave one disposition for another at once are a regrade; a remainder stays its own movement."""
    file = opened(ledger("Adjustments,R1,-3,SELLABLE,E", "Adjustments,R1,2,WAREHOUSE_DAMAGED,E"))
    regrade, rest = [s.document for s in file.documents()]
    assert (regrade.type, regrade.lines[0].quantity, regrade.destination.condition) == (
        "regrade",
        2,
        "warehouse_damaged",
    )
    assert (rest.type, rest.purpose, rest.lines[0].quantity) == ("stock_use", "write_off", 1)
    assert accounted(file) == 2


def test_identical_ledger_rows_are_both_real() -> None:
    """Two equal rows give two documents, and the same file gives the same numbers again."""
    text = ledger("Adjustments,,-1,SELLABLE,M", "Adjustments,,-1,SELLABLE,M")
    first, second = [[d.id for d in documents(text)] for _ in range(2)]
    assert first == second
    assert len(set(first)) == 2


def test_removals_ask_where_the_units_went() -> None:
    """A removal does not say its destination and waits with its units."""
    (problem,) = rejected(ledger("VendorReturns,R1,-4,SELLABLE,"))
    assert (problem.code, problem.quantity) == ("removal_needs_destination", -4)


REIMBURSEMENTS = (
    "approval-date|reimbursement-id|case-id|amazon-order-id|reason|sku|fnsku|asin|product-name|condition|"
    "currency-unit|amount-per-unit|amount-total|quantity-reimbursed-cash|quantity-reimbursed-inventory|"
    "quantity-reimbursed-total"
)


def test_reimbursements() -> None:
    """Cash is a reimbursement, a reversal keeps its sign, units given back are put aside."""
    head = "2026-02-01T00:00:00+00:00"
    file = opened(
        table(
            REIMBURSEMENTS,
            f"{head}|R1|||Lost_Warehouse|MUG|X0|B0|Mug|NewItem|USD|8.70|17.40|2|0|2",
            f"{head}|R1|||Lost_Warehouse|CUP|X1|B1|Cup|NewItem|USD|5.00|5.00|1|0|1",
            f"{head}|R2|||Reimbursement_Reversal|MUG|X0|B0|Mug|NewItem|USD|-8.70|-8.70|1|0|1",
            f"{head}|R3|||Lost_Warehouse|MUG|X0|B0|Mug|NewItem|USD|0.00|0.00|0|1|1",
        ),
        currency=None,
    )
    made = [s.document for s in file.documents()]
    assert [(d.id, d.amount, d.quantity) for d in made] == [("R1", 1740, 2), ("R1:2", 500, 1), ("R2", -870, 1)]
    assert file.aside == {"reimbursed_in_units": 1}


def test_a_reimbursement_keeps_its_case_and_what_it_takes_back() -> None:
    """Order, case and the original reimbursement stand in the note: by them a person finds the loss."""
    row = "2026-02-01T00:00:00+00:00|R4|C-77|111-2|Reimbursement_Reversal|MUG|X0|B0|Mug|NewItem|USD|-8.70|-8.70|1|0|1|R1|Lost"
    head = f"{REIMBURSEMENTS}|original-reimbursement-id|original-reimbursement-type"
    (made,) = (s.document for s in opened(table(head, row), currency=None).documents())
    assert made.note == "order 111-2 case C-77 reverses R1"


def test_afn_inventory_is_one_report_of_its_moment() -> None:
    """The file does not say when: that is asked; then it is one stock report."""
    text = table(
        "seller-sku|fulfillment-channel-sku|asin|condition-type|Warehouse-Condition-code|Quantity Available",
        "MUG|X0|B0|NewItem|SELLABLE|40",
        "MUG|X0|B0|NewItem|UNSELLABLE|2",
    )
    assert [q.code for q in opened(text).questions] == ["as_of"]
    (made,) = documents(text, as_of=datetime(2026, 1, 31, tzinfo=UTC))
    assert [(x.condition, x.quantity) for x in made.lines] == [("sellable", 40), ("unsellable", 2)]
    assert (made.id, made.location) == ("L:2026-01-31T00:00:00Z", "L")


def test_ledger_summary_is_a_report_a_day() -> None:
    """Balances at the end of a day, added up over warehouses, speak of the midnight after it, in the place's zone."""
    head = "Date,FNSKU,MSKU,Disposition,Starting Warehouse Balance,Ending Warehouse Balance,Location\n"
    rows = "01/25/2026,X0,MUG,SELLABLE,9,5,A\n01/25/2026,X0,MUG,SELLABLE,1,2,B\n01/26/2026,X0,MUG,DEFECTIVE,0,0,A\n"
    first, second = documents(head + rows, zone="America/Los_Angeles")
    assert [(x.sku, x.condition, x.quantity) for x in first.lines] == [("MUG", "sellable", 7)]
    assert (first.id, first.effective_at) == ("L:2026-01-25", datetime(2026, 1, 26, 8, tzinfo=UTC))
    assert (second.id, second.lines[0].quantity) == ("L:2026-01-26", 0)


def test_orders_that_amazon_ships_for_another_channel() -> None:
    """Orders of another channel come with that channel's file: put aside here, or they would count twice."""
    file = opened(table(ORDERS, f"S1|{AT}|Shipped|Non-Amazon US|MUG|Shipped|1|||||||US|"))
    assert list(file.documents()) == []
    assert file.aside == {"order_of_another_channel": 1}


def test_shopify_partly_fulfilled_orders_stay_open() -> None:
    """An order fulfilled in part stays open as a whole, with a warning."""
    file = opened(shopify(f"#1,paid,,partial,{CREATED},EUR,20.00,0,0,20.00,{CREATED},2,10.00,MUG,DE,,"))
    assert [getattr(s.document, "status", "") for s in file.documents()] == ["open"]
    assert [(w.code, w.parameters["orders"]) for w in file.warnings] == [("partly_fulfilled", 1)]


HELD = "\t".join(
    ["sku", "fnsku"]
    + [f"afn-{name}-quantity" for name in (
        "fulfillable", "unsellable", "reserved", "researching", "inbound-working", "inbound-shipped", "inbound-receiving",
    )]
) + "\n"  # fmt: skip


def test_stock_is_read_by_what_it_is_kept_for() -> None:
    """Each column becomes its own line; a zero is told once a matter; reserved units of a told kind are not counted twice."""
    as_of = datetime(2026, 3, 2, 8, tzinfo=UTC)
    (report,) = documents(f"{HELD}A\tX1\t5\t2\t3\t1\t0\t40\t10\nB\tX2\t0\t0\t0\t0\t7\t0\t0\n", as_of=as_of)
    assert [(x.sku, x.stage, x.condition, x.quantity) for x in report.lines] == [
        ("A", "available", "sellable", 5), ("A", "on_hand", "unsellable", 2), ("A", "reserved", "sellable", 3),
        ("A", "researching", "sellable", 1), ("A", "inbound_shipped", "sellable", 40),
        ("A", "inbound_receiving", "sellable", 10), ("B", "available", "sellable", 0),
        ("B", "inbound_working", "sellable", 7), ("B", "inbound_shipped", "sellable", 0),
    ]  # fmt: skip
    head = "sku\tfnsku\tasin\tproduct-name\treserved_qty\treserved_customerorders\treserved_fc-transfers\treserved_fc-processing"
    (kept,) = documents(f"{head}\nA\tX1\tB0\tMug\t9\t4\t3\t1\n", as_of=as_of)
    assert {(x.stage, x.quantity) for x in kept.lines} == {
        ("reserved_orders", 4), ("reserved_transfer", 3), ("reserved_processing", 1), ("reserved", 1),
    }  # fmt: skip
    assert rejected(f"{HELD}A\tX1\t-5\t0\t0\t0\t0\t0\t0\n", as_of=as_of)[0].code == "negative_quantity"


SHARED = {
    "amazon_ledger_summary": ("amazon", "GET_LEDGER_SUMMARY_VIEW_DATA"),
    "amazon_settlement": ("amazon", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"),
    "amazon_orders": ("amazon", "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"),
    "amazon_ledger": ("amazon", "GET_LEDGER_DETAIL_VIEW_DATA"),
    "amazon_returns": ("amazon", "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"),
    "amazon_reimbursements": ("amazon", "GET_FBA_REIMBURSEMENTS_DATA"),
    "amazon_inventory": ("amazon", "GET_AFN_INVENTORY_DATA"),
    "amazon_reserved": ("amazon", "GET_RESERVED_INVENTORY_DATA"),
    "shopify_orders": ("shopify", "orders_export"),
}


@needs_shared_data
@pytest.mark.parametrize("code", SHARED)
def test_published_headers_are_known_whole(code: str) -> None:
    """Every column of the published header is known to the layout, and the header alone is recognised as it."""
    import json

    house, name = SHARED[code]
    columns = json.loads(shared_path("channels/layouts.json").read_text("utf-8"))[house][name]["columns"]
    layout = foreign_layouts()[code]
    known = set(layout.aliases) | {normal(name) for name in layout.also}
    assert {normal(c) for c in columns} - known == set()
    file = opened("\t".join(columns) + "\n")
    assert file.layout is not None
    assert (file.layout.code, file.rows) == (code, 0)
