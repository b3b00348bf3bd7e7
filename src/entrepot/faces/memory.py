"""Keeping the service quick: what is loaded once is not looked through for garbage again and again."""

from __future__ import annotations

import gc
from typing import Any

from django.core.signals import request_finished

MANY = 50_000
"""Objects that outlive a full collection from which on it is worth the while to take them out of sight."""


def keep_loaded() -> None:
    """Take all that is loaded by now out of the collector's sight; what was taken before and is garbage by now goes.

    A table of thousands of rows makes objects enough to set off a full collection, which walks every module, compiled
    kernel and template that is in memory: a pause of a tenth of a second in the middle of a page, for nothing, because
    those stay for the life of the process.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Keeper:
    """Keeps also what is loaded by the first who asks for it (rule books, compiled kernels, templates, forecasts): when a full
    collection left many objects standing, they are taken out of sight once the answer is on its way."""

    def __init__(self, many: int = MANY) -> None:
        self.many = many
        self._walked = False

    def begin(self) -> None:
        """Watch from now on; once for a process."""
        gc.callbacks.append(self._collected)
        request_finished.connect(self._answered, weak=False, dispatch_uid="memory")

    def end(self) -> None:
        """Watch no more."""
        gc.callbacks.remove(self._collected)
        request_finished.disconnect(dispatch_uid="memory")

    def _collected(self, phase: str, about: dict[str, int]) -> None:
        self._walked = self._walked or (phase == "stop" and about["generation"] == 2)

    def _answered(self, **_: Any) -> None:
        if self._walked:
            if len(gc.get_objects(generation=2)) >= self.many:
                keep_loaded()
            self._walked = False
