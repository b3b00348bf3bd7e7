"""Why a file as a whole is refused: the problems that stop reading, in one place so that their codes stay stable."""

from __future__ import annotations

from typing import Any

from entrepot.core.errors import Problem, ProblemError


def refuse(
    code: str,
    message: str,
    remedy: str,
    *,
    line: int | None = None,
    field: str = "",
    found: object = "",
    **parameters: Any,
) -> ProblemError:
    """The error that stops reading this file.

    >>> str(refuse("file_empty", "the file has no rows", "export it again"))
    'the file has no rows. export it again'
    """
    return ProblemError(
        Problem(code, message, remedy, line=line, field=field, found=shorten(str(found)), parameters=parameters)
    )


def shorten(text: str, length: int = 120) -> str:
    """At most ``length`` characters of ``text``, for messages.

    >>> shorten("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= length else text[: length - 1] + "…"


def too_many_rows(limit: int) -> ProblemError:
    return refuse(
        "too_many_rows",
        "the file has more rows than are read at once",
        f"split it into parts of {limit:,} rows",
        limit=limit,
    )


def too_many_columns(limit: int, line: int | None = None) -> ProblemError:
    return refuse(
        "too_many_columns",
        f"a row has more than {limit} columns",
        "check the delimiter or export fewer columns",
        line=line,
        limit=limit,
    )


def cell_too_large(limit: int, line: int | None = None) -> ProblemError:
    return refuse(
        "cell_too_large",
        f"a cell holds more than {limit:,} characters",
        "shorten the cell or check the quotes in it",
        line=line,
        limit=limit,
    )


def nothing_inside() -> ProblemError:
    return refuse("file_empty", "the file has no rows", "export it again and check that it is not empty")
