"""The layouts as a page to read: headings of foreign exports and columns of the templates, from the layouts themselves.

``python -m entrepot.channels.files.describe`` writes the second half of ``docs/methods/import.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.channels.files.layout import Layout, foreign_layouts
from entrepot.channels.files.template_columns import TemplateColumn, columns
from entrepot.channels.files.template_words import about, heading, title
from entrepot.channels.files.templates import document_types

MARK = "<!-- from here on made by: python -m entrepot.channels.files.describe -->"


def describe() -> str:
    """All layouts and templates in Markdown."""
    lines = [MARK, "", "## Layouts of other programs' exports", ""]
    for layout in foreign_layouts().values():
        lines += _foreign(layout)
    lines += ["## Templates", ""]
    for kind in document_types():
        lines += _template(kind)
    return "\n".join(lines).rstrip() + "\n"


def _foreign(layout: Layout) -> Iterator[str]:
    needs = ", ".join(layout.needs)
    yield f"### `{layout.code}` · {layout.title} · {layout.title_zh}"
    yield ""
    yield f"Makes: {', '.join(layout.makes)}. The caller says what the file does not: {needs}."
    yield ""
    yield "| field | kind | required | headings |"
    yield "|---|---|---|---|"
    for f in layout.fields:
        names = ", ".join(name.replace("|", "\\|") for name in f.names)
        yield f"| {f.name} | {f.kind} | {'yes' if f.required else ''} | {names} |"
    yield ""


def _template(kind: str) -> Iterator[str]:
    yield f"### `{kind}` · {title(kind, 'en')} · {title(kind, 'zh')}"
    yield ""
    yield f"{about(kind, 'en')}."
    yield ""
    yield "| machine name | English | 中文 | kind | required |"
    yield "|---|---|---|---|---|"
    for c in columns(kind):
        names = f"{heading(kind, c.name, 'en')} | {heading(kind, c.name, 'zh')}"
        yield f"| {c.name} | {names} | {_kind(c)} | {_needed(c)} |"
    yield ""


def _kind(column: TemplateColumn) -> str:
    inside = f" of {' › '.join(column.lists)}" if column.lists else ""
    words = ": " + ", ".join(column.choices) if column.choices else ""
    return f"{column.kind}{inside}{words}"


def _needed(column: TemplateColumn) -> str:
    return "yes" if column.required else ""


if __name__ == "__main__":
    print(describe(), end="")
