"""Split cost lines over their targets: exact largest remainder, ties to the earlier target.

Source: Hamilton's method of largest remainders; the same rule as :func:`entrepot.core.money.split_largest_remainder`,
for many lines at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import split_largest_remainder
from entrepot.engines.compiled import I64, compiled, signed, unsigned
from entrepot.engines.valuation.share import SMALL, wide_divmod

WIDEST = 9.2e18
"""Sums of weights up to here surely fit 63 bits; beyond, Python integers take over."""


def split_lines(totals: ArrayLike, offsets: ArrayLike, weights: ArrayLike, *, names: ArrayLike | None = None) -> I64:
    """Amounts, one per weight: line i shares ``totals[i]`` over ``weights[offsets[i]:offsets[i + 1]]``.

    totals: minor units, signed, int64, one per line · offsets: one more than lines, ascending from 0 · weights: int64
    ≥ 0 in any unit (grams, mm³, minor units, units …) · names: what to call the lines in an error (default: position).
    Exact whatever the size of the products. A negative total mirrors the positive one.

    Raises :class:`~entrepot.core.errors.ProblemError` naming the line whose weights are negative or sum to 0.

    >>> split_lines([100, -100], [0, 3, 5], [1, 1, 1, 1, 3])
    array([ 34,  33,  33, -25, -75])
    """
    # Writable like everywhere, so that the kernel is compiled once.
    total, offset, weight = (np.require(part, np.int64, ["C", "W"]) for part in (totals, offsets, weights))
    if len(offset) != len(total) + 1 or offset[0] != 0 or offset[-1] != len(weight) or (np.diff(offset) < 0).any():
        raise ValueError("offsets must ascend from 0 to the number of weights and be one more than the totals")
    out = np.zeros(len(weight), dtype=np.int64)
    line = 0
    while line < len(total):
        line = _split(total, offset, weight, out, line)
        if line < 0:
            raise _refusal(-1 - line, names)
        if line < len(total):  # its weights pass 63 bits together
            span = slice(offset[line], offset[line + 1])
            out[span] = split_largest_remainder(int(total[line]), [int(w) for w in weight[span]])
            line += 1
    return out


def _refusal(line: int, names: ArrayLike | None) -> ProblemError:
    called: Any = line if names is None else np.asarray(names)[line]
    return ProblemError(
        Problem(
            "empty_basis",
            f"the weights of cost line {called} are negative or do not add up to more than zero",
            "give the missing weight, volume or value, or choose another basis",
            field="basis",
            found=str(called),
        )
    )


@compiled
def _split(total: I64, offset: I64, weight: I64, out: I64, resume: int) -> int:
    """Split lines from ``resume`` on; returns a line that needs Python integers, −1 − a bad line, or the end."""
    for line in range(resume, len(total)):
        first, end = offset[line], offset[line + 1]
        whole, near = 0, 0.0
        for i in range(first, end):
            if weight[i] < 0:
                return -1 - line
            whole += weight[i]
            near += weight[i]
        if near <= 0:
            return -1 - line
        if near > WIDEST:
            return line
        sign = -1 if total[line] < 0 else 1
        amount = unsigned(total[line] * sign)
        each = signed(amount // unsigned(whole))
        rest = signed(amount - unsigned(each) * unsigned(whole))
        left = rest
        remainder = np.empty(end - first, np.int64)
        for i in range(first, end):
            if rest < SMALL and weight[i] < SMALL:
                product = unsigned(rest) * unsigned(weight[i])
                more = signed(product // unsigned(whole))
                over = signed(product - unsigned(more) * unsigned(whole))
            else:
                more, over = wide_divmod(rest, weight[i], whole)
            out[i] = sign * (each * weight[i] + more)
            remainder[i - first] = -over
            left -= more
        _round_up(out[first:end], remainder, left, sign)
    return len(total)


@compiled
def _round_up(out: I64, remainder: I64, left: int, sign: int) -> None:
    """Give the ``left`` minor units still to be had, one each, to the largest remainders (stored negative)."""
    if left == 0:
        return
    order: NDArray[np.int64] = np.argsort(remainder, kind="mergesort")
    for i in range(left):
        out[order[i]] += sign
