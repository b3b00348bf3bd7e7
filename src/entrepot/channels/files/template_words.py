"""Headings, meanings and choice words of the templates in English and Chinese (``templates.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

Language = Literal["en", "zh"]

EXAMPLE_SHEETS: dict[Language, str] = {"en": "Example", "zh": "示例"}
"""Name of the sheet with examples in a template."""


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((resources.files("entrepot.channels.files") / "templates.toml").read_text("utf-8"))


def known(kind: str) -> bool:
    """Whether a document type has words, and with them a template; steps that a page takes need none.

    >>> known("receipt"), known("no such thing")
    (True, False)
    """
    return kind in _words()["types"]


def heading(kind: str, column: str, language: Language) -> str:
    """Heading of ``column`` in the template of document type ``kind``.

    >>> heading("receipt", "id", "zh"), heading("receipt", "sku", "en")
    ('入库单号', 'SKU')
    """
    at = 0 if language == "en" else 1
    return _words()["types"][kind]["id"][at] if column == "id" else _entry(kind, column)[at]


def meaning(kind: str, column: str, language: Language) -> str:
    """What to write into ``column``."""
    if column == "id":
        return {
            "en": "Number of the document; repeat it, or leave it empty, on further rows",
            "zh": "单据编号；同一单据的后续行可重复填写或留空",
        }[language]
    return _entry(kind, column)[2 if language == "en" else 3]


def title(kind: str, language: Language) -> str:
    """Name of the document type.

    >>> title("purchase_order", "zh")
    '采购订单'
    """
    return _words()["types"][kind]["names"][0 if language == "en" else 1]


def about(kind: str, language: Language) -> str:
    """What the document type is for."""
    return _words()["types"][kind]["about"][0 if language == "en" else 1]


def examples(kind: str) -> list[dict[str, str]]:
    """Example rows: column name to cell, choices as English codes."""
    return _words()["types"][kind]["examples"]


def choice_word(code: str, language: Language) -> str:
    """A choice as it is written in ``language``; codes without a word of their own stay.

    >>> choice_word("sea", "zh"), choice_word("FOB", "zh")
    ('海运', 'FOB')
    """
    return _words()["choices"].get(code, code) if language == "zh" else code


def choice_code(word: str, choices: tuple[str, ...]) -> str:
    """The code among ``choices`` that ``word`` means (English code in any case, or Chinese); else ``word`` itself.

    >>> choice_code("海运", ("sea", "air")), choice_code("AIR", ("sea", "air")), choice_code("mule", ("sea",))
    ('sea', 'air', 'mule')
    """
    words = _words()["choices"]
    for code in choices:
        if word.casefold() == code.casefold() or word == words.get(code):
            return code
    return word


def _entry(kind: str, column: str) -> list[str]:
    columns = _words()["columns"]
    return columns.get(f"{kind}.{column}") or columns[column]
