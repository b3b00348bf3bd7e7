"""What the valuation takes: movements and cost shares, as columns of integers.

Both are frozen and hold one numpy array per column, all of the same length. ``from_frame`` takes a polars frame with
the same column names; a column with a default may be left out, and nulls become that default.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.components import GOODS as GOODS
from entrepot.core.kinds import Kind as Kind

I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

NONE = -1
"""No cell (outside), no movement, no event."""


class Side(IntEnum):
    """What of the target movement a cost share falls on."""

    BIRTH = 0
    """The layers that the movement gave birth to: their units inherit it wherever they go."""
    ISSUE = 1
    """What the movement took out: a supplier's credit, a claim for lost units; returns do not inherit it."""


class Columns:
    """Columns of equal length; subclasses say which, with dtype and default in ``TYPES`` and ``DEFAULTS``."""

    TYPES: ClassVar[dict[str, type[np.signedinteger[Any]]]]
    DEFAULTS: ClassVar[dict[str, int]]

    def __len__(self) -> int:
        return len(getattr(self, next(iter(self.TYPES))))

    @classmethod
    def build(cls, **columns: Any) -> Self:
        """Arrays, lists or polars series by name → columns of the right type, defaults filled in.

        Raises ValueError naming the column for one that is missing, unknown or of another length.
        """
        unknown = sorted(set(columns) - set(cls.TYPES))
        if unknown:
            raise ValueError(f"{cls.__name__}: no column {unknown[0]!r}; the columns are {', '.join(cls.TYPES)}")
        first = next(iter(cls.TYPES))
        if first not in columns:
            raise ValueError(f"{cls.__name__}: column {first!r} is missing")
        count = len(columns[first])
        arrays: dict[str, Any] = {}
        for name, dtype in cls.TYPES.items():
            if name in columns:
                # A kernel is compiled anew for read-only columns, such as polars gives: take those as a copy.
                arrays[name] = np.require(columns[name], dtype=dtype, requirements=["C", "W"])
            elif name in cls.DEFAULTS:
                arrays[name] = np.full(count, cls.DEFAULTS[name], dtype=dtype)
            else:
                raise ValueError(f"{cls.__name__}: column {name!r} is missing")
            if len(arrays[name]) != count:
                raise ValueError(f"{cls.__name__}: {name!r} has {len(arrays[name])} rows, {first!r} has {count}")
        return cls(**arrays)

    @classmethod
    def from_frame(cls, frame: pl.DataFrame) -> Self:
        """A polars frame with these column names → columns; other columns of the frame are left aside."""
        columns: dict[str, Any] = {}
        for name in cls.TYPES:
            if name in frame.columns:
                series = frame.get_column(name)
                if series.null_count():
                    if name not in cls.DEFAULTS:
                        raise ValueError(f"{cls.__name__}: column {name!r} has {series.null_count()} empty values")
                    series = series.fill_null(cls.DEFAULTS[name])
                columns[name] = series.to_numpy()
        return cls.build(**columns)

    def to_frame(self) -> pl.DataFrame:
        """The same columns as a polars frame."""
        return pl.DataFrame({name: getattr(self, name) for name in self.TYPES})

    def take(self, rows: NDArray[Any]) -> Self:
        """The rows chosen, by position or by a Boolean mask, as new columns."""
        return type(self)(**{name: getattr(self, name)[rows] for name in self.TYPES})


@dataclass(frozen=True, eq=False)
class Movements(Columns):
    """One row a movement, in any order: ``quantity`` units of ``item`` leave ``from_cell`` and enter ``to_cell``.

    movement: unique number · item, cells: any numbers ≥ 0, −1 = outside · quantity: units > 0 · at: the instant of the
    fold, µs; the caller has moved late facts of a closed period to the first instant of the open one · late: 1 folds
    behind everything of that instant that is not late · kind: :class:`Kind` · document_key, line, ordinal: order among
    equals · of: the sale of a return, the seller's issue of an intercompany receipt, the receipt of a supplier return ·
    lot: birth movement whose units are drawn first · event: shared by all rows of one conversion · share: weight of a
    conversion output.
    """

    movement: I64
    item: I64
    from_cell: I64
    to_cell: I64
    quantity: I64
    at: I64
    late: I8
    kind: I8
    document_key: I64
    line: I32
    ordinal: I32
    of: I64
    lot: I64
    event: I64
    share: I64

    TYPES: ClassVar[dict[str, type[np.signedinteger[Any]]]] = {
        "movement": np.int64,
        "item": np.int64,
        "from_cell": np.int64,
        "to_cell": np.int64,
        "quantity": np.int64,
        "at": np.int64,
        "late": np.int8,
        "kind": np.int8,
        "document_key": np.int64,
        "line": np.int32,
        "ordinal": np.int32,
        "of": np.int64,
        "lot": np.int64,
        "event": np.int64,
        "share": np.int64,
    }
    DEFAULTS: ClassVar[dict[str, int]] = {
        "from_cell": NONE,
        "to_cell": NONE,
        "late": 0,
        "document_key": 0,
        "line": 0,
        "ordinal": 0,
        "of": NONE,
        "lot": NONE,
        "event": NONE,
        "share": 0,
    }


@dataclass(frozen=True, eq=False)
class CostShares(Columns):
    """One row per cost line and target movement: what of the line falls on that movement.

    line: number of the cost line · component: :mod:`entrepot.core.components` · movement: the target · side:
    :class:`Side` · amount: base-currency minor units, signed, already split by the line's basis · internal: 1 for a
    transfer price between sister companies, left out of the group view.
    """

    line: I64
    component: I16
    movement: I64
    side: I8
    amount: I64
    internal: I8

    TYPES: ClassVar[dict[str, type[np.signedinteger[Any]]]] = {
        "line": np.int64,
        "component": np.int16,
        "movement": np.int64,
        "side": np.int8,
        "amount": np.int64,
        "internal": np.int8,
    }
    DEFAULTS: ClassVar[dict[str, int]] = {"side": int(Side.BIRTH), "internal": 0}

    @classmethod
    def empty(cls) -> Self:
        """No cost at all."""
        return cls.build(**{column.name: [] for column in fields(cls)})
