"""``entrepot template``: the empty Excel template of a document type."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entrepot.core.errors import Problem, ProblemError


def template(
    kind: Annotated[str, typer.Argument(metavar="[TYPE]", help="Document type; without one, all are listed.")] = "",
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    out: Annotated[Path | None, typer.Option(help="File or folder to write to.")] = None,
) -> None:
    """Write the template of a document type: fill it in, then `entrepot import` it."""
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows import templates

    types = templates.document_types()
    if not kind:
        shown = language if language in templates.LANGUAGES else "en"
        table("Templates", ("type", "", "for"),
              [(t, templates.title(t, shown), templates.about(t, shown)) for t in types])  # fmt: skip
        return
    if kind not in types or language not in templates.LANGUAGES:
        raise ProblemError(
            Problem("unknown_template", "there is no such template",
                    f"choose a type: {', '.join(types)}; a language: en, zh", found=f"{kind} {language}")
        )  # fmt: skip
    path = out or Path()
    if path.is_dir():
        path = path / f"entrepot-{kind}-{language}.xlsx"
    path.write_bytes(templates.template(kind, language))
    say(str(path))
