"""Codes of the Harmonized System as people type them."""

from __future__ import annotations

import re

from entrepot.core.errors import Problem

_NO_GOODS = frozenset(("00", "77", "99"))
"""Chapters without goods: 77 is kept free, 99 holds national measures such as added duties."""
_CODE = re.compile(r"[0-9][0-9. \\-]*")


def hs_problem(hs: str, field: str = "hs") -> Problem | None:
    """What is wrong with a code as typed, ``None`` for one that can be a heading and where none is typed.

    >>> hs_problem("6109.10.00 12"), hs_problem(""), hs_problem("abc").code
    (None, None, 'not_an_hs_code')
    """
    typed = hs.strip()
    code = "".join(c for c in typed if c.isdigit())
    if not typed or (_CODE.fullmatch(typed) and 4 <= len(code) <= 14 and code[:2] not in _NO_GOODS):
        return None
    return Problem(
        "not_an_hs_code", "this is not an HS code", "write its four to ten digits such as 6109.10, or leave it empty",
        field=field, found=typed[:30],
    )  # fmt: skip
