"""What kind of file the bytes are, and in which encoding a text file is written.

Order of trust for text: what the caller says, a byte-order mark, strict UTF-8, then those of the encodings in use in
the trade (windows-1252 for western sites, cp932 for Japan, gb18030 for Chinese warehouses) that make a header known;
what stays undecided is refused rather than guessed, because a wrong guess changes names and SKUs silently.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

from entrepot.channels.files.refusals import refuse

SITE_ENCODINGS: dict[str, str] = {
    **dict.fromkeys(("US", "UK", "GB", "DE", "FR", "CA", "IT", "ES", "BR", "NL"), "windows-1252"),
    "JP": "cp932",
    "CN": "gb18030",
}
"""Default encoding of a marketplace's text exports where they are not UTF-8 (seen at the sites named)."""

CANDIDATES = ("windows-1252", "gb18030", "cp932")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER = {
    b"\xd0\xcf\x11\xe0": "an Excel 97–2003 workbook (.xls)",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_SAMPLE = 1 << 16


def kind(head: bytes) -> str:
    """``"xlsx"``, ``"parquet"`` or ``"text"`` from the first bytes; other known kinds are refused by name.

    >>> kind(b"PAR1..."), kind(b"sku,quantity")
    ('parquet', 'text')
    """
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "xlsx"
    if head[:4] == b"PAR1":
        return "parquet"
    for magic, name in _OTHER.items():
        if head.startswith(magic):
            raise refuse("file_kind", f"this is {name}", "save it as .xlsx or .csv and import that", found=name)
    return "text"


def encoding(path: Path, said: str | None, site: str | None, known: Callable[[str], bool]) -> str:
    """The encoding of the text file at ``path``.

    ``said`` is the caller's choice, ``site`` a marketplace code whose default may serve, ``known(text)`` tells whether
    the beginning of the file, decoded, shows a header with names that only this encoding can spell.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if said:
        return _checked(path, said)
    if decodes(path, "utf-8"):
        return "utf-8"
    default = SITE_ENCODINGS.get((site or "").upper())
    if default and decodes(path, default):
        return default
    able = [name for name in CANDIDATES if decodes(path, name)]
    telling = [name for name in able if known(head.decode(name, "ignore"))]
    if len(telling) == 1:
        return telling[0]
    raise refuse(
        "encoding_undecidable",
        "the file is not UTF-8 and its encoding cannot be told from its content",
        "choose the encoding, or export the file as UTF-8",
        found=_first_bad(path),
        choices=able,
    )


def decodes(path: Path, name: str) -> bool:
    """Whether every byte of the file is valid in the encoding ``name``."""
    try:
        decoder = codecs.getincrementaldecoder(name)("strict")
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _checked(path: Path, said: str) -> str:
    try:
        codecs.lookup(said)
        text = codecs.lookup(said)._is_text_encoding  # pyright: ignore[reportAttributeAccessIssue]
    except LookupError:
        text = False
    if not text:
        raise refuse(
            "encoding_unknown", "there is no such encoding", "choose utf-8, windows-1252, gb18030 or cp932", found=said
        )
    if not decodes(path, said):
        raise refuse("encoding_wrong", f"the file is not written in {said}", "choose another encoding", found=said)
    return said


def _first_bad(path: Path) -> str:
    """Where strict UTF-8 breaks, for the message."""
    line = 1
    with path.open("rb") as file:
        for line, raw in enumerate(file, start=1):
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError as error:
                return f"byte {raw[error.start]:#04x} in line {line}"
    return f"line {line}"
