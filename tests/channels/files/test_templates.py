"""Templates: every document type, both languages, out and back in unchanged."""

import ast
import io
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from entrepot.channels.files.layout import normal
from entrepot.channels.files.opening import layouts
from entrepot.channels.files.template_columns import TemplateColumn, columns, models
from entrepot.channels.files.template_words import choice_word, examples, heading, meaning
from entrepot.channels.files.templates import document_types, template, template_layouts, write_documents
from entrepot.core.documents import parse
from entrepot.core.errors import ProblemError
from entrepot.core.spreadsheet import write_csv
from tests.channels.files.opened import accounted, documents, opened, rejected

TYPES = document_types()
ROOT = Path(__file__).parents[3]


def example(kind: str, language: Any = "en") -> bytes:
    """The template's own example rows as a file."""
    of_kind = columns(kind)
    rows = [
        [choice_word(row[c.name], language) if c.choices and c.name in row else row.get(c.name) for c in of_kind]
        for row in examples(kind)
    ]
    return write_csv([heading(kind, c.name, language) for c in of_kind], rows)


def test_every_document_type_has_a_template() -> None:
    """Only the steps of an order, which its page takes, are without template; each says what every column means."""
    steps = {kind for kind, model in models().items() if model.__module__.endswith(".purchasing")}
    assert set(TYPES) == set(models()) - steps
    assert len(TYPES) >= 30
    for kind in TYPES:
        for column in columns(kind):
            assert all(heading(kind, column.name, lang) and meaning(kind, column.name, lang) for lang in ("en", "zh"))


@pytest.mark.parametrize("kind", TYPES)
def test_headings_are_unambiguous(kind: str) -> None:
    """Inside one template no heading, of either language or machine, means two columns."""
    meant: dict[str, str] = {}
    for field in template_layouts()[kind].fields:
        for name in field.names:
            assert meant.setdefault(normal(name), field.name) == field.name


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", TYPES)
def test_examples_import_and_round_trip(kind: str, language: Any) -> None:
    """The examples import as documents; written as workbook or CSV, in words or machine names, they come back equal."""
    made = documents(example(kind, language), zone="Asia/Shanghai", currency=None, location=None)
    assert {d.type for d in made} == {kind}
    for form, machine in (("xlsx", False), ("csv", False), ("csv", True)):
        written = write_documents(
            made, language, form, base_currency="CNY", machine_names=machine,
        )  # fmt: skip
        assert documents(written, currency=None) == made


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", TYPES)
def test_the_empty_template_is_recognised(kind: str, language: Any) -> None:
    """The downloaded workbook, still empty, opens as its own layout with no rows: examples are not imported."""
    file = opened(template(kind, language))
    assert file.layout is not None
    assert (file.layout.code, file.rows) == (kind, 0)


def test_templates_protect_codes_and_offer_choices() -> None:
    """Code columns are formatted as text, so that Excel keeps leading zeros; choice columns offer their words."""
    book = openpyxl.load_workbook(io.BytesIO(template("shipment", "zh")))
    page = book.worksheets[0]
    heads = [cell.value for cell in page[1]]
    letter = openpyxl.utils.get_column_letter(heads.index("SKU") + 1)
    assert page.column_dimensions[letter].number_format == "@"
    assert "海运" in str(page.data_validations.dataValidation[0].formula1)


FULL: list[dict[str, Any]] = [
    {
        "type": "cost_bill",
        "id": "B-1",
        "effective_at": "2026-03-01T00:00:00Z",
        "supplier": "F",
        "currency": "JPY",
        "lines": [
            {
                "component": "freight",
                "amount": 12345,
                "basis": "manual",
                "weights": [60, 40],
                "note": "=sum",
                "targets": [
                    {"kind": "births", "document": {"type": "receipt", "id": "R#1", "line": 2}},
                    {"kind": "births", "document": {"type": "transfer", "id": "T-1"}},
                ],
            },
            {
                "component": "duty",
                "amount": -5,
                "basis": "manual",
                "weights": [7],
                "estimate": True,
                "targets": [{"kind": "births", "document": {"type": "receipt", "id": "R-2"}}],
                "replaces": {"type": "cost_bill", "id": "B-0", "line": 1},
            },
        ],
    },
    {
        "type": "opening_balance",
        "id": "O-1",
        "effective_at": "2026-01-01T00:00:00Z",
        "location": "W",
        "lines": [
            {
                "sku": "-A",
                "quantity": 3,
                "costs": [
                    {"component": "goods", "money": {"amount": 1234, "currency": "KWD"}},
                    {"component": "duty", "money": {"amount": 5, "currency": "USD"}},
                ],
            },
            {"sku": "B", "quantity": 1, "label": "X", "batch": "L-1", "received_on": "2025-12-01T00:00:00Z"},
        ],
    },
    {
        "type": "conversion",
        "id": "V-1",
        "effective_at": "2026-01-01T00:00:00Z",
        "cell": {"location": "W", "batch": "b"},
        "into": {"location": "W", "condition": "kit"},
        "consumed": [
            {"sku": "A", "quantity": 2, "lot": {"type": "opening_balance", "id": "O-1", "line": 1}},
            {"sku": "B", "quantity": 1},
            {"sku": "C", "quantity": 9},
        ],
        "produced": [{"sku": "K", "quantity": 1, "share": 3}, {"sku": "L", "quantity": 1}],
    },
    {
        "type": "sales_order",
        "id": "#1001",
        "effective_at": "2026-01-01T00:00:00.123456Z",
        "shop": "X",
        "currency": "EUR",
        "buyer": {"city": "Bonn", "zip": "53111"},
        "country": "DE",
        "cell": {"location": "W", "expiry": "2027-01-01"},
        "lines": [{"sku": "A", "quantity": 1, "amount": None}, {"sku": "A", "quantity": 1, "amount": 0, "tax": 1}],
    },
    {
        "type": "item",
        "id": "I",
        "effective_at": "2026-01-01T00:00:00Z",
        "name": "'=quoted",
        "origin": "CN",
        "packaging": [],
    },
    {
        "type": "fx_rate",
        "id": "r",
        "effective_at": "2026-01-01T00:00:00Z",
        "base": "EUR",
        "quote": "USD",
        "numerator": 10,
        "denominator": 7,
        "date": "2026-01-01",
    },
    {
        "type": "fx_rate",
        "id": "r",
        "effective_at": "2026-01-01T00:00:00Z",
        "base": "EUR",
        "quote": "USD",
        "numerator": 11500,
        "denominator": 10000,
        "date": "2026-01-01",
    },
    {
        "type": "reversal",
        "id": "x",
        "effective_at": "2026-01-01T00:00:00Z",
        "documents": [{"type": "receipt", "id": "R-1"}, {"type": "sales_order", "id": "#7"}],
    },
    {
        "type": "receipt",
        "id": "R-9",
        "effective_at": "2026-01-01T00:00:00Z",
        "location": "W",
        "currency": "USD",
        "lines": [{"sku": "A", "quantity": 1, "price": {"amount": 125, "per": 10}}],
    },
]


@pytest.mark.parametrize("data", FULL, ids=lambda d: f"{d['type']}-{d['id']}")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_awkward_documents_round_trip(data: dict[str, Any], language: Any, form: Any) -> None:
    """Nested lists, references, formulas, three-decimal money, ratios and gaps survive the way out and back."""
    kind = data["type"]
    document = parse(data | {"source": f"file:{kind}", "company": "C", "account": data.get("shop", "C")})
    assert documents(write_documents([document], language, form), currency=None) == [document]


PAYLOADS = [
    f"{quotes}{start}{body}"
    for quotes in ("", "'", "''")
    for start in "=+-@|'\""
    for body in (
        "1+1", "A1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x.example","y")', "SUM(A1:A9)", "-1", "=1", "5 °C", "杯子",
        "a\tb", "a,b;c", 'say "x"', "@user", "#N/A", "true", "007", "1E5", "2026-01-01", "x\ny", "null", "O'Neil",
        "ａ", "😀", "'",
    )
]  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_five_hundred_formulas_come_back_as_they_were(form: Any) -> None:
    """Texts that spreadsheet programs would run or bend, in SKU, name and note: out and in again unchanged."""
    assert len(PAYLOADS) >= 500
    head = {"type": "receipt", "source": "file:receipt", "company": "C", "account": "C", "location": "W"}
    made = [
        parse(head | {"id": f"R{i}", "effective_at": "2026-01-01T00:00:00Z", "note": text,
                      "lines": [{"sku": text, "quantity": i + 1, "label": text, "note": text}]})
        for i, text in enumerate(PAYLOADS)
    ]  # fmt: skip
    assert documents(write_documents(made, "en", form)) == made


WORDS = ("A-1", "=x", "'-1", "中文 名", "a;b,c", '"q"', "#1", "x#y", "0012", "a=b", "-")


REFERENCES = [f"{kind}:{number}{line}" for kind in ("receipt", "transfer") for number in ("R-1", "#7", "a:b")
              for line in ("", "#3")]  # fmt: skip


def random_cell(column: TemplateColumn, chance: random.Random) -> str:
    """Some cell that ``column`` may hold."""
    number = chance.choice((1, 7, 12, 999, 1000, 123456))
    count, month = str(number % 100 + 1), f"2026-0{chance.randrange(1, 9)}"
    cells = {
        "quantity": [count],
        "integer": [count],
        "percent": [count, "12.5"],
        "amount": [f"{number}.{chance.randrange(100):02}", f"-{number}.10"],
        "ratio": [f"{number}.{number}", f"{number}/7", str(number)],
        "moment": [f"{month}-11T10:00:00+0{chance.randrange(9)}:00"],
        "date": [f"{month}-12"],
        "country": ["DE", "US"],
        "currency": ["EUR", "JPY", "KWD", "CNY"],
        "flag": ["yes", "no"],
        "ref": REFERENCES,
        "integers": ["60;40"],
        "pairs": ["city=Bonn; zip=53111"],
    }
    return chance.choice(column.choices or cells.get(column.kind, WORDS))


def random_rows(kind: str, number: str, chance: random.Random) -> list[list[str | None]]:
    """One to three rows of one document; its header stands on the first."""
    rows: list[list[str | None]] = []
    for i in range(chance.choice((1, 1, 3))):
        fill = [c.required or chance.random() < 0.4 for c in columns(kind)]
        cells = [
            random_cell(c, chance) if filled and (i == 0 or c.lists) else None
            for c, filled in zip(columns(kind), fill, strict=True)
        ]
        rows.append([number, *cells[1:]])
    return rows


@pytest.mark.parametrize("kind", TYPES)
def test_random_documents_round_trip(kind: str) -> None:
    """Random rows of every type: what they make is written and read again as the same documents."""
    chance = random.Random(kind)
    rows = [row for i in range(60) for row in random_rows(kind, f"{kind}-{i}", chance)]
    file = opened(write_csv([c.name for c in columns(kind)], rows), layout=kind, currency=None, location=None)
    made = [s.document for s in file.documents()]
    assert accounted(file) == len(rows)
    assert made
    for language, form in (("en", "csv"), ("zh", "xlsx")):
        assert documents(write_documents(made, language, form, base_currency="EUR"), currency=None) == made


def test_several_documents_in_one_file() -> None:
    """A new number starts a new document; an empty or repeated number continues it."""
    text = "Receipt number,Date,Location,SKU,Quantity\nR-1,2026-01-01,W,A,1\n,,,B,2\nR-2,2026-01-02,W,A,3\nR-2,,W,C,4\n"
    assert [(d.id, [(x.sku, x.quantity) for x in d.lines]) for d in documents(text)] == [
        ("R-1", [("A", 1), ("B", 2)]),
        ("R-2", [("A", 3), ("C", 4)]),
    ]


def test_a_document_is_taken_whole_or_refused_whole() -> None:
    """One bad line refuses its receipt with all rows, and says which row is to blame; other receipts stand."""
    text = "Receipt number,Date,Location,SKU,Quantity\nR-1,2026-01-01,W,A,1\n,,,B,-2\nR-2,2026-01-02,W,A,3\n"
    file = opened(text)
    assert [s.document.id for s in file.documents()] == ["R-2"]
    assert [(r.line, r.problem.code, r.problem.field) for r in file.rejected] == [
        (2, "document_refused", ""),
        (3, "invalid", "Quantity"),
    ]
    assert accounted(file) == 3


@pytest.mark.parametrize(
    ("header", "rows", "code", "line"),
    [
        ("Receipt number,Date,Location,SKU,Quantity", ["R,2026-01-01,W,A,1", "R,,X,B,1"], "header_differs", 3),
        ("Receipt number,Date,Location,SKU,Quantity", [",2026-01-01,W,A,1"], "missing", 2),
        ("Receipt number,Date,Location,SKU,Quantity", ["R,soon,W,A,1"], "not_a_date", 2),
        ("Purchase order number,Date,Supplier,SKU,Quantity,Unit price", ["P,2026-1-1,S,A,1,5"], "currency_missing", 2),
        ("Supplier code,Country", ["S,Atlantis"], "unknown_country", 2),
        ("Reversal number,Date,Document", ["V,2026-01-01,R-1"], "reference_unclear", 2),
        ("Rate number,Base currency,Quote currency,Rate,Rate date", [",EUR,USD,1/0,2026-01-01"], "not_a_number", 2),
        ("Location code,Kind", ["W,castle"], "invalid", 2),
        ("Opening number,Date,Location,SKU,Quantity,Stated cost,Stated cost currency",
         ["O,2026-01-01,W,,,5,EUR"], "part_without_line", 2),
    ],
)  # fmt: skip
def test_bad_rows_say_what_is_wrong(header: str, rows: list[str], code: str, line: int) -> None:
    """Each way to fill a template wrongly is named with its line."""
    found = rejected("\n".join([header, *rows]) + "\n", currency=None)
    assert (code, line) in [(p.code, p.line) for p in found]


def test_a_file_with_machine_names_says_its_type() -> None:
    """With machine names the type column tells receipts from openings; rows of another type are refused."""
    head, opening = "type,id,effective_at,location,sku,quantity\n", "opening_balance,O,2026-01-01,W,A,1\n"
    (made,) = documents(head + opening)
    assert made.type == "opening_balance"
    assert [p.code for p in rejected(head + "receipt,R,2026-01-01,W,A,1\n" + opening)] == ["type_differs"]
    assert [q.code for q in opened("id,effective_at,location,sku,quantity\nR,2026-01-01,W,A,1\n").questions] == [
        "layout"
    ]


def test_rates_without_number_get_one_from_their_content() -> None:
    """Two equal rates without number are two documents; the numbers are the same whenever the file is read."""
    text = (
        "Rate number,Base currency,Quote currency,Rate,Rate date\n,EUR,USD,1.15,2026-01-05\n,EUR,USD,1.15,2026-01-05\n"
    )
    first, second = [[d.id for d in documents(text)] for _ in range(2)]
    assert first == second
    assert len(set(first)) == 2


def test_master_data_hold_from_the_beginning() -> None:
    """Master data without a date hold since before the books began."""
    assert documents("Location code,Name\nW,Main\n", zone=None)[0].effective_at.year == 2000


def test_written_templates_hold_one_type() -> None:
    """Documents of two types do not go into one template."""
    both = [parse(FULL[0]), parse(FULL[1])]
    with pytest.raises(ProblemError) as caught:
        write_documents(both)
    assert caught.value.problems[0].code == "types_mixed"


def test_every_layout_can_be_chosen_by_code() -> None:
    """Codes are unique over foreign layouts and templates."""
    assert set(layouts()) >= {*TYPES, "order_lines", "amazon_orders", "shopify_orders"}


CODE_AT = {"refuse": 0, "Problem": 0, "fault": 1, "_problem": 1, "_unreadable": 3, "_checked": 4}
"""Which argument of these calls is the code of a problem."""


def test_every_code_is_documented() -> None:
    """Each code that the room can answer with stands on the import page, so that faces can translate all of them."""
    page = (ROOT / "docs/methods/import.md").read_text("utf-8")
    codes: set[str] = set()
    for path in (ROOT / "src/entrepot/channels/files").glob("*.py"):
        for call in (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)):
            at = CODE_AT.get(getattr(call.func, "id", getattr(call.func, "attr", "")))
            if at is not None and len(call.args) > at and isinstance(call.args[at], ast.Constant):
                codes.add(str(getattr(call.args[at], "value", "")))
    assert len(codes) > 50
    assert {code for code in codes if f"`{code}`" not in page} == set()


def test_the_import_page_is_up_to_date() -> None:
    """The page of layouts and templates in the documentation is the one that the code makes."""
    from entrepot.channels.files.describe import MARK, describe

    page = (ROOT / "docs/methods/import.md").read_text("utf-8")
    assert page[page.index(MARK) :] == describe()
