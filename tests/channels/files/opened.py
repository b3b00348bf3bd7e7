"""Opening small files in tests: in this process, with what a caller usually says."""

from typing import Any

from entrepot.channels.files.opening import open_file
from entrepot.channels.files.parsed import ParsedFile
from entrepot.core.errors import Problem, ProblemError

SAID: dict[str, Any] = {"shop": "S", "currency": "EUR", "zone": "UTC", "company": "C", "location": "L"}


def opened(text: str | bytes, **said: Any) -> ParsedFile:
    """The file with ``text`` as its content."""
    content = text.encode() if isinstance(text, str) else text
    return open_file(content, **{**SAID, "bounded": False, **said})


def documents(text: str | bytes, **said: Any) -> list[Any]:
    """Its documents; fails the test where rows were rejected."""
    file = opened(text, **said)
    made = [sourced.document for sourced in file.documents()]
    assert file.rejected == []
    return made


def rejected(text: str | bytes, **said: Any) -> list[Problem]:
    """The problems of its rejected rows."""
    file = opened(text, **said)
    list(file.documents())
    return [each.problem for each in file.rejected]


def refused(text: str | bytes, **said: Any) -> Problem:
    """The problem for which the file as a whole is refused."""
    try:
        opened(text, **said)
    except ProblemError as error:
        return error.problems[0]
    raise AssertionError("the file was not refused")


def accounted(file: ParsedFile) -> int:
    """Rows that ended in a document, among the rejected or put aside; all rows, once the documents were drawn."""
    return file.rows_in_documents + len(file.rejected) + sum(file.aside.values())
