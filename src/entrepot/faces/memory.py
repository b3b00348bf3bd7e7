"""Keeping the service quick: what is loaded once is not looked through for garbage again and again."""

from __future__ import annotations

import gc


def keep_loaded() -> None:
    """Take all that is loaded by now out of the collector's sight.

    A table of thousands of rows makes objects enough to set off a full collection, which walks every module, compiled
    kernel and template that is in memory: a pause of a tenth of a second in the middle of a page, for nothing, because
    those stay for the life of the process.
    """
    gc.collect()
    gc.freeze()
