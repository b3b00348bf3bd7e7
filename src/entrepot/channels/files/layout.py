"""A layout is data: which columns a kind of file has, under which headings, and what they mean.

The files beside this module (``layouts/*.toml``) hold the layouts of foreign exports, each with the headings seen in
the wild; those of Entrepot's own templates are made from the document models (:mod:`.templates`). Columns are matched
by heading, never by position.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

Kind = Literal["text", "id", "quantity", "amount", "moment", "date", "currency", "country", "ratio"]

_SEPARATORS = re.compile(r"[\W_]+")


def normal(heading: str) -> str:
    """A heading as it is compared: without case, spaces, marks and width.

    >>> normal("Order-ID"), normal(" order id "), normal("订单 编号：")
    ('orderid', 'orderid', '订单编号')
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", heading).casefold())


@dataclass(frozen=True)
class Field:
    """One column by meaning: ``names`` are its headings (any language), ``kind`` tells how its cells are read."""

    name: str
    kind: Kind
    names: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Layout:
    """What a kind of file looks like and which documents it makes.

    ``needs`` names what the file does not say and the caller must (``shop``, ``currency``, ``zone``, ``location``,
    ``as_of``). ``also`` are headings that belong to the layout without being read. ``ragged`` allows rows that end
    early. ``date_order`` and ``number_style`` hold where the layout itself settles them.
    """

    code: str
    title: str
    title_zh: str
    builder: str
    makes: tuple[str, ...]
    fields: tuple[Field, ...]
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    ragged: bool = False
    date_order: str | None = None
    number_style: str | None = None
    note: str = ""

    @property
    def required(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.required)

    def field(self, name: str) -> Field:
        """The field called ``name``; ``KeyError`` where the layout has none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    @property
    def aliases(self) -> dict[str, str]:
        """Normal heading to field name; of two fields that claim a heading the first has it."""
        return _aliases(self.code, self.fields)

    @property
    def known(self) -> frozenset[str]:
        """Every heading (normal form) that belongs to the layout, read or not."""
        return _known(self.code, self.fields, self.also)


@cache
def _aliases(_: str, fields: tuple[Field, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in fields:
        for name in each.names:
            found.setdefault(normal(name), each.name)
    return found


@cache
def _known(code: str, fields: tuple[Field, ...], also: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_aliases(code, fields)) | {normal(name) for name in also}


@dataclass(frozen=True)
class Mapping:
    """How one header is to be read, settled by hand once and remembered by the caller under its fingerprint.

    ``columns`` maps a field of ``layout`` to a heading of the file; what it does not name is matched by heading.

    >>> Mapping.from_json(Mapping("order_lines", {"sku": "Artikel"}).to_json()).columns["sku"]
    'Artikel'
    """

    layout: str
    columns: Dictionary[str, str] = field(default_factory=dict[str, str])
    number_style: str | None = None
    date_order: str | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Mapping:
        """Raises ``ValueError`` where the text is not a mapping that :meth:`to_json` wrote."""
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(str(error)) from None


def fingerprint(headings: Sequence[str]) -> str:
    """A short name of a header, the same whatever the order, case and spacing of its headings.

    >>> fingerprint(["SKU", "Unit price"]) == fingerprint(["unit-price", "sku"])
    True
    """
    text = "\n".join(sorted(normal(h) for h in headings))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def foreign_layouts() -> dict[str, Layout]:
    """The layouts of other programs' exports, by code."""
    folder = resources.files("entrepot.channels.files") / "layouts"
    found: dict[str, Layout] = {}
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            layout = _from_toml(tomllib.loads(entry.read_text("utf-8")))
            found[layout.code] = layout
    return found


def _from_toml(data: dict[str, Any]) -> Layout:
    fields = tuple(
        Field(name, spec.get("kind", "text"), tuple(spec["names"]), spec.get("required", False))
        for name, spec in data.pop("fields").items()
    )
    lists = {key: tuple(data.pop(key, ())) for key in ("makes", "needs", "also")}
    return Layout(fields=fields, **lists, **data)
