"""What faces offer beside an import: the Excel template of every document type, and how much of a file is read."""

from __future__ import annotations

from typing import Any

from entrepot.channels.files import setup_workbook as setting_up
from entrepot.channels.files import template_words, templates
from entrepot.channels.files.layout import foreign_layouts
from entrepot.channels.files.limits import COMMAND_LINE, Limits

LANGUAGES = ("en", "zh")


def document_types() -> tuple[str, ...]:
    """Every document type that has a template.

    >>> "receipt" in document_types()
    True
    """
    return templates.document_types()


def template(kind: str, language: str = "en") -> bytes:
    """The empty workbook of a document type in one of :data:`LANGUAGES`. Raises ``LookupError``."""
    if kind not in document_types() or language not in LANGUAGES:
        raise LookupError(f"template {kind} {language}")
    return templates.template(kind, "zh" if language == "zh" else "en")


def setup_workbook(language: str = "en") -> bytes:
    """The empty workbook to start with in one of :data:`LANGUAGES`. Raises ``LookupError``."""
    if language not in LANGUAGES:
        raise LookupError(f"set-up workbook {language}")
    return setting_up.setup_workbook("zh" if language == "zh" else "en")


def title(kind: str, language: str = "en") -> str:
    """What a document type is called.

    >>> title("purchase_order", "zh")
    '采购订单'
    """
    return template_words.title(kind, "zh" if language == "zh" else "en")


def about(kind: str, language: str = "en") -> str:
    """What a document type is for."""
    return template_words.about(kind, "zh" if language == "zh" else "en")


def layouts(language: str = "en") -> dict[str, str]:
    """Every layout that a file may be read in: code to title, exports of shops first, then our own templates.

    >>> layouts("zh")["amazon_orders"] == layouts("en")["amazon_orders"]
    False
    """
    foreign = {
        code: layout.title_zh if language == "zh" else layout.title for code, layout in foreign_layouts().items()
    }
    return {**foreign, **{kind: title(kind, language) for kind in document_types()}}


def upload_bounds(size: int) -> Any:
    """Bounds of an upload of at most ``size`` bytes, to hand on as ``ImportOptions.limits``."""
    return Limits(size=size, unpacked=5 * size, rows=5_000_000, cpu_seconds=300, memory=4096 * 1024 * 1024)


def own_file_bounds() -> Any:
    """Bounds of a file that the owner of the machine names himself, to hand on as ``ImportOptions.limits``."""
    return COMMAND_LINE
