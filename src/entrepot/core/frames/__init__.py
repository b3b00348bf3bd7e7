"""Every table that crosses a room: its columns with type, unit and meaning.

A room that makes such a table promises these columns; a room that reads one relies on them and on nothing else. Extra
columns may ride along. ``TABLES`` holds all of them, by name; ``docs/frames.md`` is made from it.

>>> from entrepot.core.frames import TABLES
>>> TABLES["movements"]["at"].unit
'µs UTC'
"""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.core.frames import demand, ledger, replenishment
from entrepot.core.frames.schema import Column, FrameError, Table

__all__ = ["TABLES", "Column", "FrameError", "Table"]

TABLES: Mapping[str, Table] = {
    value.name: value
    for module in (ledger, demand, replenishment)
    for value in vars(module).values()
    if isinstance(value, Table)
}
