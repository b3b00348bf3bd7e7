"""Two thousand damaged files: each ends as a problem, a question or rejected rows; no traceback, no lost row."""

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import polars as pl
import pytest

from entrepot.channels.files.opening import open_file
from entrepot.channels.files.templates import document_types, write_documents
from entrepot.core.errors import ProblemError
from tests.channels.files import test_shops as shops
from tests.channels.files.opened import SAID, accounted, documents
from tests.channels.files.test_templates import example
from tests.effort import effort

RUNS = effort(test=2_000, soak=20_000)
PORTIONS = 20


def order_file(mark: str = ",", decimal: str = ".", count: int = 12) -> bytes:
    """A good file of order lines."""
    head = mark.join(["Order ID", "SKU", "Quantity", "Unit price", "Date", "Country", "Customer"])
    rows = [
        mark.join(
            [f"A-{i // 3}", f"MUG-{i}", str(i + 1), f"{i}{decimal}90", f"2026-01-{i + 10}", "Österreich", f"K{i}"]
        )
        for i in range(count)
    ]
    return ("\n".join([head, *rows]) + "\n").encode()


def parquet_file() -> bytes:
    """A good Parquet file."""
    out = io.BytesIO()
    pl.DataFrame(
        {
            "order id": ["A"] * 9,
            "sku": ["M"] * 9,
            "qty": list(range(1, 10)),
            "price": [1.5] * 9,
            "date": ["2026-01-01"] * 9,
        }
    ).write_parquet(out)
    return out.getvalue()


@cache
def good_files() -> list[bytes]:
    """Good files of every kind, as texts and as packed formats."""
    texts = [example(kind) for kind in document_types()]
    texts += [example(kind, "zh") for kind in ("receipt", "cost_bill", "item", "payment")]
    texts += [order_file(), order_file(";", ","), order_file("\t", count=60)]
    texts.append(shops.table(shops.SETTLEMENT, shops.TOTAL.format("10.18"), *shops.PARTS).encode())
    texts.append(shops.table(shops.SETTLEMENT, shops.TOTAL.format("10.18"), *shops.PARTS).encode())
    texts.append(shops.ledger("Receipts,FBA1,100,SELLABLE,", "Adjustments,R1,-2,SELLABLE,M").encode())
    row = f"1-{{}}|{shops.AT}|Shipped|Amazon.com|M|Shipped|2|USD|20.00|1.60"
    texts.append(shops.table(shops.ORDERS, *[row.format(i) for i in range(9)]).encode())
    packed = [write_documents(documents(example(kind), currency=None, location=None), base_currency="CNY")
              for kind in ("receipt", "cost_bill", "sales_order")]  # fmt: skip
    return [*texts, *packed, parquet_file()]


def flip(content: bytes, chance: random.Random) -> bytes:
    """Some bytes replaced by others."""
    mutable = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 20))):
        mutable[chance.randrange(len(mutable))] = chance.randrange(256)
    return bytes(mutable)


def cut(content: bytes, chance: random.Random) -> bytes:
    """The end missing."""
    return content[: chance.randrange(1, len(content))]


def marked(content: bytes, chance: random.Random) -> bytes:
    """A byte-order mark in front, the right one or a wrong one."""
    return chance.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00")) + content


def recoded(content: bytes, chance: random.Random) -> bytes:
    """The text in another encoding."""
    text = content.decode("utf-8-sig")
    return text.encode(chance.choice(("utf-16-le", "windows-1252", "gb18030", "cp932", "utf-16", "utf-7")), "replace")


def cells(content: bytes, change: Callable[[list[list[str]]], None]) -> bytes:
    """The text with its cells changed (cut plainly at the commonest mark; quotes may break, that is welcome)."""
    text = content.decode("utf-8-sig")
    mark = max("\t;,", key=text.splitlines()[0].count)
    table = [line.split(mark) for line in text.splitlines()]
    change(table)
    return ("\n".join(mark.join(row) for row in table) + "\n").encode()


def swapped(content: bytes, chance: random.Random) -> bytes:
    """Two headings in each other's place."""

    def change(table: list[list[str]]) -> None:
        a, b = chance.randrange(len(table[0])), chance.randrange(len(table[0]))
        table[0][a], table[0][b] = table[0][b], table[0][a]

    return cells(content, change)


def doubled(content: bytes, chance: random.Random) -> bytes:
    """One heading written over another."""

    def change(table: list[list[str]]) -> None:
        table[0][chance.randrange(len(table[0]))] = table[0][chance.randrange(len(table[0]))]

    return cells(content, change)


NASTY = (
    "NaN",
    "1e309",
    "-1e309",
    "inf",
    "-5",
    "1.2E+11",
    "1,5",
    "1.234",
    "1.234,56",
    "12,345.67",
    "0",
    "",
    "'",
    '"',
    '""',
    "=1+1",
    "'=1",
    "\u202e",
    "\x01",
    "\x0b",
    "😀",
    "9" * 400,
    "2026-02-30",
    "31/12/2025",
    "#REF!",
    "null",
    "١٢",
    "receipt:",
    "#1",
    "1/0",
    "½",
    "a;b",
    "1e-400",
    "--",
    "\r",
    "x" * 5000,
)


def poisoned(content: bytes, chance: random.Random) -> bytes:
    """Some cells hold what no cell should."""

    def change(table: list[list[str]]) -> None:
        for _ in range(chance.choice((1, 2, 8))):
            row = table[chance.randrange(len(table))]
            row[chance.randrange(len(row))] = chance.choice(NASTY)

    return cells(content, change)


def restyled(content: bytes, chance: random.Random) -> bytes:
    """Decimal points turned into commas, some or all."""
    share = chance.choice((0.2, 1.0))
    text = content.decode("utf-8-sig")
    return re.sub(r"(\d)\.(\d\d)\b", lambda m: f"{m[1]},{m[2]}" if chance.random() < share else m[0], text).encode()


def rewound(content: bytes, chance: random.Random) -> bytes:
    """Line ends of several systems, lines lost, doubled and shuffled."""
    lines = content.splitlines()
    for _ in range(chance.choice((0, 1, 3))):
        at = chance.randrange(len(lines))
        lines[at : at + 1] = chance.choice(([], [lines[at]] * 2, [lines[at], b""]))
        lines = lines or [b""]
    if chance.random() < 0.3:
        chance.shuffle(lines)
    return b"".join(line + chance.choice((b"\n", b"\r\n", b"\r")) for line in lines)


def repacked(content: bytes, chance: random.Random) -> bytes:
    """A workbook whose parts are damaged inside an intact package; other files get flipped bytes."""
    if not content.startswith(b"PK"):
        return flip(content, chance)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        hit = chance.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, flip(part, chance) if name == hit and part else part)
    return out.getvalue()


BINARY = (flip, cut, repacked)
TEXTUAL = (flip, cut, marked, recoded, swapped, doubled, poisoned, poisoned, restyled, rewound)
BEYOND_DAMAGE = (UnicodeError, LookupError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What damaging says of files that are too broken to be damaged further in that way."""
ANSWERS: dict[str, Any] = {"number_style": "point", "date_order": "day_first", "zone": "Europe/Berlin"}


def survives(content: bytes) -> str:
    """How the file ended: ``refused``, ``asked`` or ``read``; anything but that is a failure of the reader."""
    try:
        file = open_file(content, **{**SAID, "bounded": False})
        if file.questions:
            file = open_file(content, **{**SAID, **ANSWERS, "bounded": False})
        if file.questions:
            return "asked"
        list(file.documents())
    except ProblemError as error:
        return "refused" if all(p.code and p.message and p.remedy for p in error.problems) else "mute"
    assert accounted(file) == file.rows
    for each in file.rejected:
        assert each.line is not None
        assert each.problem.code
        assert each.problem.remedy
    return "read"


@pytest.mark.soak
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_damaged_files_never_break_the_reader(portion: int) -> None:
    """Damage of every sort ends as refusal, question or rejected rows; where a file is read, no row is lost."""
    files = good_files()
    ends: dict[str, int] = {}
    for run in range(RUNS // PORTIONS):
        seed = portion * 1_000_003 + run
        chance = random.Random(seed)
        content = chance.choice(files)
        packed = content[:2] == b"PK" or content[:4] == b"PAR1"
        for _ in range(chance.choice((1, 1, 2))):
            try:
                content = chance.choice(BINARY if packed else TEXTUAL)(content, chance)
            except BEYOND_DAMAGE:
                content = flip(content, chance)
        try:
            end = survives(content)
        except BaseException as error:
            error.add_note(f"replay with seed {seed}")
            raise
        ends[end] = ends.get(end, 0) + 1
    assert "mute" not in ends
    assert ends.get("read", 0) > 0
    assert ends.get("refused", 0) > 0
