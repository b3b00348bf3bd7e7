"""Order lines of any shop: orders, cancellations, refusals, totals; and the 444,322 real lines."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.channels.files.layout import Mapping
from entrepot.channels.files.opening import open_file
from entrepot.core.documents import Ref
from tests.channels.files.opened import accounted, documents, opened, refused, rejected
from tests.shared_data import needs_shared_data, shared_path

HEADER = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def lines(*rows: str) -> str:
    """Rows of ``order,sku,quantity,price`` as a file."""
    cells = [row.split(",") for row in rows]
    return HEADER + "".join(f"{o},{s},{q},2026-01-31 08:00,{p},17,EIRE\n" for o, s, q, p in cells)


def test_rows_of_an_order_become_its_lines_in_file_order() -> None:
    """Rows of one number are one order even when they do not stand together; identical rows are two lines."""
    made = documents(lines("A,M,2,1.50", "B,X,1,3", "A,N,1,2", "A,M,2,1.50"))
    assert [(d.id, [(x.sku, x.quantity, x.amount) for x in d.lines]) for d in made] == [
        ("A", [("M", 2, 300), ("N", 1, 200), ("M", 2, 300)]),
        ("B", [("X", 1, 300)]),
    ]
    assert (made[0].shop, made[0].account, made[0].source, made[0].company) == ("S", "S", "file:order_lines", "C")
    assert (made[0].country, made[0].currency, made[0].status) == ("IE", "EUR", "shipped")


def test_documents_know_their_lines_of_the_file() -> None:
    """Each document says which lines of the file it was made of."""
    file = opened(lines("A,M,1,1", "B,M,1,1", "A,N,1,1"))
    assert [(s.document.id, s.lines, s.first_line, s.last_line) for s in file.documents()] == [
        ("A", (2, 4), 2, 4),
        ("B", (3,), 3, 3),
    ]


def test_a_cancellation_is_a_return_with_its_money() -> None:
    """A number C… with negative units gives a return: positive units, the money refunded, no order guessed."""
    (made,) = documents(lines("C123,M,-2,1.50"))
    assert (made.type, made.id, made.order, made.lines[0].quantity, made.lines[0].amount) == (
        "return",
        "C123",
        None,
        2,
        300,
    )


@pytest.mark.parametrize(
    ("row", "code", "quantity", "amount"),
    [
        ("A,M,-2,1.50", "negative_quantity", -2, -300),
        ("A,M,0,1.50", "quantity_zero", 0, 0),
        ("C1,M,2,1.50", "cancellation_not_negative", 2, 300),
        ("A,M,1,-1.50", "negative_price", 1, -150),
        ("A,,1,1.50", "missing", 1, 150),
        (",M,1,1.50", "missing", 1, 150),
        ("A,M,1.5,1.50", "not_a_quantity", None, None),
        ("A,M,1e3,1.50", "not_a_quantity", None, None),
        ("A,M,,1.50", "missing", None, None),
        ("A,M,1,x", "not_an_amount", 1, None),
        ("A,M,2000000000000,1", "not_a_quantity", None, None),
        ("A,M,1999999999,99999999999999", "not_an_amount", 1999999999, None),
    ],
)
def test_refused_rows_say_what_is_at_stake(row: str, code: str, quantity: int | None, amount: int | None) -> None:
    """A row that cannot be posted is refused with code, line, units and amount; its neighbours stand."""
    file = opened(lines("B,M,1,1", row, "B,N,1,1"))
    assert [len(s.document.lines) for s in file.documents()] == [2]
    problem = file.rejected[0].problem
    assert (problem.code, problem.line, problem.quantity, problem.amount) == (code, 3, quantity, amount)
    assert file.rejected[0].cells["InvoiceDate"] == "2026-01-31 08:00"


def test_an_unknown_price_is_not_zero() -> None:
    """An empty price is an amount not known; a price of exactly 0 is a sale at 0, with a warning."""
    file = opened(lines("A,M,1,", "B,M,3,0"))
    assert [s.document.lines[0].amount for s in file.documents()] == [None, 0]
    assert [(w.code, w.quantity) for w in file.warnings] == [("sold_at_zero", 3)]


def test_a_price_of_zero_with_negative_units_is_no_sale() -> None:
    """Stock corrections that hide in order files (negative, price 0) are refused."""
    assert [p.code for p in rejected(lines("A,M,-10,0"))] == ["negative_quantity"]


def test_line_totals_instead_of_prices() -> None:
    """A file with a total per line needs no price; tax stands beside."""
    text = "Order ID,SKU,Quantity,Line total,Tax,Date,Currency,Status\nA,M,3,10.00,1.90,2026-01-31,usd,cancelled\n"
    (made,) = documents(text, currency=None)
    assert (made.lines[0].amount, made.lines[0].tax, made.currency, made.status) == (1000, 190, "USD", "cancelled")


def test_currencies_by_row() -> None:
    """Each order may have its currency; a second one inside an order, and an unknown one, are refused."""
    text = "Order ID,SKU,Quantity,Unit price,Date,Currency\n" + "".join(
        f"{order},M,1,100,2026-01-31,{code}\n"
        for order, code in (("A", "JPY"), ("B", "KWD"), ("A", "USD"), ("D", "XXX"))
    )
    file = opened(text, currency=None)
    assert [(s.document.currency, s.document.lines[0].amount) for s in file.documents()] == [
        ("JPY", 100),
        ("KWD", 100000),
    ]
    assert [(r.problem.code, r.line) for r in file.rejected] == [("currency_differs", 4), ("unknown_currency", 5)]
    assert file.control_totals.money == {"JPY": 100, "KWD": 100000, "USD": 10000}


def test_what_the_file_leaves_open_is_asked() -> None:
    """Without shop, currency and zone nothing is assumed."""
    codes = [q.code for q in opened(lines("A,M,1,1"), shop=None, currency=None, zone=None).questions]
    assert codes == ["shop", "currency", "zone"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"zone": "Mars/Olympus"}, "unknown_zone"),
        ({"zone": "../etc/passwd"}, "unknown_zone"),
        ({"currency": "EURO"}, "unknown_currency"),
        ({"as_of": datetime(2026, 1, 1)}, "moment_without_zone"),  # noqa: DTZ001 - that is the point
        ({"layout": "nonsense"}, "layout_unknown"),
    ],
)
def test_what_the_caller_says_is_checked(said: dict[str, Any], code: str) -> None:
    """A zone, currency, moment or layout that cannot be is a problem, not a traceback."""
    assert refused(lines("A,M,1,1"), **said).code == code


def test_a_mapping_by_hand() -> None:
    """Headings that nobody knows are mapped by hand; the mapping travels as text and fits the same header again."""
    text = "Vorgang;Teil;Stk;Wert;Tag\nA;M;2;1,50;31.01.2026\n"
    unknown = opened(text)
    assert [q.code for q in unknown.questions] == ["layout"]
    assert unknown.preview == (("A", "M", "2", "1,50", "31.01.2026"),)
    asked = opened(text, layout="order_lines").questions
    assert [(q.code, q.field) for q in asked] == [("column", f) for f in ("order", "sku", "quantity", "moment")]
    columns = {"order": "Vorgang", "sku": "Teil", "quantity": "Stk", "unit_price": "Wert", "moment": "Tag"}
    mapping = Mapping.from_json(Mapping("order_lines", columns).to_json())
    (made,) = documents(text, mapping=mapping)
    assert (made.lines[0].quantity, made.lines[0].amount) == (2, 300)
    again = opened(text, mapping=mapping)
    assert (again.fingerprint, again.mapping().columns) == (unknown.fingerprint, columns)


@pytest.mark.parametrize(
    "header",
    [
        "订单号,SKU,数量,下单时间,单价",
        "Bestellnummer,Artikelnummer,Menge,Bestelldatum,Einzelpreis",
        "Numéro de commande,Référence,Quantité,Date de commande,Prix unitaire",
        "Número de pedido,Referencia,Cantidad,Fecha,Precio unitario",
        "注文番号,商品コード,個数,注文日,単価",
        "ORDER_ID,Seller-SKU,QTY,order date,Unit Price",
    ],
)
def test_headings_in_the_languages_of_the_trade(header: str) -> None:
    """The same columns are known under the headings of six languages, in any case and spacing."""
    (made,) = documents(f"{header}\nA,M,2,2026-01-31,1.50\n")
    assert made.lines[0].amount == 300


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C1", "C2", ""]),
            st.sampled_from(["M", "N", ""]),
            st.one_of(st.integers(-5, 9).map(str), st.sampled_from(["", "x", "1.5"])),
            st.sampled_from(["1.50", "0", "", "-1", "NaN", "0.335"]),
        ),
        max_size=30,
    )
)
def test_every_row_is_accounted_for(rows: list[tuple[str, str, str, str]]) -> None:
    """Whatever the rows hold, each ends in a document or among the rejected, and money and units add up."""
    file = opened(lines(*[",".join(row) for row in rows]))
    units = money = 0
    for sourced in file.documents():
        sign = -1 if sourced.document.type == "return" else 1
        for line in getattr(sourced.document, "lines"):  # noqa: B009 - both kinds have lines
            units += sign * line.quantity
            money += sign * (line.amount or 0)
    for each in file.rejected:
        units += each.problem.quantity or 0
        money += each.problem.amount or 0
    assert accounted(file) == file.rows == len(rows)
    assert (units, money) == (file.control_totals.units, file.control_totals.money.get("EUR", 0))


@needs_shared_data
def test_the_real_order_lines() -> None:
    """The 444,322 lines of a real shop: at most 1 % refused, every line and every penny accounted for."""
    file = open_file(
        shared_path("demand/online_retail_2010_2011_shared_skus.parquet"),
        shop="uk",
        currency="GBP",
        zone="Europe/London",
    )
    assert file.questions == ()
    lines = money = returns = 0
    for document, _, _ in file.documents():
        parts = getattr(document, "lines")  # noqa: B009
        sign = -1 if document.type == "return" else 1
        returns += sign < 0
        lines += len(parts)
        money += sign * sum(line.amount for line in parts)
    money += sum(each.problem.amount or 0 for each in file.rejected)
    assert (file.rows, lines + len(file.rejected), accounted(file)) == (444_322, 444_322, 444_322)
    assert len(file.rejected) <= 4_443
    assert {each.problem.code for each in file.rejected} == {"negative_quantity", "negative_price"}
    assert file.control_totals.money == {"GBP": money}
    assert returns > 3_000


def test_references_are_not_invented() -> None:
    """A return without a known sale names no order; only a file that says so links one."""
    (made,) = documents(lines("C9,M,-1,1"))
    assert not isinstance(made.order, Ref)
