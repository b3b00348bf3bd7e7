"""Entrepot's own templates: for every document type a workbook to fill in, in English and in Chinese.

The first sheet is the table, the second says what each column means, the third shows examples. The same headings (or
the English machine names) import back; :func:`write_documents` writes documents into the same table.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from entrepot.channels.files.layout import Field, Kind, Layout
from entrepot.channels.files.references import write_reference
from entrepot.channels.files.template_columns import REF_TYPES, ColumnKind, TemplateColumn, columns, models
from entrepot.channels.files.template_words import (
    EXAMPLE_SHEETS,
    Language,
    about,
    choice_word,
    examples,
    heading,
    known,
    meaning,
    title,
)
from entrepot.core.documents import Document
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent, major
from entrepot.core.spreadsheet import Cell, FillIn, write_csv, write_workbook, write_xlsx

_KINDS: dict[ColumnKind, Kind] = {
    "quantity": "quantity", "integer": "quantity", "amount": "amount", "ratio": "ratio", "percent": "ratio",
    "moment": "moment", "date": "date", "country": "country", "currency": "currency", "id": "id",
}  # fmt: skip
_ABSENT = frozenset({"effective_at", "shop", "company", "currency"})
"""Required by some models, but a file may leave them to the caller."""


def document_types() -> tuple[str, ...]:
    """Every document type that has a template."""
    return tuple(kind for kind in models() if known(kind))


@cache
def template_layouts() -> dict[str, Layout]:
    """The layouts of all templates, by document type."""
    return {kind: _layout(kind) for kind in document_types()}


def template(kind: str, language: Language = "en", *, with_examples: bool = True) -> bytes:
    """The empty Excel template of document type ``kind``.

    >>> template("receipt", "zh")[:2]
    b'PK'
    """
    first = fill_in_sheet(kind, language)
    sheets = [first, FillIn(*_meanings(kind, columns(kind), language))]
    if with_examples:
        rows: list[list[Cell]] = [
            [choice_word(row.get(c.name, ""), language) if c.choices else row.get(c.name) for c in columns(kind)]
            for row in examples(kind)
        ]
        sheets.append(FillIn(EXAMPLE_SHEETS[language], first.columns, rows))
    return write_workbook(sheets)


def fill_in_sheet(kind: str, language: Language = "en", rows: Sequence[Sequence[Cell]] = ()) -> FillIn:
    """The table of document type ``kind`` as a sheet to fill in."""
    of_kind = columns(kind)
    texts = [i for i, c in enumerate(of_kind) if c.kind in ("id", "text", "ref", "integers", "pairs")]
    choices = {i: [choice_word(code, language) for code in c.choices] for i, c in enumerate(of_kind) if c.choices}
    heads = [heading(kind, c.name, language) for c in of_kind]
    return FillIn(title(kind, language), heads, rows, texts, choices)


def write_documents(
    documents: Sequence[Document],
    language: Language = "en",
    form: Literal["xlsx", "csv"] = "xlsx",
    *,
    base_currency: str | None = None,
    machine_names: bool = False,
) -> bytes:
    """Documents of one type as a filled template, which imports back as the same documents.

    ``source`` is not written (it becomes ``file:<type>``). ``base_currency`` is needed where payments state what left
    the bank. ``machine_names`` writes a ``type`` column and the English machine names as headings.
    """
    if not documents:
        raise ProblemError(Problem("nothing_to_write", "there are no documents", "choose some"))
    kind = documents[0].type
    of_kind = columns(kind)
    rows: list[list[Cell]] = []
    for document in documents:
        if document.type != kind:
            raise ProblemError(
                Problem(
                    "types_mixed",
                    "a template holds documents of one type",
                    "write one file a type",
                    document=document.id,
                    found=document.type,
                )
            )
        rows += [[row.get(c.name) for c in of_kind] for row in document_rows(document, language, base_currency)]
    heads = [c.name if machine_names else heading(kind, c.name, language) for c in of_kind]
    if machine_names:
        heads, rows = ["type", *heads], [[kind, *row] for row in rows]
    return write_csv(heads, rows) if form == "csv" else write_xlsx(heads, rows, title(kind, language))


def document_rows(
    document: Document, language: Language = "en", base_currency: str | None = None
) -> list[dict[str, Cell]]:
    """The template rows of one document: column name to cell."""
    of_kind = columns(document.type)
    writer = _Writer(document, language, base_currency)
    first = {c.name: writer.cell(c, document) for c in of_kind if not c.lists}
    rows: list[dict[str, Cell]] = [first]
    for name in dict.fromkeys(c.lists[0] for c in of_kind if c.lists):
        at = 0
        own = [c for c in of_kind if c.lists == (name,)]
        deeper = [c for c in of_kind if c.lists[:1] == (name,) and len(c.lists) == 2]
        for part in getattr(document, name):
            subs = getattr(part, deeper[0].lists[1]) if deeper else ()
            for i in range(max(1, len(subs))):
                while len(rows) <= at:
                    rows.append({"id": document.id})
                if i == 0:
                    rows[at] |= {c.name: writer.cell(c, part) for c in own}
                if subs:
                    rows[at] |= {c.name: writer.cell(c, subs[i]) for c in deeper}
                at += 1
    return rows


class _Writer:
    """Turns values of one document into cells."""

    def __init__(self, document: Document, language: Language, base_currency: str | None) -> None:
        self.document = document
        self.language: Language = language
        self.base_currency = base_currency

    def cell(self, column: TemplateColumn, owner: Any) -> Cell:
        if column.name == "base_currency":
            return self.base_currency if getattr(owner, "base_amount", None) is not None else None
        path = column.path[len(column.lists) :]
        value: Any = owner
        default: Any = None
        for step in path:
            if value is None:
                return None
            default = type(value).model_fields[step].default
            value = getattr(value, step)
        as_default = value == default and (
            column.kind != "ratio" or owner.denominator == 1
        )  # 1/2 begins with a default
        if value is None or as_default or value in ("", [], {}):
            return None
        return self._form(column, value, owner)

    def _form(self, column: TemplateColumn, value: Any, owner: Any) -> Cell:  # noqa: PLR0911 - one a kind
        match column.kind:
            case "amount":
                return self._amount(value, self._currency(column, owner))
            case "ratio":
                return _ratio(value, owner.denominator)
            case "percent":
                return Decimal(value) / 100
            case "moment" | "date":
                return value.isoformat()
            case "ref":
                return write_reference(value, default_type(self.document.type, column))
            case "integers":
                return ";".join(str(v) for v in value) + (";" if len(value) == 1 else "")
            case "pairs":
                return "; ".join(f"{k}={v}" for k, v in value.items())
            case "flag":
                return choice_word("yes" if value else "no", self.language)
            case "choice":
                return choice_word(value, self.language)
            case _:
                return value

    def _amount(self, amount: int, currency: str) -> Decimal:
        # A fourth decimal keeps "1.234" of a three-decimal currency from looking like one thousand and so many.
        text = major(amount, currency)
        return Decimal(text + "0" if exponent(currency) == 3 else text)

    def _currency(self, column: TemplateColumn, owner: Any) -> str:
        if column.currency == "base_currency":
            if self.base_currency is None:
                raise ProblemError(
                    Problem(
                        "currency_missing",
                        "the company's own currency is not said",
                        "name it",
                        document=self.document.id,
                        field=column.name,
                    )
                )
            return self.base_currency
        if column.currency != "currency":
            return owner.money.currency
        return getattr(self.document, "currency", "")


def default_type(kind: str, column: TemplateColumn) -> str:
    """The document type that a reference in ``column`` means when it does not say one; lots are receipts."""
    return "receipt" if column.path[-1] == "lot" else REF_TYPES.get((kind, column.name), "")


def _ratio(numerator: int, denominator: int) -> str:
    """A ratio as text that reads back as the same two integers: a decimal where the denominator is a power of ten."""
    places = len(str(denominator)) - 1
    if denominator != 10**places:
        return f"{numerator}/{denominator}"
    if places == 0:
        return str(numerator)
    sign, digits = ("-" if numerator < 0 else ""), str(abs(numerator)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _layout(kind: str) -> Layout:
    fields = [Field("type", "text", ("type", "document type", "单据类型"))]
    for c in columns(kind):
        names = (heading(kind, c.name, "en"), heading(kind, c.name, "zh"), c.name)
        fields.append(Field(c.name, _KINDS.get(c.kind, "text"), names, _recognised_by(kind, c)))
    return Layout(kind, title(kind, "en"), title(kind, "zh"), "template_rows", (kind,), tuple(fields), ("zone",))


def _recognised_by(kind: str, column: TemplateColumn) -> bool:
    if not column.required or column.name in _ABSENT or len(column.lists) > 1:
        return False
    return not column.lists or models()[kind].model_fields[column.lists[0]].is_required()


def _meanings(
    kind: str, of_kind: Sequence[TemplateColumn], language: Language
) -> tuple[str, list[str], list[list[Cell]]]:
    name, heads = {
        "en": ("Columns", ["Column", "Meaning", "Required", "Choices", "Machine name"]),
        "zh": ("栏目说明", ["栏目", "含义", "必填", "可选值", "英文名"]),
    }[language]
    yes = {"en": "yes", "zh": "是"}[language]
    rows: list[list[Cell]] = [[title(kind, language), about(kind, language)]]
    for c in of_kind:
        choices = ", ".join(choice_word(code, language) for code in c.choices)
        rows.append(
            [
                heading(kind, c.name, language),
                meaning(kind, c.name, language),
                yes if c.required else None,
                choices or None,
                c.name,
            ]
        )
    return name, heads, rows
