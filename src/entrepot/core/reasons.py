"""One line of an answer to "why this figure?".

Engines answer in lines that a person can read. A line has a stable code with its parameters, which the faces render in
the reader's language, and an English text for everybody else (the command line, a test, a log).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Parameter = int | float | str | None


def _no_parameters() -> dict[str, Parameter]:
    return {}


@dataclass(frozen=True, slots=True)
class Reason:
    """``code`` is language-free and stable; ``parameters`` are what a translation of it needs; ``text`` is English.

    >>> print(Reason("weekly_mean", "about 12 units a week", {"units": 12}))
    about 12 units a week
    """

    code: str
    text: str
    parameters: Mapping[str, Parameter] = field(default_factory=_no_parameters)

    def __str__(self) -> str:
        return self.text
