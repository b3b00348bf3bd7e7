"""Barcode labels as PDF: units (FNSKU, own barcode) on sheets of A4 or Letter or on a thermal roll, cartons on 4 × 6 inches.

Code 128 with quiet zones of ten modules; a code that would come out with modules too narrow to be read is refused. Text is the
item's name as one reads it, Chinese too (a font that every PDF reader brings).

>>> pdf = unit_labels([UnitLabel("X001ABCDEF", "Stoneware mug 350 ml, cream", "New")], "a4_44")
>>> pdf[:5], layouts()["a4_44"].places
(b'%PDF-', 44)
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from entrepot.core.errors import Problem, ProblemError

_MM = 72 / 25.4
QUIET_MODULES = 10
NARROWEST_MM = 0.17
"""Narrowest module that hand scanners read off a 300 dpi printer (two dots)."""
_TEXT = "STSong-Light"
MOST = 20_000


@dataclass(frozen=True)
class LabelLayout:
    """A sheet or a roll: page and label in mm, columns × rows, and the margins at the left and at the top."""

    code: str
    page_mm: tuple[float, float]
    label_mm: tuple[float, float]
    columns: int
    rows: int

    @property
    def places(self) -> int:
        """Labels on one page."""
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Left and bottom of label ``place`` (from 0, along the rows), in mm; the labels stand in the middle of the page.

        >>> [round(x, 2) for x in layouts()["a4_44"].corner(43)]
        [153.5, 8.8]
        """
        row, column = divmod(place, self.columns)
        left = (self.page_mm[0] - self.columns * self.label_mm[0]) / 2 + column * self.label_mm[0]
        bottom = self.page_mm[1] - (self.page_mm[1] - self.rows * self.label_mm[1]) / 2 - (row + 1) * self.label_mm[1]
        return left, bottom


@dataclass(frozen=True)
class UnitLabel:
    """What one unit bears: ``code`` as bars, the item's name, and its condition (New)."""

    code: str
    name: str
    condition: str = ""


@dataclass(frozen=True)
class CartonLabel:
    """What one carton bears: its own ``code`` as bars, and what is in it."""

    code: str
    shipment: str
    number: str
    origin: str
    destination: str
    contents: tuple[str, ...]


def layouts() -> dict[str, LabelLayout]:
    """Layouts by code; sizes as the marketplaces' help pages and the label makers state them."""
    a4, letter, inch = (210.0, 297.0), (215.9, 279.4), 25.4
    known = (
        LabelLayout("a4_44", a4, (48.5, 25.4), 4, 11), LabelLayout("a4_40", a4, (52.5, 29.7), 4, 10),
        LabelLayout("a4_27", a4, (63.5, 29.6), 3, 9), LabelLayout("a4_24", a4, (63.5, 33.9), 3, 8),
        LabelLayout("a4_21", a4, (63.5, 38.1), 3, 7), LabelLayout("letter_30", letter, (66.675, inch), 3, 10),
        LabelLayout("thermal_50x25", (2 * inch, inch), (2 * inch, inch), 1, 1),
        LabelLayout("thermal_4x6", (4 * inch, 6 * inch), (4 * inch, 6 * inch), 1, 1),
    )  # fmt: skip
    return {layout.code: layout for layout in known}


def unit_labels(labels: Sequence[UnitLabel], layout: str, *, skip: int = 0) -> bytes:
    """A PDF of ``labels`` in order; ``skip`` leaves out the first places of the first sheet. Raises ``ProblemError``."""
    chosen = _layout(layout)
    if not labels or len(labels) > MOST:
        raise ProblemError(
            Problem("no_labels", "no label is asked for, or too many", f"ask for 1 to {MOST}", found=str(len(labels)))
        )
    if not 0 <= skip < chosen.places:
        raise ProblemError(Problem("no_such_place", "the sheet has no such place", "begin on it", found=str(skip)))
    canvas, out = _canvas(chosen)
    for number, label in enumerate(labels, skip):
        page, place = divmod(number, chosen.places)
        if page and not place:
            canvas.showPage()
        _unit(canvas, label, chosen, place)
    canvas.save()
    return out.getvalue()


def carton_labels(labels: Sequence[CartonLabel]) -> bytes:
    """A PDF of carton labels, 4 × 6 inches each. Raises ``ProblemError``."""
    chosen = _layout("thermal_4x6")
    if not labels or len(labels) > MOST:
        raise ProblemError(Problem("no_labels", "the shipment states no cartons", "type its packing list first"))
    canvas, out = _canvas(chosen)
    for number, label in enumerate(labels):
        if number:
            canvas.showPage()
        _carton(canvas, label, chosen)
    canvas.save()
    return out.getvalue()


def _layout(code: str) -> LabelLayout:
    found = layouts().get(code)
    if found is None:
        raise ProblemError(
            Problem("unknown_layout", "there is no such label layout", "choose one of the list", found=code[:40])
        )
    return found


def _canvas(layout: LabelLayout) -> tuple[Any, io.BytesIO]:
    from reportlab.pdfbase import pdfmetrics  # heavy: only who prints loads it
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    if _TEXT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_TEXT))
    out = io.BytesIO()
    size = (layout.page_mm[0] * _MM, layout.page_mm[1] * _MM)
    return Canvas(out, pagesize=size, invariant=1), out


def bars(code: str, width_mm: float) -> Any:
    """The barcode of ``code`` in ``width_mm``, quiet zones included. Raises ``ProblemError`` where it cannot be read."""
    from reportlab.graphics.barcode.code128 import Code128

    if not code or not code.isascii() or not code.isprintable():
        raise ProblemError(
            Problem(
                "not_a_barcode",
                "this code cannot be written as bars",
                "use letters, digits and signs of ASCII",
                found=code[:60],
            )
        )
    plain = Code128(code, barWidth=1, quiet=0)
    module = width_mm / (plain.width + 2 * QUIET_MODULES)
    if module < NARROWEST_MM:
        raise ProblemError(
            Problem("barcode_too_long", "the code is too long for this label", "choose a wider label", found=code[:60])
        )
    return Code128(code, barWidth=min(module, 0.5) * _MM, barHeight=1, quiet=0)


def _draw(canvas: Any, code: str, left: float, bottom: float, width: float, height: float) -> None:
    drawn = bars(code, width)
    drawn.barHeight = height * _MM
    drawn.drawOn(canvas, left * _MM + (width * _MM - drawn.width) / 2, bottom * _MM)


def _unit(canvas: Any, label: UnitLabel, layout: LabelLayout, place: int) -> None:
    left, bottom = layout.corner(place)
    width, height = layout.label_mm
    middle = (left + width / 2) * _MM
    _draw(canvas, label.code, left, bottom + height * 0.42, width, height * 0.46)
    canvas.setFont("Helvetica", 7.5)
    canvas.drawCentredString(middle, (bottom + height * 0.30) * _MM, label.code)
    text = " · ".join(part for part in (label.condition, label.name) if part)
    for line, part in enumerate(_wrapped(text, (width - 4) * _MM, 6, 2)):
        canvas.setFont(_TEXT, 6)
        canvas.drawCentredString(middle, (bottom + height * (0.18 - 0.105 * line)) * _MM, part)


def _carton(canvas: Any, label: CartonLabel, layout: LabelLayout) -> None:
    width, height = layout.label_mm
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawString(6 * _MM, (height - 14) * _MM, label.shipment[:24])
    canvas.setFont("Helvetica-Bold", 28)
    canvas.drawRightString((width - 6) * _MM, (height - 28) * _MM, label.number)
    canvas.setFont(_TEXT, 11)
    canvas.drawString(6 * _MM, (height - 40) * _MM, f"{label.origin}  →  {label.destination}"[:60])
    _draw(canvas, label.code, 4, 72, width - 8, 32)
    canvas.setFont("Helvetica", 11)
    canvas.drawCentredString(width / 2 * _MM, 66 * _MM, label.code)
    for line, text in enumerate(label.contents[:9]):
        canvas.setFont(_TEXT, 11)
        shown = _wrapped(text, (width - 12) * _MM, 11, 1)
        canvas.drawString(6 * _MM, (56 - 6 * line) * _MM, shown[0] if shown else "")
    if len(label.contents) > 9:
        canvas.drawString(6 * _MM, 2 * _MM, f"+ {len(label.contents) - 9}")


def _wrapped(text: str, width: float, size: float, most: int) -> list[str]:
    """``text`` in at most ``most`` lines of ``width`` points; what does not fit ends in an ellipsis."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines, rest = list[str](), " ".join(text.split())
    while rest and len(lines) < most:
        cut = len(rest)
        while cut > 1 and stringWidth(rest[:cut], _TEXT, size) > width:
            cut -= 1
        if cut < len(rest) and len(lines) < most - 1 and " " in rest[:cut]:
            cut = rest.rindex(" ", 0, cut) or cut
        part, rest = rest[:cut].strip(), rest[cut:].strip()
        lines.append(part)
    if rest and lines:
        lines[-1] = lines[-1][:-1] + "…"
    return lines
